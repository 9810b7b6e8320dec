"""供应商 at the desk: who there is, with grade, what is late, which papers end; each company; its reports, looked at."""

from collections.abc import Callable
from datetime import timedelta
from functools import partial
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.db.models import Count, Exists, F, OuterRef, Q, Subquery
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from core.errors import DomainError, Refusal
from core.events import history
from core.papers import keep_paper
from facilities.calendar import today
from hazards.models import OPEN
from insight.suppliers import latest_by_company, peers_of, trend_of
from inspections.models import Audience, Checklist
from market import packs
from market.actions import install_questionnaire
from notifications.actions import mark_opened
from partners import actions
from partners.actions.companies import link_of
from partners.actions.opening import last_accepted
from partners.actions.reviewing import drawn_by, to_correct
from partners.models import ANSWERABLE, Company, CompanyDocument, CompanyMember, SelfInspection
from partners.models.companies import SOON
from portals.console.forms.suppliers import GROUPS, CompanyForm, CorrectForm, FindForm, SpotCheckForm
from portals.supplier.forms import DocumentForm
from portals.supplier.sheet import rows_of
from portals.web import page, require

PER_PAGE = 50


@login_required
def index(request):
    require(request.user, "partners.view")
    found = _found(request, FindForm(request.GET))
    paged = Paginator(found, PER_PAGE).get_page(request.GET.get("page"))
    latest = latest_by_company(company.pk for company in paged)
    for company in paged:
        company.last = latest.get(company.pk)
    context = {
        "page": paged,
        "figures": _figures(request),
        "today": today(),
        "groups": GROUPS,
        "may_manage": request.user.can("partners.manage"),
        "waiting": _reports(request).filter(status=SelfInspection.Status.SUBMITTED).order_by("submitted_at")[:20],
        "has_questionnaire": Checklist.objects.current().filter(audience=Audience.SUPPLIERS).exists(),
        "packs": packs.titles().items(),
        "query": "".join(f"{name}={request.GET.get(name, '')}&" for name in ("q", "group") if request.GET.get(name)),
    }
    return page(request, "console/suppliers/list.html", context)


def _reports(request):
    return SelfInspection.objects.visible_to(request.user).select_related("company")


def _late():
    late = SelfInspection.objects.filter(company=OuterRef("pk"), status__in=ANSWERABLE, due_on__lt=today())
    return late.order_by("due_on")


def _ending():
    papers = CompanyDocument.objects.current().filter(company=OuterRef("pk"))
    return papers.filter(valid_until__lte=_soon()).order_by("valid_until")


def _soon():
    return today() + timedelta(days=SOON)


def _companies(request):
    seen = Company.objects.visible_to(request.user).suppliers().select_related("department")
    open_ones = Count("corrections", filter=Q(corrections__hazard__status__in=OPEN), distinct=True)
    return seen.annotate(
        late_since=Subquery(_late().values("due_on")[:1]),
        paper_ends=Subquery(_ending().values("valid_until")[:1]),
        to_fix=open_ones,
        people=Count("members", distinct=True),
    )


def _found(request, form: FindForm):
    form.is_valid()
    asked = {"q": "", "group": "", "grade": ""} | form.cleaned_data
    waits = SelfInspection.objects.filter(company=OuterRef("pk"), status=SelfInspection.Status.SUBMITTED)
    narrow = {
        "late": Q(late_since__isnull=False),
        "review": Exists(waits),
        "papers": Q(paper_ends__isnull=False),
        "old": ~Q(standing=Company.Standing.ACTIVE),
    }
    found = _companies(request).filter(narrow.get(asked["group"], Q(standing=Company.Standing.ACTIVE)))
    if asked["q"]:
        found = found.filter(Q(name__icontains=asked["q"]) | Q(contact__icontains=asked["q"]))
    return found.order_by(F("late_since").asc(nulls_last=True), "name")


def _figures(request) -> dict[str, int]:
    """late: companies whose report has not come; review: reports that wait; papers: companies with one that ends."""
    active = _companies(request).filter(standing=Company.Standing.ACTIVE)
    return {
        "all": active.count(),
        "late": active.filter(late_since__isnull=False).count(),
        "review": _reports(request).filter(status=SelfInspection.Status.SUBMITTED).count(),
        "papers": active.filter(paper_ends__isnull=False).count(),
    }


@login_required
@require_POST
def questionnaire(request):
    """That of an industry pack, for factories that had the pack before."""
    require(request.user, "inspections.design")
    made = install_questionnaire(packs.load_pack(request.POST.get("pack", "")), by=request.user)
    messages.success(request, _("The questionnaire is ready.") if made else _("It is there already."))
    return redirect("console:suppliers")


@login_required
def add(request):
    require(request.user, "partners.manage")
    form = CompanyForm(request.POST or None, initial={"department": request.user.department_id})
    if request.method == "POST" and form.is_valid():
        try:
            made = actions.add_company(by=request.user, **form.cleaned_data)
        except DomainError as refusal:
            form.add_error(None, refusal.message)
        else:
            messages.success(request, _("Added. Now invite somebody of the company."))
            return redirect("console:supplier", pk=made.pk)
    return page(request, "console/suppliers/edit.html", {"form": form}, status=422 if form.errors else 200)


def _find(request, pk: int) -> Company:
    require(request.user, "partners.view")
    return get_object_or_404(Company.objects.visible_to(request.user).select_related("department"), pk=pk)


@login_required
def edit(request, pk: int):
    company = _find(request, pk)
    require(request.user, "partners.manage")
    names = ("name", "credit_code", "contact", "phone", "department", "rhythm", "questionnaire")
    form = CompanyForm(request.POST or None, initial={name: getattr(company, name) for name in names})
    if request.method == "POST" and form.is_valid():
        try:
            actions.change_company(company, by=request.user, **form.cleaned_data)
        except DomainError as refusal:
            form.add_error(None, refusal.message)
        else:
            messages.success(request, _("Saved."))
            return redirect("console:supplier", pk=pk)
    context = {"form": form, "company": company}
    return page(request, "console/suppliers/edit.html", context, status=422 if form.errors else 200)


@login_required
def show(request, pk: int):
    company = _find(request, pk)
    mark_opened(company, by=request.user)
    return _show(request, company)


def _show(request, company: Company, status: int = 200, **more: Any):
    context = {
        "company": company,
        "reports": company.reports.order_by("-starts_on")[:12],
        "trend": trend_of(company),
        "peers": peers_of(company),
        "documents": company.documents.exclude(status=CompanyDocument.Status.REPLACED)
        .select_related("file")
        .prefetch_related("carried__carried"),
        "corrections": company.corrections.select_related("hazard__owner")[:20],
        "members": company.members.select_related("user"),
        "invitations": [each for each in company.invitations.all() if not each.is_over],
        "events": history(company),
        "may_manage": request.user.can("partners.manage"),
        "may_review": request.user.can("partners.review"),
        "standings": Company.Standing.choices,
        "paper": DocumentForm(prefix="paper"),
        "correct": CorrectForm(prefix="correct"),
    }
    return page(request, "console/suppliers/show.html", context | more, status=status)


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
    return redirect("console:supplier", pk=pk)


def _invite(request, company: Company, more: dict[str, Any]) -> None:
    more["phone"] = phone = request.POST.get("phone", "").replace("\0", "")
    _invitation, token = actions.invite(company, by=request.user, phone=phone)
    if phone:
        messages.success(request, _("Sent as a text. The link works once, for 14 days."))
    else:
        more["link"] = link_of(token)


def _standing(request, company: Company, more: dict[str, Any]) -> None:
    more["note"] = note = request.POST.get("note", "").replace("\0", "")
    actions.change_standing(company, request.POST.get("standing", ""), by=request.user, note=note)


def _ask(request, company: Company, more: dict[str, Any]) -> None:
    require(request.user, "partners.manage")
    report = actions.open_report(company, by=request.user)
    if report is None:
        raise DomainError(_("There is no questionnaire yet. Install one from an industry pack first."))
    messages.success(
        request, _("%(title)s is with them, due on %(day)s.") % {"title": report.title, "day": report.due_on}
    )


def _paper(request, company: Company, more: dict[str, Any]) -> None:
    more["paper"] = form = DocumentForm(request.POST, request.FILES, prefix="paper")
    require(request.user, "partners.manage")
    if not form.is_valid():
        raise DomainError(_("Look at the marked places; nothing is lost."))
    file, _pages = keep_paper(form.cleaned_data.pop("file"), by=request.user, stamp=company.name)
    actions.file_document(company, by=request.user, file=file, **form.cleaned_data)


def _check(request, company: Company, more: dict[str, Any]) -> None:
    actions.check_document(_document(request, company), by=request.user)


def _decline(request, company: Company, more: dict[str, Any]) -> None:
    note = request.POST.get("note", "").replace("\0", "")
    actions.decline_document(_document(request, company), by=request.user, note=note)


def _document(request, company: Company) -> CompanyDocument:
    return get_object_or_404(company.documents, pk=_number(request.POST.get("document", "")))


def _end(request, company: Company, more: dict[str, Any]) -> None:
    more["member_note"] = note = request.POST.get("note", "").replace("\0", "")
    member = _member(request, company)
    more["ending"] = member.pk
    actions.end_access(member, by=request.user, note=note)
    messages.success(request, _("%(name)s has no access any more.") % {"name": member.user.name})


def _administrator(request, company: Company, more: dict[str, Any]) -> None:
    member = _member(request, company)
    actions.name_administrator(member, by=request.user)
    messages.success(request, _("%(name)s looks after the company's accounts now.") % {"name": member.user.name})


def _member(request, company: Company) -> CompanyMember:
    asked = request.POST.get("member", "")
    return get_object_or_404(company.members.select_related("user", "company__department"), pk=_number(asked))


def _number(text: str) -> int:
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 19 else 0


def _correct(request, company: Company, more: dict[str, Any]) -> None:
    more["correct"] = form = CorrectForm(request.POST, prefix="correct")
    if not form.is_valid():
        raise DomainError(_("Look at the marked places; nothing is lost."))
    made = actions.correct_at_partner(company, by=request.user, **form.cleaned_data)
    messages.success(request, _("%(number)s is with the company.") % {"number": made.hazard.number})


VERBS: dict[str, Callable[[Any, Company, dict[str, Any]], None]] = {
    "invite": _invite,
    "standing": _standing,
    "ask": _ask,
    "paper": _paper,
    "check": _check,
    "decline": _decline,
    "correct": _correct,
    "end": _end,
    "administrator": _administrator,
}


def _report(request, pk: int) -> SelfInspection:
    require(request.user, "partners.view")
    near = ("company__department", "checklist", "submitted_by", "decided_by", "spot_check__draw", "spot_check__done_by")
    return get_object_or_404(SelfInspection.objects.visible_to(request.user).select_related(*near), pk=pk)


@login_required
def report(request, pk: int):
    found = _report(request, pk)
    mark_opened(found, by=request.user)
    return _show_report(request, found)


def _show_report(request, report: SelfInspection, status: int = 200, **more: Any):
    rating, former = actions.rated(report), last_accepted(report)
    rows = [row for row in rows_of(report, rating, former) if row.line]
    check = getattr(report, "spot_check", None)
    may_review = request.user.can("partners.review")
    context = {
        "report": report,
        "rating": rating,
        "rows": rows,
        "former": former,
        "untouched": sum(row.is_untouched for row in rows),
        "changed": sum(row.is_changed for row in rows),
        "repeated": sum(bool(photo.like_id) for row in rows for photo in row.photos),
        "files": report.files.select_related("attachment"),
        "corrections": report.corrections.select_related("hazard"),
        "will_open": to_correct(report) if may_review and report.status == SelfInspection.Status.SUBMITTED else [],
        "may_review": may_review,
        "check": check,
        "drawn": len(drawn_by(check.draw)) if check else 0,
        "spot": SpotCheckForm(),
        "events": history(report),
        "peers": peers_of(report.company),
    }
    return page(request, "console/suppliers/report.html", context | more, status=status)


@login_required
@require_POST
def decide(request, pk: int, verb: str):
    found, note = _report(request, pk), request.POST.get("note", "").replace("\0", "")
    spot = SpotCheckForm(request.POST) if verb == "spot" else SpotCheckForm()
    does: dict[str, Callable[[], Any]] = {
        "accept": partial(actions.accept_report, found, by=request.user),
        "return": partial(actions.return_report, found, by=request.user, note=note),
        "spot": partial(_spot, request, found, spot),
    }
    if verb not in does:
        raise Http404
    try:
        does[verb]()
    except Refusal as refusal:
        return _show_report(
            request, _report(request, pk), refusal.status, refusal=refusal.message, note=note, spot=spot
        )
    messages.success(request, _("Saved."))
    return redirect("console:self_inspection", pk=pk)


def _spot(request, report: SelfInspection, form: SpotCheckForm) -> None:
    check = getattr(report, "spot_check", None)
    if check is None:
        raise DomainError(_("This report was not drawn for a spot check."))
    if not form.is_valid():
        raise DomainError(_("Say how you looked and what you found."))
    actions.note_spot_check(check, by=request.user, **form.cleaned_data)


@login_required
@require_POST
def draw(request, pk: int):
    """Before the clock does it: one in ten of what came for the period of this report."""
    found = _report(request, pk)
    made = actions.draw_reports(found.starts_on, found.ends_on, by=request.user)
    if made is None:
        raise DomainError(_("Nothing was handed in for this period yet."))
    messages.success(request, _("Drawn: %(n)d of %(all)d.") % {"n": len(drawn_by(made)), "all": len(made.reports)})
    return redirect("console:self_inspection", pk=pk)
