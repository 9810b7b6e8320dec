"""Figures of training, each counted from the very rows that are shown behind it. Read-only.

Three kinds of rows: arrivals (somebody came to a post), papers (somebody handed in a quiz or an exam), and people with
what they reported. A number is always the count of a filtered list, and the page of its rows is that list.
"""

from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from django.db.models import Count, QuerySet
from django.db.models.functions import TruncMonth
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from core.archives import DAY, before, month_of
from core.words import say
from core.zone import zone
from facilities.models import Department
from insight.learning.arrivals import JUDGED, Arrival, Arrivals, Span, State, arrivals, begins_on
from insight.learning.papers import Papers, Tries, papers_seen_by
from people.models import User
from training.models import Course, Exam

__all__ = [
    "FIGURES",
    "JUDGED",
    "PARTS",
    "Arrival",
    "Arrivals",
    "Board",
    "Figure",
    "Line",
    "Papers",
    "Span",
    "State",
    "Tries",
    "Value",
    "arrivals",
    "begins_on",
    "board",
    "papers_seen_by",
    "part",
]

MOST_MONTHS = 36
# Everything that is counted; the period and the line are still to be added.
PARTS: dict[str, Arrivals | Papers] = {
    "judged": Arrivals(state=JUDGED),
    "in_time": Arrivals(state=State.IN_TIME),
    "first": Papers(tries=Tries.FIRST),
    "first_passed": Papers(tries=Tries.FIRST, passed="yes"),
    "again": Papers(tries=Tries.AGAIN),
    "again_passed": Papers(tries=Tries.AGAIN, passed="yes"),
}


@dataclass(frozen=True)
class Figure:
    """top of bottom, both keys of PARTS, in percent."""

    key: str
    label: str | Promise
    definition: str | Promise
    bottom: str
    top: str


FIGURES = (
    Figure(
        "qualified",
        _("Qualified before the post"),
        _("Of the people who were hired or changed the post in the period and whose post asks for courses: those who had every one of them, by a valid certificate or by being exempt, within the days that its rule gives, counted from the day on which they came. Whose time still runs is not counted yet. A rule counts for whoever came on the day on which it was made or later; who came before the first course was given here is left out."),
        "judged",
        "in_time",
    ),
    Figure(
        "first",
        _("Passed at the first try"),
        _("Of the quizzes and exams that were handed in during the period and were the person's first try: those with enough points. The first try is the first one after the same lesson of the same task, or of the same exam."),
        "first",
        "first_passed",
    ),
    Figure(
        "again",
        _("Passed after learning again"),
        _("Of the quizzes and exams of the period that were a further try, after the lesson had been learned again: those with enough points. Who needs three tries counts with two of them here."),
        "again",
        "again_passed",
    ),
)  # fmt: skip


@dataclass(frozen=True)
class Value:
    """number: percent; None where there was nothing to count."""

    top: int
    bottom: int

    @property
    def number(self) -> float | None:
        return round(100 * self.top / self.bottom, 1) if self.bottom else None


@dataclass
class Line:
    """A course, workshop or month: `where` narrows a part's filter to its rows."""

    name: Any
    where: dict[str, Any]
    counts: dict[str, int]

    def value(self, figure: Figure) -> Value:
        return Value(self.counts.get(figure.top, 0), self.counts.get(figure.bottom, 0))


@dataclass(frozen=True)
class Board:
    """before: the period before; waiting: how many arrivals are not judged yet."""

    days: Span
    before: Span
    total: Line
    past: Line
    courses: list[Line]
    workshops: list[Line]
    months: list[Line]
    waiting: int


def part(key: str, days: Span, where: dict[str, Any] | None = None) -> Any:
    """The filter of what is counted: of these days, and of a line."""
    return replace(PARTS[key], **({"since": days[0], "until": days[1]} | (where or {})))


def board(reader: User, days: Span) -> Board:
    """A year of months up to the period's end, or all of the period's where that is longer."""
    papers, firsts, past = papers_seen_by(reader), _firsts(days), before(*days)
    whole = firsts[0], month_of(firsts[-1])[1]
    came = arrivals(reader, (min(past[0], whole[0]), whole[1]))
    now = _counted(papers, days)
    total = Line("", {}, _sum(now) | _of_arrivals(came, days))
    before_that = Line("", {}, _sum(_counted(papers, past)) | _of_arrivals(came, past))
    waiting = len(Arrivals(*days, state=State.WAITING).of(came))
    return Board(
        days, past, total, before_that, _by_course(now), _by_workshop(now, came, days), _by_month(papers, came, whole, firsts), waiting
    )  # fmt: skip


Counts = dict[str, int]
Group = tuple[str | None, int | None, int | None]
_PAPERS = [key for key, what in PARTS.items() if isinstance(what, Papers)]


def _counted(papers: QuerySet[Any], days: Span) -> dict[Group, Counts]:
    """By course, exam and department; one question."""
    columns = ("enrolment__course_code", "exam", "person__department")
    counts: dict[str, Any] = {key: Count("pk", filter=part(key, days).rule) for key in _PAPERS}
    rows: Any = papers.filter(Papers(*days).rule).order_by().values(*columns).annotate(**counts)
    return {tuple(row[column] for column in columns): {key: row[key] for key in _PAPERS} for row in rows}


def _sum(groups: dict[Group, Counts]) -> Counts:
    return {key: sum(counts[key] for counts in groups.values()) for key in _PAPERS}


def _of_arrivals(came: list[Arrival], days: Span, **where: Any) -> Counts:
    keys = [key for key, what in PARTS.items() if isinstance(what, Arrivals)]
    return {key: len(part(key, days, where).of(came)) for key in keys}


def _by_course(now: dict[Group, Counts]) -> list[Line]:
    titles = {course.code: say(course.title) for course in Course.objects.order_by("version")}
    exams = {exam.pk: say(exam.title) for exam in Exam.objects.all()}
    lines: dict[Any, Line] = {}
    for (code, exam, _department), counts in now.items():
        where = {"exam": exam} if exam else {"course": code}
        name = exams.get(exam, "") if exam else titles.get(code or "", code or "")
        line = lines.setdefault((code, exam), Line(name, where, dict.fromkeys(_PAPERS, 0)))
        line.counts = {key: line.counts[key] + counts[key] for key in _PAPERS}
    return [lines[key] for key in sorted(lines, key=lambda key: (key[0] or "~", key[1] or 0))]


def _by_workshop(now: dict[Group, Counts], came: list[Arrival], days: Span) -> list[Line]:
    lines = []
    for pk, name in Department.objects.values_list("pk", "name"):
        counts = _sum({group: counts for group, counts in now.items() if group[2] == pk})
        counts |= _of_arrivals(came, days, department=pk)
        if any(counts.values()):
            lines.append(Line(say(name), {"department": pk}, counts))
    return lines


def _by_month(papers: QuerySet[Any], came: list[Arrival], whole: Span, firsts: list[date]) -> list[Line]:
    lines = {first: Line(first, {}, dict.fromkeys(PARTS, 0)) for first in firsts}
    counts: dict[str, Any] = {key: Count("pk", filter=part(key, whole).rule) for key in _PAPERS}
    months = papers.filter(Papers(*whole).rule).order_by().annotate(month=TruncMonth("ended_at", tzinfo=zone()))
    for row in months.values("month").annotate(**counts):
        lines[row["month"].date()].counts |= {key: row[key] for key in _PAPERS}
    for first, line in lines.items():
        line.counts |= _of_arrivals(came, month_of(first))
    return list(lines.values())


def _firsts(days: Span) -> list[date]:
    last = days[1].replace(day=1)
    firsts = [last]
    while len(firsts) < MOST_MONTHS and (len(firsts) < 12 or firsts[0] > days[0]):
        firsts.insert(0, (firsts[0] - DAY).replace(day=1))
    return firsts
