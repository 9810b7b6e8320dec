"""What the clock does with periods: opens each report, fills in what is known, reminds, and says when it is late."""

from datetime import date, datetime, time, timedelta

from django.utils import timezone

from core.events import action, emit
from core.zone import zone
from facilities.calendar import today
from inspections.models import Audience, Checklist, Item
from partners.actions.guards import refuse_idle, refuse_unless_manager
from partners.models import ANSWERABLE, Company, Reply, SelfInspection
from partners.periods import due_after, last_period, period_of, workday_before
from people.models import User
from tenants import due

# A report is opened in the morning after its period; reminders so many workdays before its last day, and on it.
MORNING, REMINDERS = time(8), (2, 0)


def wait_for_period(company: Company) -> None:
    """Asks to be called when the period that runs now is over."""
    if company.kind != Company.Kind.SUPPLIER or not company.is_active:
        return
    _first, last = period_of(today(), company.rhythm)
    due.at(_morning(last + timedelta(days=1)), "partners.follow_period", key=_key(company), company=company.pk)


def forget_periods(company: Company) -> None:
    due.cancel(key=_key(company))


def _key(company: Company) -> str:
    return f"company:{company.pk}:period"


def _morning(day: date) -> datetime:
    return datetime.combine(day, MORNING, zone())


@action
def follow_period(company: Company) -> SelfInspection | None:
    """The clock: a period is over."""
    if not company.is_active:
        return None
    wait_for_period(company)
    return open_report(company, by=None)


@action
def open_report(company: Company, *, by: User | None) -> SelfInspection | None:
    """The report of the period that was over last; opened once, however often it is asked for."""
    refuse_unless_manager(by)
    refuse_idle(company)
    starts_on, ends_on = last_period(today(), company.rhythm)
    checklist = questionnaire_for(company)
    if checklist is None:
        emit("company.without_questionnaire", company, by=by)
        return None
    facts = {"ends_on": ends_on, "due_on": max(due_after(ends_on), today()), "checklist": checklist}
    report, is_new = SelfInspection.objects.get_or_create(company=company, starts_on=starts_on, defaults=facts)
    if is_new:
        prefill(report)
        emit("self_inspection.opened", report, by=by, company=company.name, day=report.due_on)
        schedule(report)
    return report


def questionnaire_for(company: Company) -> Checklist | None:
    """The one chosen for the company, else the first that there is."""
    lists = Checklist.objects.current().filter(audience=Audience.SUPPLIERS).order_by("pk")
    return lists.filter(code=company.questionnaire).first() or lists.first()


def schedule(report: SelfInspection) -> None:
    """Reminders, and the word that it is late, from its last day on."""
    for days in REMINDERS:
        day = workday_before(report.due_on, days) if days else report.due_on
        if (when := _morning(day)) > timezone.now():
            due.at(when, "partners.remind_report", key=f"{_report(report)}:remind:{days}", report=report.pk)
    due.at(
        _morning(report.due_on + timedelta(days=1)),
        "partners.tell_late",
        key=f"{_report(report)}:late",
        report=report.pk,
    )
    draw_on = _morning(report.due_on + timedelta(days=1))
    key = f"draw:{report.starts_on}:{report.ends_on}"
    due.once(draw_on, "partners.draw_reports", key=key, starts_on=str(report.starts_on), ends_on=str(report.ends_on))


def forget(report: SelfInspection) -> None:
    for what in (*(f"remind:{days}" for days in REMINDERS), "late"):
        due.cancel(key=f"{_report(report)}:{what}")


def _report(report: SelfInspection) -> str:
    return f"self_inspection:{report.pk}"


@action
def remind_report(report: SelfInspection) -> None:
    if report.status in ANSWERABLE and report.company.is_active:
        emit("self_inspection.reminded", report, by=None, days=max(0, report.days_left), day=report.due_on)


@action
def tell_late(report: SelfInspection) -> None:
    if report.status in ANSWERABLE and report.company.is_active and report.days_left < 0:
        emit("self_inspection.late", report, by=None, name=report.company.name, day=report.due_on)


def prefill(report: SelfInspection) -> None:
    """As in the last accepted report; never photos, nor what is about this period only."""
    former = last_accepted(report)
    replies = {reply.item_id: reply for reply in former.replies.select_related("item")} if former else {}
    ancestors = _ancestors(report)
    fresh = []
    for item in report.checklist.items.all():
        old = next((replies[pk] for pk in ancestors(item) if pk in replies), None)
        if old and old.is_answered and not item.is_fresh and _still_fits(old, item):
            words = {name: getattr(old, name) for name in ("choice", "number", "text", "note")}
            fresh.append(Reply(report=report, item=item, is_prefilled=True, **words))
    Reply.objects.bulk_create(fresh)


def last_accepted(report: SelfInspection) -> SelfInspection | None:
    accepted = SelfInspection.objects.filter(
        company=report.company_id, status=SelfInspection.Status.ACCEPTED, starts_on__lt=report.starts_on
    )
    return accepted.order_by("-starts_on").first()


def _ancestors(report: SelfInspection):
    """From an item of this version back to what it was in the earlier ones, itself first."""
    items = Item.objects.filter(checklist__code=report.checklist.code)
    origins = dict(items.values_list("pk", "origin_id"))

    def walk(item: Item):
        pk: int | None = item.pk
        while pk is not None:
            yield pk
            pk = origins.get(pk)

    return walk


def _still_fits(old: Reply, item: Item) -> bool:
    """The question has the same answers as it had then."""
    return old.item.kind == item.kind and old.item.choices == item.choices
