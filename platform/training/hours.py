"""学时: hours of safety training, counted from lessons and classes, beside what the law or the factory asks for."""

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from dateutil.relativedelta import relativedelta
from django.db.models import Sum
from django.utils.timezone import localdate

from core.models import Event
from core.zone import zone
from facilities.calendar import today
from people.models import RoleGrant, User
from training.library import Written, written_hours
from training.models import Attendance, Enrolment, HourRule, Level

NEW, MANAGER = "new_worker", "manager"
LEVELS = (Level.COMPANY, Level.WORKSHOP, Level.TEAM)
ZERO = Decimal(0)


@dataclass(frozen=True)
class Rule:
    """law: as written; own: the factory's own numbers, where it asks for more."""

    law: Written
    own: HourRule | None

    @property
    def code(self) -> str:
        return str(self.law["code"])

    @property
    def first(self) -> int:
        return self.own.first_hours if self.own else int(self.law["first_hours"])

    @property
    def yearly(self) -> int | None:
        return self.own.yearly_hours if self.own else self.law["yearly_hours"]

    @property
    def levels(self) -> dict[str, int]:
        if self.own:
            return {level: getattr(self.own, level) for level in LEVELS}
        return {level: self.law["levels"][level] for level in LEVELS}


@dataclass(frozen=True)
class Line:
    """What counts: a course that was passed or is under way, or a class on site; who: its trainer, as the record says."""

    on: date
    level: str
    hours: Decimal
    title: Any
    is_class: bool
    is_over: bool
    minutes: int = 0
    score: int | None = None
    who: str = ""
    signed: tuple[datetime, datetime | None] | None = None
    note: str = ""


@dataclass(frozen=True)
class Part:
    level: str
    label: Any
    wanted: int
    counted: Decimal

    @property
    def missing(self) -> Decimal:
        return max(ZERO, self.wanted - self.counted)

    @property
    def shown(self) -> int:
        """Of the bar, in whole hours."""
        return int(min(self.counted, Decimal(self.wanted)))


@dataclass(frozen=True)
class Hours:
    """rule: None where nothing is asked of the person at the moment; then `counted` is of this year."""

    rule: Rule | None
    since: date
    wanted: int
    counted: Decimal
    parts: list[Part]
    lines: list[Line]

    @property
    def by_level(self) -> dict[str, Part]:
        return {part.level: part for part in self.parts}

    @property
    def missing(self) -> Decimal:
        if self.parts:
            return sum((part.missing for part in self.parts), ZERO)
        return max(ZERO, self.wanted - self.counted)


def rules_on(day: date) -> dict[str, Rule]:
    """The rules in force: the law's last version, and the factory's own where it has one."""
    own: dict[str, HourRule] = {}
    for row in HourRule.objects.filter(valid_from__lte=day).order_by("valid_from", "id"):
        own[row.code] = row
    found: dict[str, Rule] = {}
    for law in sorted(written_hours(), key=lambda law: law["valid_from"]):
        if law["valid_from"] <= day:
            found[law["code"]] = Rule(law, own.get(law["code"]))
    return found


def hours_of(people: Collection[User]) -> dict[int, Hours]:
    """For each of the people; a fixed number of queries, however many there are."""
    pks, day = [person.pk for person in people], today()
    rules, managers = rules_on(day), _managers(pks)
    moved, lines = _moved(pks, day), _lines(pks)
    return {
        person.pk: _count(person, rules, person.pk in managers, moved.get(person.pk), lines[person.pk], day)
        for person in people
    }


def _managers(people: Collection[int]) -> set[int]:
    roles = next(law["roles"] for law in written_hours() if law["code"] == MANAGER)
    return set(RoleGrant.objects.filter(user__in=people, role__in=roles).values_list("user", flat=True))


def _moved(people: Collection[int], day: date) -> dict[int, date]:
    """Who changed the post within a year: the workshop's and the team's part is learned again."""
    since = datetime.combine(day - relativedelta(years=1), datetime.min.time(), zone())
    changed = Event.objects.filter(name="user.changed", subject_type=User._meta.label_lower, at__gte=since)
    rows = changed.filter(subject_id__in=[str(pk) for pk in people], data__changed__has_key="job_role").order_by("seq")
    found = {}
    for pk, data, at in rows.values_list("subject_id", "data", "at"):
        if data["changed"]["job_role"][0]:  # the first post is no change
            found[int(pk)] = localdate(at, zone())
    return found


def _count(
    person: User, rules: dict[str, Rule], is_manager: bool, moved_on: date | None, lines: list[Line], day: date
) -> Hours:
    rule = rules[MANAGER if is_manager else NEW]
    hired_on, months = person.hired_on, relativedelta(months=rule.law["months"])
    is_new = hired_on is not None and hired_on <= day < hired_on + months
    year = date(day.year, 1, 1)
    if is_new and hired_on:
        levels = () if is_manager else LEVELS
        return _hours(rule, hired_on, rule.first, levels, lines)
    if moved_on and not is_manager:
        wanted = rule.levels[Level.WORKSHOP] + rule.levels[Level.TEAM]
        return _hours(rule, moved_on, wanted, LEVELS[1:], lines)
    return _hours(rule if rule.yearly else None, year, rule.yearly or 0, (), lines)


def _hours(rule: Rule | None, since: date, wanted: int, levels: Iterable[Level], lines: list[Line]) -> Hours:
    fresh = [line for line in lines if line.on >= since]
    parts = [
        Part(level, level.label, rule.levels[level], sum((line.hours for line in fresh if line.level == level), ZERO))
        for level in levels
        if rule
    ]
    shown = [line for line in fresh if line.level in {part.level for part in parts}] if parts else fresh
    return Hours(rule, since, wanted, sum((line.hours for line in shown), ZERO), parts, shown)


def _lines(people: Collection[int]) -> dict[int, list[Line]]:
    found: dict[int, list[Line]] = defaultdict(list)
    for person, line in (*_of_courses(people), *_of_classes(people)):
        found[person].append(line)
    for rows in found.values():
        rows.sort(key=lambda line: line.on)
    return found


def _of_courses(people: Collection[int]) -> Iterable[tuple[int, Line]]:
    """A course that was passed counts with its hours; one that is under way with the time that was counted so far."""
    counted = (Enrolment.Status.OPEN, Enrolment.Status.PASSED)
    rows = Enrolment.objects.filter(person__in=people, status__in=counted).exclude(course=None)
    for row in rows.select_related("course").annotate(seconds=Sum("progress__seconds")).order_by("pk"):
        course, minutes = row.course, (row.seconds or 0) // 60
        assert course is not None  # noqa: S101 - exams were left out
        is_over = row.ended_at is not None
        hours = course.hours if is_over else min(course.hours, (Decimal(minutes) / 60).quantize(Decimal("0.1")))
        on = localdate(row.ended_at, zone()) if row.ended_at else today()
        if hours:
            yield row.person_id, Line(on, course.level, hours, course.title, False, is_over, minutes, row.score)


def _of_classes(people: Collection[int]) -> Iterable[tuple[int, Line]]:
    rows = Attendance.objects.filter(person__in=people, hours__gt=0).select_related("session__trainer").order_by("pk")
    for row in rows:
        held = row.session
        on, signed = localdate(row.signed_in_at, zone()), (row.signed_in_at, row.signed_out_at)
        who, note = held.trainer.name, row.note
        yield row.person_id, Line(on, held.level, row.hours, held.title, True, True, who=who, signed=signed, note=note)
