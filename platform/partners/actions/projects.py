"""What a contractor does here: projects, the texts that are signed, and the safety agreement."""

import secrets
from datetime import date, time
from typing import Any

from dateutil import rrule
from dateutil.relativedelta import relativedelta
from django.db.models import Max
from django.utils import timezone
from django.utils.translation import gettext as _

from core.attachments import keep_file, picture
from core.errors import DomainError, NotAllowed, WrongStatus
from core.events import action, emit
from core.models import Attachment
from core.pdf import CONTENT_TYPE, render_pdf
from facilities.calendar import today
from facilities.models import Area
from inspections.actions import create_plan
from inspections.models import Checklist, Plan
from partners.actions.documents import file_document
from partners.actions.guards import refuse_idle, refuse_unless_manager
from partners.models import Company, CompanyDocument, Project, SiteText
from partners.texts import OF_SITE, asked_of_site, digest, filled, open_gaps
from people.models import User
from people.permissions import Role

AGREEMENT_LASTS = relativedelta(years=1)
LONGEST_PROJECT = relativedelta(years=3)


@action
def add_project(
    company: Company,
    *,
    by: User,
    name: str,
    area: Area,
    host: User,
    starts_on: date,
    ends_on: date,
    is_construction: bool = False,
) -> Project:
    refuse_unless_manager(by)
    refuse_idle(company)
    if company.kind != Company.Kind.CONTRACTOR:
        raise DomainError(_("Projects belong to contractors. Add the company as one."))
    _refuse_days(starts_on, ends_on)
    if ends_on < today():
        raise DomainError(_("The last day is over already. Choose a later one."))
    project = Project.objects.create(
        company=company,
        code=_fresh_code(),
        name=name.strip(),
        area=area,
        host=host,
        starts_on=starts_on,
        ends_on=ends_on,
        is_construction=is_construction,
    )
    emit("project.added", project, by=by, name=project.name, company=company.name, day=ends_on)
    return project


@action
def prolong_project(project: Project, *, by: User, ends_on: date) -> Project:
    """Another last day; permits that were issued keep theirs."""
    refuse_unless_manager(by)
    _refuse_days(project.starts_on, ends_on)
    before = project.ends_on
    Project.objects.filter(pk=project.pk).update(ends_on=ends_on, is_ended=False)
    project.ends_on, project.is_ended = ends_on, False
    emit("project.changed", project, by=by, before=before, after=ends_on)
    return project


@action
def end_project(project: Project, *, by: User) -> Project:
    """From now on nobody comes in for it."""
    refuse_unless_manager(by)
    if Project.objects.filter(pk=project.pk, is_ended=False).update(is_ended=True):
        project.is_ended = True
        emit("project.ended", project, by=by, name=project.name)
    return project


@action
def plan_checks(project: Project, checklist: Checklist, *, by: User) -> Project:
    """The safety officers look each week where it is done, until it is over; what they find is a hazard as any other."""
    if project.is_over:
        raise DomainError(_("The project is over"))
    if project.plan_id:
        raise WrongStatus(_("It is checked each week already."))
    starts_on = max(project.starts_on, today())
    # Begun at a weekend it would lie on days off for ever.
    weekday = rrule.MO if starts_on.weekday() > 4 else rrule.weekday(starts_on.weekday())
    project.plan = create_plan(
        f"{project.company.name} · {project.name}"[:80], [checklist], [project.area], by=by,
        rule=f"FREQ=WEEKLY;BYDAY={weekday}", days=Plan.Days.WORKDAYS, starts_on=starts_on, ends_on=project.ends_on,
        opens_at=time(9), window_minutes=8 * 60, role=Role.SAFETY_OFFICER,
    )  # fmt: skip
    project.save(update_fields=["plan"])
    emit("project.changed", project, by=by, plan=project.plan.pk)
    return project


def _refuse_days(starts_on: date, ends_on: date) -> None:
    if not starts_on <= ends_on <= starts_on + LONGEST_PROJECT:
        raise DomainError(_("The last day comes after the first one, by three years at most."))


def _fresh_code() -> str:
    """Six digits: they are typed at a gate, with gloves on."""
    while True:
        code = f"{secrets.randbelow(900_000) + 100_000}"
        if not Project.objects.filter(code=code).exists():
            return code


@action
def install_text(kind: str, body: str, minutes: int, *, by: Any) -> SiteText | None:
    """The first one of its kind: published at once where it has no gap of the site, else a draft; a factory's own stays."""
    if SiteText.objects.filter(kind=kind).exists():
        return None
    text = SiteText.objects.create(kind=kind, version=1, body=body, minutes=minutes)
    return text if asked_of_site(text) else _publish(text, by)


@action
def write_text(kind: str, body: str, *, by: User, minutes: int, facts: dict[str, str]) -> SiteText:
    """The draft of the next version; the one in use stays until the draft is published."""
    refuse_unless_manager(by)
    if not 1 <= minutes <= 60:
        raise DomainError(_("Between 1 and 60 minutes."))
    last = SiteText.objects.filter(kind=kind).aggregate(last=Max("version"))["last"] or 0
    draft = SiteText.objects.filter(kind=kind, published_at=None).first() or SiteText(kind=kind, version=last + 1)
    draft.body, draft.minutes, draft.facts = body.strip(), minutes, {name: str(facts[name]).strip() for name in facts}
    draft.save()
    return draft


@action
def publish_text(draft: SiteText, *, by: User) -> SiteText:
    """From now on everybody signs this version, also who signed the one before."""
    refuse_unless_manager(by)
    draft = SiteText.objects.select_for_update().get(pk=draft.pk)
    if draft.published_at:
        raise WrongStatus(_("This was changed in the meantime. Look at where it stands now."))
    if left := open_gaps(draft):
        raise DomainError(
            _("Fill these gaps first: %(gaps)s") % {"gaps": _(", ").join(str(OF_SITE.get(name, name)) for name in left)}
        )
    return _publish(draft, by)


def _publish(text: SiteText, by: Any) -> SiteText:
    text.published_at, text.published_by = timezone.now(), by
    text.save(update_fields=["published_at", "published_by"])
    emit("site_text.published", text, by=by, kind=text.kind, version=text.version, sha256=digest(text.body))
    return text


@action
def sign_agreement(project: Project, signature: Attachment, *, by: User, text: SiteText) -> CompanyDocument:
    """The words and the signature become one paper, which counts when the factory has checked it."""
    company = project.company
    if not (by.can("partners.papers") and company.members.filter(user=by).exists()):
        raise NotAllowed(_("The contractor's own administrator signs this."))
    refuse_idle(company)
    newest = SiteText.objects.filter(kind=SiteText.Kind.AGREEMENT).exclude(published_at=None).first()
    if newest is None or newest.pk != text.pk:
        raise WrongStatus(_("The agreement was changed in the meantime. Read the new one, then sign."))
    words = filled(text, project)
    content = render_pdf(
        "pdf/agreement.html",
        "agreement.css",
        {"words": words, "text": text, "by": by, "company": company, "now": timezone.now(), "sign": picture(signature)},
    )
    name = _("Safety agreement") + f" {company.name}.pdf"
    file = keep_file(content, name=name, content_type=CONTENT_TYPE, by=by)
    number = _("version %(n)d") % {"n": text.version}
    kind = CompanyDocument.Kind.AGREEMENT
    paper = file_document(company, by=by, kind=kind, valid_until=today() + AGREEMENT_LASTS, file=file, number=number)
    emit(
        "agreement.signed", paper, by=by, version=text.version, words=digest(words), signature=signature.sha256,
        file=file.sha256, project=project.name,
    )  # fmt: skip
    return paper
