"""Companies that work with the factory: their people and papers, and how a supplier checks itself."""

from django.utils.translation import gettext_lazy as _

from core.events import register
from partners.models.companies import Company, CompanyDocument, CompanyInvitation, CompanyMember
from partners.models.reports import (
    ANSWERABLE,
    WORKFLOW,
    CorrectiveAction,
    Draw,
    Grade,
    Reply,
    ReplyPhoto,
    ReportFile,
    SelfInspection,
    SpotCheck,
)

__all__ = [
    "ANSWERABLE",
    "WORKFLOW",
    "Company",
    "CompanyDocument",
    "CompanyInvitation",
    "CompanyMember",
    "CorrectiveAction",
    "Draw",
    "Grade",
    "Reply",
    "ReplyPhoto",
    "ReportFile",
    "SelfInspection",
    "SpotCheck",
]

register(
    {
        "company.added": _("Company added"),
        "company.changed": _("Company changed"),
        "company.standing_changed": _("Standing of the company changed"),
        "company.invited": _("Somebody of the company invited"),
        "company.joined": _("Somebody of the company joined"),
        "company.without_questionnaire": _("No questionnaire for the company"),
        "document.filed": _("Paper sent in"),
        "document.accepted": _("Paper checked"),
        "document.declined": _("Paper sent back"),
        "document.expiring": _("Paper ends before long"),
        "document.ending": _("Paper ends within days"),
        "document.expired": _("Paper has ended"),
        "self_inspection.opened": _("Self-inspection asked for"),
        "self_inspection.reminded": _("Reminded of the self-inspection"),
        "self_inspection.late": _("Self-inspection is late"),
        "self_inspection.submitted": _("Self-inspection handed in"),
        "self_inspection.accepted": _("Self-inspection accepted"),
        "self_inspection.returned": _("Self-inspection returned"),
        "self_inspection.drawn": _("Drawn for a spot check"),
        "self_inspection.spot_checked": _("Spot check done"),
        "self_inspection.filed": _("Own report added"),
        "corrective.shared": _("Shared with the company"),
    }
)
