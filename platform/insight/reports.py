"""安全报告: on the first of each month the one before is written down by itself; others when somebody asks."""

from dataclasses import asdict
from datetime import date, datetime, time
from typing import Any

from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, override

from core.archives import DAY, month_of, next_month, period, quarter_of, year_of
from core.attachments import keep_file, visible_through
from core.errors import DomainError, NotAllowed
from core.events import action, emit, register
from core.pdf import CONTENT_TYPE
from core.zone import zone
from facilities.calendar import today
from insight.models import Report
from insight.rollups import begin_to_sum_up
from people.models import User
from tenants import due
from tenants.current import current_factory

register(
    {
        "report.ordered": gettext_lazy("Safety report ordered"),
        "report.written": gettext_lazy("Safety report written"),
    }
)
KEY = "insight.report"
_AT = time(6, 0)
_WHOLE = {Report.Span.MONTH: month_of, Report.Span.QUARTER: quarter_of, Report.Span.YEAR: year_of}


@visible_through
def _files(user: User) -> QuerySet[Any]:
    return Report.objects.visible_to(user).values("file")


@action
def order_report(span: str, day: date, *, by: User | None, language: str = "zh-hans") -> Report:
    """Of the month, quarter or year of that day; a running one goes up to today and is written as such."""
    if by and not by.can("insight.order_report"):
        raise NotAllowed(_("Officers, leaders and administrators order reports. Ask one of them."))
    since, until = _WHOLE[Report.Span(span)](day)
    if since > today():
        raise DomainError(_("That has not begun yet. Choose a month, quarter or year that has."))
    facts: dict[str, Any] = {"since": since, "until": min(until, today()), "language": language}
    report = Report.objects.create(span=span, by=by, ordered_at=timezone.now(), **facts)
    emit("report.ordered", report, by=by, span=span, since=since, until=report.until)
    due.now("insight.write_report", report=report.pk)
    return report


@due.handler("insight.write_report")
def write(report: int) -> None:
    write_report(Report.objects.get(pk=report))


@action
def write_report(report: Report) -> Report:
    """Figures and paper are kept as they are now; written once."""
    from insight.paper import contents, draw  # slow, and only workers draw

    if report.written_at:
        return report
    with override(report.language):
        told = contents(report)
        name = f"{current_factory().name} {_('Safety report')} {period(report.since, report.until)}.pdf"
        report.file = keep_file(draw(told), name=name, content_type=CONTENT_TYPE, by=None)
        title = period(report.since, report.until)
    report.written_at = timezone.now()
    report.figures = {key: asdict(value) for key, value in told["values"].items()}
    report.save(update_fields=["file", "figures", "written_at"])
    facts = {"sha256": report.file.sha256, "figures": report.figures}
    emit("report.written", report, by=None, note=title, **facts)
    return report


@due.handler("insight.monthly_report")
def report_monthly(month: str) -> None:
    """This month, and those after it that are over by now: a worker may have slept for long."""
    first = date.fromisoformat(month)
    while _comes_at(first) <= timezone.now():
        order_report(Report.Span.MONTH, first, by=None)
        first = next_month(first)
    _wait(first)


@due.handler("insight.begin")
def begin() -> None:
    """A factory's dashboard: the running month is reported when it is over, and sums are written each night."""
    first = today().replace(day=1)
    due.once(_comes_at(first), "insight.monthly_report", key=KEY, month=first.isoformat())
    begin_to_sum_up()


def _wait(first: date) -> None:
    due.at(_comes_at(first), "insight.monthly_report", key=KEY, month=first.isoformat())


def _comes_at(first: date) -> datetime:
    """Early on the first day of the month after."""
    return datetime.combine(month_of(first)[1] + DAY, _AT, zone())
