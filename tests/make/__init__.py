"""Plain makers of what tests need; each gives something usable with no arguments."""

from tests.make.base import PASSED, PASSWORD, in_language
from tests.make.files import CAPTIONS, handout, media, photo, photo_file, video, voice_file
from tests.make.hazards import before, category, hazard, policies
from tests.make.incidents import drill, incident
from tests.make.inspections import checklist, plan, run
from tests.make.partners import (
    SIGNED,
    YES_PARTLY_NO,
    company,
    contractor,
    crew_member,
    entry_permit,
    has_passed,
    has_read,
    id_number,
    project,
    questionnaire,
    self_inspection,
    site_texts,
    supplier,
)
from tests.make.plant import area, department, machine, person, risk, sensor, team
from tests.make.training import course, enrolment, exam, licence

__all__ = [
    "CAPTIONS",
    "PASSED",
    "PASSWORD",
    "SIGNED",
    "YES_PARTLY_NO",
    "area",
    "before",
    "category",
    "checklist",
    "company",
    "contractor",
    "course",
    "crew_member",
    "department",
    "drill",
    "enrolment",
    "entry_permit",
    "exam",
    "handout",
    "has_passed",
    "has_read",
    "hazard",
    "id_number",
    "in_language",
    "incident",
    "licence",
    "machine",
    "media",
    "person",
    "photo",
    "photo_file",
    "plan",
    "policies",
    "project",
    "questionnaire",
    "risk",
    "run",
    "self_inspection",
    "sensor",
    "site_texts",
    "supplier",
    "team",
    "video",
    "voice_file",
]
