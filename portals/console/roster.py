"""The week's table of the duty roster: what stands, what was typed, and reading it back."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta

from django import forms
from django.utils import timezone
from django.utils.translation import gettext as _

from core.errors import DomainError
from core.words import say
from facilities.calendar import today
from facilities.models import Department, Shift
from people.duty import WEEK, Entry, entered_for
from people.models import Absence, Duty, User
from people.permissions import PARTNER_ROLES
from portals.forms import person_named

DAY = timedelta(days=1)


@dataclass
class Cell:
    """One shift of one day: names as they stand or were typed. away: who takes over from a person on leave."""

    day: date
    shift: Shift
    person: str = ""
    substitute: str = ""
    away: str = ""
    is_over: bool = False

    @property
    def key(self) -> str:
        return f"{self.day:%Y%m%d}-{self.shift.pk}"


@dataclass
class Week:
    monday: date
    department: Department | None
    days: list[date]
    rows: list[tuple[Shift, list[Cell]]]
    names: list[str]
    now: list[User]
    known: dict[str, User] = field(default_factory=dict)

    @property
    def before(self) -> date:
        return self.monday - WEEK * DAY

    @property
    def after(self) -> date:
        return self.monday + WEEK * DAY

    @property
    def cells(self) -> list[Cell]:
        return [cell for _shift, cells in self.rows for cell in cells]


def week_of(day: date, department: Department | None, typed: Mapping[str, str] | None = None) -> Week:
    """typed: what was sent and could not be taken; it stands in the table as it was typed."""
    monday = day - day.weekday() * DAY
    days = [monday + number * DAY for number in range(WEEK)]
    known = _labels()
    labels = {user.pk: label for label, user in known.items()}
    found = Duty.objects.filter(department=department, day__in=days).select_related("person", "substitute")
    duties = {(row.day, row.shift_id): row for row in found}
    away = _away(duties.values(), monday)
    rows = [
        (shift, [_cell(day, shift, duties.get((day, shift.pk)), labels, away, typed) for day in days])
        for shift in Shift.objects.all()
    ]
    now = entered_for(timezone.now(), department.pk if department else None)
    return Week(monday, department, days, rows, list(known), now, known)


def _cell(day, shift, duty, labels: dict[int, str], away, typed: Mapping[str, str] | None) -> Cell:
    cell = Cell(day, shift, is_over=day < today())
    if duty:
        cell.person = labels.get(duty.person_id, duty.person.name)
        cell.substitute = labels.get(duty.substitute_id, duty.substitute.name) if duty.substitute else ""
        cell.away = _("away") if any(row.person_id == duty.person_id and _on(row, day) for row in away) else ""
    if typed is not None and not cell.is_over:
        cell.person = typed.get(f"p-{cell.key}", cell.person)[:60]
        cell.substitute = typed.get(f"s-{cell.key}", cell.substitute)[:60]
    return cell


def _away(duties, monday: date) -> list[Absence]:
    people = {row.person_id for row in duties}
    absences = Absence.objects.filter(person__in=people, ended_at=None)
    return list(absences.filter(ends_at__date__gte=monday, starts_at__date__lt=monday + WEEK * DAY))


def _on(absence: Absence, day: date) -> bool:
    return timezone.localdate(absence.starts_at) <= day <= timezone.localdate(absence.ends_at)


def _labels() -> dict[str, User]:
    """How each person is called in the fields: by name, and by number too where two have the same."""
    people = User.objects.insiders().filter(is_active=True).exclude(grants__role__in=PARTNER_ROLES)
    counted = Counter(user.name for user in people)
    return {_label(user, counted[user.name] > 1): user for user in people}


def _label(user: User, is_twice: bool) -> str:
    return f"{user.name} {user.employee_no or user.phone or user.pk}" if is_twice else user.name


def entries(week: Week, sent: Mapping[str, str]) -> list[Entry]:
    """Of the days that are not over, what was sent; a name that nobody has is refused with its place."""
    return [
        Entry(cell.day, cell.shift, _person(week, cell, sent, "p"), _person(week, cell, sent, "s"))
        for cell in week.cells
        if not cell.is_over and f"p-{cell.key}" in sent
    ]


def _person(week: Week, cell: Cell, sent: Mapping[str, str], part: str) -> User | None:
    text = sent.get(f"{part}-{cell.key}", "").strip()
    if not text or text in week.known:
        return week.known.get(text)
    try:
        return person_named(text)
    except forms.ValidationError as error:
        where = {"day": f"{cell.day:%m-%d}", "shift": say(cell.shift.name), "typed": text, "why": error.messages[0]}
        raise DomainError(_("%(day)s, %(shift)s, “%(typed)s”: %(why)s") % where) from None
