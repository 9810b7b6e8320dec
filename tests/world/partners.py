"""Suppliers and contractors, two of each."""

import uuid
from datetime import timedelta

from django.utils import timezone

from core.attachments import keep_photo
from core.secrets import seal
from facilities.models import Area, Department
from inspections.models import Checklist
from partners.actions import add_file, answer, correct_at_partner, file_document, invite, open_report
from partners.actions.companies import add_member
from partners.models import (
    Carried,
    CarriedItem,
    Company,
    Consent,
    CrewMember,
    Draw,
    EntryPermit,
    GasReading,
    GatePass,
    Reading,
    ReplyPhoto,
    SpotCheck,
    Violation,
    WorkPermit,
)
from people.models import User
from people.permissions import Role
from tests import make
from tests.world.base import World


def add_partners(world: World, workshop: Department) -> None:
    """Two suppliers, each with somebody, a report, papers and something to put right."""
    officer, mark = world.people[Role.SAFETY_OFFICER], world.mark
    words = {"text": world.words("通道通不通"), "choices": make.YES_PARTLY_NO, "category": world.hazard.category}
    asked = make.questionnaire({"kind": "choice", "weight": 10, **words})
    Checklist.objects.filter(pk=asked.pk).update(title=world.words("自查问卷"), code=f"{mark}saq")
    people = (world.people[Role.SUPPLIER], make.person(Role.SUPPLIER, name=f"{mark}别家"))
    for number, person in enumerate(people):
        company = make.company(f"{mark}供应商{number}", department=workshop)
        add_member(company, person, role=Role.SUPPLIER)
        world.companies.append(company)
        invite(company, by=officer)
        _report(world, company, person)
        file_document(
            company, by=person, kind="licence", valid_until=timezone.localdate() + timedelta(days=20),
            number=f"{mark}执照", file=keep_photo(make.photo_file(f"{mark}c{number}.jpg"), by=person),
        )  # fmt: skip
        correct_at_partner(company, by=officer, title=f"{mark}软管破口{number}")


def add_contractors(world: World, workshop: Department, area: Area) -> None:
    """Two contractors, each with an administrator, papers, a project, and one of its crew who may come in."""
    mark, officer = world.mark, world.people[Role.SAFETY_OFFICER]
    text = make.site_texts()
    bosses = (world.people[Role.CONTRACTOR_ADMIN], make.person(Role.CONTRACTOR_ADMIN, name=f"{mark}别家管理"))
    workers = (world.people[Role.CONTRACTOR_WORKER], make.person(Role.CONTRACTOR_WORKER, name=f"{mark}别家工人"))
    for number, (boss, worker) in enumerate(zip(bosses, workers, strict=True)):
        company = make.contractor(f"{mark}承包商{number}", department=workshop)
        world.contractors.append(company)
        add_member(company, boss, role=Role.CONTRACTOR_ADMIN)
        add_member(company, worker, role=Role.CONTRACTOR_WORKER)
        place = make.project(company, name=f"{mark}改造{number}", area=area, host=officer)
        badge = keep_photo(make.photo_file(f"{mark}b{number}.jpg"), by=worker)
        member = CrewMember.objects.create(
            project=place, user=worker, trade="fitter", sealed_id=seal("x"), id_end="1234", badge=badge,
            emergency_phone="13900000000", status="approved",
        )  # fmt: skip
        Reading.objects.create(member=member, text=text, signature=badge, signed_at=timezone.now())
        permit = EntryPermit.objects.create(
            member=member, number=f"{mark}RC{number}", issued_by=officer, ends_on=timezone.localdate(), ends_with="days"
        )
        permit_of = {"kind": "lifting", "project": place, "area": area, "applicant": boss, "guardian": member}
        work = WorkPermit.objects.create(
            number=f"{mark}ZY{number}", what=f"{mark}吊装", measures=f"{mark}警戒", starts_at=timezone.now(),
            ends_at=timezone.now() + timedelta(hours=2), **permit_of,
        )  # fmt: skip
        work.crew.set([member])
        GasReading.objects.create(permit=work, oxygen=20, is_within=True, by=worker)
        Violation.objects.create(member=member, points=1, what=f"{mark}没戴帽子", photo=badge, by=officer)
        waits = {"ends_at": timezone.now() + timedelta(days=7), "sealed_code": seal("123456789012")}
        Consent.objects.create(user=worker, given_by=worker, parcel=uuid.uuid4(), fields=["name"], **waits)
        Consent.objects.create(company=company, given_by=boss, parcel=uuid.uuid4(), fields=["contact"], **waits)
        Carried.objects.create(company=company, parcel=uuid.uuid4(), origin=f"{mark}又一家")
        came = Carried.objects.create(user=worker, parcel=uuid.uuid4(), origin=f"{mark}另一家")
        CarriedItem.objects.create(carried=came, field="training", training={"code": "entry", "title": world.words("考试"), "score": 90, "passed_on": "2026-01-01", "ends_on": None})  # fmt: skip
        GatePass.objects.create(
            kind="in", member=member, permit=permit, is_let_in=True, guard=officer, at=timezone.now(), words=f"{mark}进"
        )


def _report(world: World, company: Company, person: User) -> None:
    report = open_report(company, by=None)
    said = answer(report, report.checklist.items.get(), by=person, choice=1, note=f"{world.mark}下周改")
    ReplyPhoto.objects.create(reply=said, attachment=keep_photo(make.photo_file(f"{world.mark}r.jpg"), by=person))
    add_file(report, keep_photo(make.photo_file(f"{world.mark}f.jpg"), by=person), by=person)
    period = {"starts_on": report.starts_on, "ends_on": report.ends_on}
    draw, _is_new = Draw.objects.get_or_create(**period, defaults={"seed": "0", "reports": [report.pk]})
    SpotCheck.objects.create(report=report, draw=draw, note=f"{world.mark}抽查")
