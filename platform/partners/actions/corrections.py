"""Corrective actions: hazards at a company's own site, fixed by its people, proved and reviewed as any other."""

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from core.attachments import visible_through
from core.errors import DomainError, NotAllowed
from core.events import action, emit
from core.models import Attachment
from core.words import say
from facilities.models import Area
from hazards.actions import confirm_hazard, hand_over_hazard, report_hazard
from hazards.actions.invitations import fixes_from_outside
from hazards.guessing import guess_category
from hazards.models import Evidence, Hazard, Level, decides_from_outside
from partners.actions.companies import company_of
from partners.actions.guards import refuse_idle
from partners.models import Company, CompanyMember, CorrectiveAction, SelfInspection
from partners.scoring import Line
from people.models import User


@fixes_from_outside
def people_of_its_company(hazard: Hazard) -> QuerySet[User]:
    return User.objects.filter(membership__company__corrections__hazard=hazard)


@decides_from_outside
def is_in_charge(user: User, hazard: Hazard) -> bool:
    """Whoever looks after the company's people, as long as one of them has it."""
    members = CompanyMember.objects.filter(user=user, is_administrator=True, company__members__user=hazard.owner_id)
    return members.filter(company__corrections__hazard=hazard.pk).exists()


@visible_through
def photos_of_corrections(user: User) -> Any:
    hazards = CorrectiveAction.objects.visible_to(user).values("hazard")
    return Evidence.objects.filter(hazard__in=hazards).values("attachment_id")


def site_of(company: Company) -> Area:
    """Where hazards at suppliers stand in the factory's own figures: a place by itself, in the department that looks after them."""
    name = {"zh": "供应商现场", "en": "Suppliers' sites"}
    code = f"SITE-{company.department.code}"[:40]
    area, _is_new = Area.objects.get_or_create(code=code, defaults={"name": name, "department": company.department})
    return area


@action
def correct_at_partner(
    company: Company,
    *,
    by: User,
    title: str,
    description: str = "",
    level: str = Level.GENERAL,
    report: SelfInspection | None = None,
    line: Line | None = None,
) -> CorrectiveAction:
    """The officer asks for it: the limit runs at once, and the company's people have it."""
    if not by.can("partners.review"):
        raise NotAllowed(_("Only the safety officer asks a supplier to put something right."))
    refuse_idle(company)
    if not company.users.exists():
        raise DomainError(_("Nobody of %(name)s has an account yet. Invite somebody first.") % {"name": company.name})
    if not title.strip():
        raise DomainError(_("Say in a few words what is wrong."))
    category = line.item.category if line else None
    hazard = report_hazard(
        by=by,
        area=site_of(company),
        title=title.strip()[:120],
        description=description,
        category=category or guess_category(title, None).category,
        level=level,
        source=Hazard.Source.SUPPLIER,
    )
    made = _shared(company, hazard, by=by, report=report, item=line.item if line else None)
    confirm_hazard(hazard, by=by, level=level)
    return made


@action
def correct_fault(report: SelfInspection, line: Line, *, by: User) -> CorrectiveAction:
    """What a poor report itself says is not in order."""
    said = line.reply.note if line.reply else ""
    level = Level.SERIOUS if line.item.is_urgent or line.item.category.level != Level.GENERAL else Level.GENERAL
    title = f"{report.company.name} · {say(line.item.text)}"
    return correct_at_partner(
        report.company, by=by, title=title, description=said, level=level, report=report, line=line
    )


@action
def report_from_portal(
    *, by: User, title: str, photos: Iterable[Attachment], description: str = "", client_id: UUID | None = None
) -> Hazard:
    """A supplier says itself that something is wrong at its own site."""
    company = company_of(by)
    if company is None:
        raise NotAllowed(_("Your account belongs to no company. Ask the factory."))
    refuse_idle(company)
    photos = list(photos)
    hazard = report_hazard(
        by=by,
        area=site_of(company),
        title=title,
        description=description,
        photos=photos,
        source=Hazard.Source.SUPPLIER,
        client_id=client_id,
    )
    if not CorrectiveAction.objects.filter(hazard=hazard).exists():
        _shared(company, hazard, by=by)
    return hazard


@action
def hand_over_correction(correction: CorrectiveAction, *, by: User, to: User, note: str) -> Hazard:
    """Within the company: by the one who has it, or by who looks after its people."""
    company = correction.company
    if not company.members.filter(user=by).exists():
        raise NotAllowed(_("Only the company itself decides who of it does this."))
    refuse_idle(company)
    if not company.users.filter(pk=to.pk).exists():
        raise DomainError(_("Choose a colleague of your company with an open account."))
    return hand_over_hazard(correction.hazard, by=by, to=to, note=note)


def _shared(company: Company, hazard: Hazard, *, by: User, **more: Any) -> CorrectiveAction:
    made = CorrectiveAction.objects.create(company=company, hazard=hazard, **more)
    emit("corrective.shared", hazard, by=by, company=company.name)
    return made
