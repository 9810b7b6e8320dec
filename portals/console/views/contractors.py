"""Contractors at the desk: companies, projects, who wants to come in, the texts they sign, and the gate's record."""

from collections.abc import Callable
from datetime import date
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.db.models import Count, Q
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.safestring import mark_safe
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from core.attachments import keep_photo
from core.errors import DomainError, Refusal
from core.events import history
from core.papers import keep_paper
from facilities.labels import drawn
from insight.contractors import scores_of
from market import packs
from market.actions import checklist_for_contractors, install_entry
from notifications.actions import mark_opened
from partners import actions
from partners.actions.gate import inside, log_of
from partners.entry import current_text, entry_exam, gaps_of, missing, points_of
from partners.models import (
    Ban,
    Carried,
    CarriedItem,
    Company,
    CompanyDocument,
    CrewMember,
    EntryPermit,
    Project,
    SiteText,
    Violation,
)
from partners.passes import code_of
from partners.passport import titles
from partners.texts import OF_SITE, open_gaps
from portals.console.forms.contractors import BanForm, ContractorForm, ProjectForm, TextForm, ViolationForm
from portals.console.views.suppliers import VERBS as OF_COMPANIES
from portals.supplier.forms import DocumentForm
from portals.web import page, require
from tenants.addresses import address_of
from tenants.current import current_factory

PER_PAGE = 50
Kind = SiteText.Kind


def _companies(request):
    require(request.user, "partners.view")
    return Company.objects.visible_to(request.user).contractors().select_related("department")


@login_required
def index(request):
    """Who waits to be let in stands above all else."""
    staying = Q(projects__crew__status="approved", projects__is_ended=False)
    counted = Count("projects__crew", filter=staying, distinct=True)
    companies = _companies(request).annotate(crew_size=counted).order_by("name", "pk")
    waiting = list(CrewMember.objects.visible_to(request.user).near().filter(status="waiting").order_by("pk")[:100])
    gaps = gaps_of(waiting)
    shown = Paginator(companies, PER_PAGE).get_page(request.GET.get("page"))
    scores = scores_of([company.pk for company in shown])
    for company in shown:
        company.score = scores[company.pk]
    context = {
        "page": shown,
        "waiting": [(member, [gap for gap in gaps[member.pk] if gap.code != "approval"]) for member in waiting],
        "inside": len(inside()),
        "has_briefing": current_text(Kind.BRIEFING) is not None,
        "may_manage": request.user.can("partners.manage"),
    }
    return page(request, "console/contractors/list.html", context)


@login_required
def add(request):
    require(request.user, "partners.manage")
    form = ContractorForm(request.POST or None, initial={"department": request.user.department_id})
    if request.method == "POST" and form.is_valid():
        try:
            made = actions.add_company(by=request.user, kind=Company.Kind.CONTRACTOR, **form.cleaned_data)
        except DomainError as refusal:
            form.add_error(None, refusal.message)
        else:
            messages.success(request, _("Added. Now invite somebody of the company."))
            return redirect("console:contractor", pk=made.pk)
    return page(request, "console/contractors/edit.html", {"form": form}, status=422 if form.errors else 200)


def _find(request, pk: int) -> Company:
    return get_object_or_404(_companies(request), pk=pk)


@login_required
def show(request, pk: int):
    company = _find(request, pk)
    mark_opened(company, by=request.user)
    return _show(request, company)


def _show(request, company: Company, status: int = 200, **more: Any):
    crew = list(CrewMember.objects.near().filter(project__company=company)[:200])
    gaps = gaps_of(crew)
    context = {
        "company": company,
        "projects": company.projects.select_related("area", "host", "plan"),
        "score": scores_of([company.pk])[company.pk],
        "may_plan": request.user.can("inspections.plan"),
        "crew": [(member, gaps[member.pk]) for member in crew],
        "documents": company.documents.exclude(status=CompanyDocument.Status.REPLACED)
        .select_related("file")
        .prefetch_related("carried__carried"),
        "members": company.members.filter(user__grants__role="contractor_admin").select_related("user"),
        "invitations": [each for each in company.invitations.all() if not each.is_over],
        "events": history(company),
        "may_manage": request.user.can("partners.manage"),
        "standings": Company.Standing.choices,
        "paper": DocumentForm(prefix="paper"),
        "new": ProjectForm(prefix="new"),
    }
    return page(request, "console/contractors/show.html", context | more, status=status)


@login_required
@require_POST
def act(request, pk: int, verb: str):
    """One thing done on the company's page; refused, the page comes back with the sentence and with what was typed."""
    company = _find(request, pk)
    more: dict[str, Any] = {}
    if verb not in VERBS:
        raise Http404
    try:
        VERBS[verb](request, company, more)
    except Refusal as refusal:
        return _show(request, _find(request, pk), refusal.status, refusal=refusal.message, **more)
    if more.get("link"):  # shown on this answer only
        return _show(request, _find(request, pk), **more)
    return redirect("console:contractor", pk=pk)


def _number(request, name: str) -> int:
    """Of the object that the pressed button names; nothing for what no page of ours sends."""
    asked = request.POST.get(name, "")
    return int(asked) if asked.isascii() and asked.isdecimal() and len(asked) < 19 else 0


def _add_project(request, company: Company, more: dict[str, Any]) -> None:
    more["new"] = form = ProjectForm(request.POST, prefix="new")
    require(request.user, "partners.manage")
    if not form.is_valid():
        raise DomainError(_("Look at the marked places; nothing is lost."))
    made = actions.add_project(company, by=request.user, **form.cleaned_data)
    messages.success(request, _("Added. The crew's number is %(code)s.") % {"code": made.code})


def _end_project(request, company: Company, more: dict[str, Any]) -> None:
    pk = _number(request, "project")
    actions.end_project(get_object_or_404(Project, pk=pk, company=company), by=request.user)


def _prolong(request, company: Company, more: dict[str, Any]) -> None:
    project = get_object_or_404(Project, pk=_number(request, "project"), company=company)
    more["prolonged"], more["last_day"] = project.pk, request.POST.get("ends_on", "")[:20]
    try:
        ends_on = date.fromisoformat(more["last_day"])
    except ValueError:
        raise DomainError(_("Choose the last day.")) from None
    actions.prolong_project(project, by=request.user, ends_on=ends_on)
    messages.success(request, _("The last day is %(day)s now. New entry permits last as long.") % {"day": ends_on})


def _plan_checks(request, company: Company, more: dict[str, Any]) -> None:
    require(request.user, "inspections.plan")
    pk = _number(request, "project")
    project = get_object_or_404(Project.objects.select_related("company", "area"), pk=pk, company=company)
    actions.plan_checks(project, checklist_for_contractors(by=request.user), by=request.user)
    messages.success(request, _("Planned. Each week the safety officers have it among their checks."))


VERBS: dict[str, Callable[[Any, Company, dict[str, Any]], None]] = {
    **{verb: OF_COMPANIES[verb] for verb in ("invite", "standing", "paper", "check", "decline")},
    "project": _add_project,
    "end": _end_project,
    "prolong": _prolong,
    "checks": _plan_checks,
}


# One of the crew


def _member(request, pk: int) -> CrewMember:
    require(request.user, "partners.view")
    return get_object_or_404(CrewMember.objects.visible_to(request.user).near(), pk=pk)


@login_required
def crew(request, pk: int):
    member = _member(request, pk)
    mark_opened(member, by=request.user)
    return _show_crew(request, member)


def _show_crew(request, member: CrewMember, status: int = 200, **more: Any):
    permits = list(member.permits.all())
    gaps = missing(member)
    issued = next((each for each in permits if each.status == EntryPermit.Status.ISSUED), None)
    context = {
        "member": member,
        "gaps": [gap for gap in gaps if gap.code != "approval"],
        "is_in_order": not gaps,
        "permit": issued,
        "svg": mark_safe(drawn(code_of(issued))) if issued else "",  # noqa: S308 - drawn from our own code
        "permits": permits,
        "readings": member.readings.exclude(signed_at=None).select_related("text", "signature"),
        "papers": member.user.attempts.exclude(exam=None)[:6],
        "licences": member.user.licences.select_related("kind").prefetch_related("carried__carried")[:6],
        "carried": _carried(member),
        "may_recognise": request.user.can("training.assign"),
        "violations": member.violations.select_related("by"),
        "points": points_of({member.id_mark} - {""}).get(member.id_mark, 0),
        "bans": Ban.objects.filter(id_mark=member.id_mark).select_related("by", "decided_by") if member.id_mark else (),
        "violation": ViolationForm(),
        "ban_form": BanForm(),
        "may_lift": request.user.can("partners.lift_ban"),
        "passes": log_of().filter(member=member)[:20],
        "events": history(member, *permits),
        "may_approve": request.user.can("partners.approve"),
        "may_manage": request.user.can("partners.manage"),
    }
    return page(request, "console/contractors/crew.html", context | more, status=status)


def _carried(member: CrewMember) -> list[Carried]:
    """What they brought from other factories, by their names here."""
    rows = list(Carried.objects.filter(user=member.user).prefetch_related("items__enrolment"))
    for row in rows:
        row.names = list(dict.fromkeys(titles([item.field for item in row.items.all()]).values()))  # type: ignore[attr-defined]
    return rows


@login_required
@require_POST
def decide(request, pk: int, verb: str):
    member, note = _member(request, pk), request.POST.get("note", "").replace("\0", "")
    if verb not in DECISIONS:
        raise Http404
    try:
        DECISIONS[verb](request, member, note)
    except Refusal as refusal:
        typed = {FORMS[verb][0]: FORMS[verb][1](request.POST, request.FILES)} if verb in FORMS else {}
        return _show_crew(request, _member(request, pk), refusal.status, refusal=refusal.message, note=note, **typed)
    messages.success(request, _("Saved."))
    return redirect("console:crew", pk=pk)


def _revoke(request, member: CrewMember, note: str) -> None:
    permit = member.permits.filter(status=EntryPermit.Status.ISSUED).first()
    if permit is None:
        raise DomainError(_("There is no entry permit to take back."))
    actions.revoke_permit(permit, by=request.user, note=note)


def _held(request, member: CrewMember, model: Any) -> Any:
    pk = _number(request, "which")
    return get_object_or_404(model, pk=pk, member=member)


def _note_violation(request, member: CrewMember) -> None:
    form = ViolationForm(request.POST, request.FILES)
    require(request.user, "partners.approve")
    if not form.is_valid():
        raise DomainError(_("Give the points, 1 to 12, and what happened."))
    upload = form.cleaned_data.pop("photo")
    photo = keep_photo(upload, by=request.user, stamp=member.user.name) if upload else None
    actions.note_violation(member, by=request.user, photo=photo, **form.cleaned_data)


def _ban(request, member: CrewMember) -> None:
    form = BanForm(request.POST, request.FILES)
    require(request.user, "partners.approve")
    if not form.is_valid():
        raise DomainError(_("Give the reason and the evidence."))
    evidence, _pages = keep_paper(form.cleaned_data["evidence"], by=request.user, stamp=member.user.name)
    actions.ban(member, by=request.user, reason=form.cleaned_data["reason"], evidence=evidence)


def _answer(request, member: CrewMember, note: str, *, is_lifted: bool) -> None:
    actions.answer_appeal(_held(request, member, Ban), by=request.user, is_lifted=is_lifted, note=note)


def _recognise(request, member: CrewMember) -> None:
    items = CarriedItem.objects.filter(carried__user=member.user)
    actions.recognise_training(get_object_or_404(items, pk=_number(request, "which")), by=request.user)


DECISIONS: dict[str, Callable[[Any, CrewMember, str], Any]] = {
    "approve": lambda request, member, note: actions.approve_member(member, by=request.user),
    "return": lambda request, member, note: actions.return_member(member, by=request.user, note=note),
    "renew": lambda request, member, note: actions.renew_permit(member, by=request.user),
    "revoke": _revoke,
    "violation": lambda request, member, note: _note_violation(request, member),
    "ban": lambda request, member, note: _ban(request, member),
    "withdraw": lambda request, member, note: actions.withdraw_violation(
        _held(request, member, Violation), by=request.user, note=note
    ),
    "recognise": lambda request, member, note: _recognise(request, member),
    "lift": lambda request, member, note: _answer(request, member, note, is_lifted=True),
    "uphold": lambda request, member, note: _answer(request, member, note, is_lifted=False),
    "leave": lambda request, member, note: actions.sign_off(member, by=request.user, note=note),
}


# What comes back with its words when it is refused.
FORMS: dict[str, tuple[str, Any]] = {"violation": ("violation", ViolationForm), "ban": ("ban_form", BanForm)}


# Texts


@login_required
def texts(request):
    """Briefing and agreement: what is in use, and the draft of the next one."""
    require(request.user, "partners.view")
    rows = [(kind, current_text(kind), _draft(kind)) for kind in Kind.values]
    context = {
        "rows": [(Kind(kind).label, kind, current, draft) for kind, current, draft in rows],
        "may_manage": request.user.can("partners.manage"),
        "packs": [(code, packs.titles()[code]) for code in packs.codes()],
        "exam": entry_exam() if request.user.can("training.view") else None,
    }
    return page(request, "console/contractors/texts.html", context)


def _draft(kind: str) -> SiteText | None:
    return SiteText.objects.filter(kind=kind, published_at=None).first()


@login_required
@require_POST
def take_texts(request):
    """Those of an industry pack, with its entry questions."""
    require(request.user, "partners.manage")
    install_entry(packs.load_pack(request.POST.get("pack", "")), by=request.user)
    messages.success(request, _("Taken over. Fill the gaps, then publish the briefing."))
    return redirect("console:site_texts")


@login_required
def text(request, slug: str):
    """The draft is written and saved; with the second button it is published."""
    require(request.user, "partners.manage")
    if slug not in Kind.values:
        raise Http404
    base = _draft(slug) or current_text(slug)
    start = {"body": base.body, "minutes": base.minutes} if base else {"minutes": 6}
    start |= {f"fact_{name}": value for name, value in (base.facts if base else {}).items()}
    form = TextForm(request.POST or None, initial=start, text=base)
    if request.method == "POST" and form.is_valid():
        try:
            said = form.cleaned_data
            draft = actions.write_text(slug, said["body"], by=request.user, minutes=said["minutes"], facts=form.facts())
            if "publish" in request.POST:
                actions.publish_text(draft, by=request.user)
        except Refusal as refusal:
            form.add_error(None, refusal.message)
        else:
            messages.success(request, _("Saved."))
            return redirect("console:site_texts" if "publish" in request.POST else request.path)
    context = {"form": form, "kind": Kind(slug).label, "base": base, "gaps": _labels(base)}
    return page(request, "console/contractors/text.html", context, status=422 if form.errors else 200)


def _labels(text: SiteText | None) -> list[str]:
    return [str(OF_SITE.get(name, name)) for name in (open_gaps(text) if text else ())]


# Gate


@login_required
def log(request):
    """Everything the gate saw, the newest first."""
    require(request.user, "partners.view")
    rows = log_of().filter(is_let_in=False) if request.GET.get("group") == "refused" else log_of()
    context = {
        "page": Paginator(rows, PER_PAGE).get_page(request.GET.get("page")),
        "inside": len(inside()),
        "may_check": request.user.can("gate.check"),
    }
    return page(request, "console/contractors/log.html", context)


@login_required
def poster(request):
    """To be printed and hung up at the gate."""
    require(request.user, "partners.view")
    address = address_of(current_factory()) + reverse("contractor:home")
    svg = mark_safe(drawn(address))  # noqa: S308 - drawn by the library from our own address
    return page(request, "console/contractors/poster.html", {"svg": svg, "address": address})
