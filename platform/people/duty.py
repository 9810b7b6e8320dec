"""值班表: who answers for safety in which shift, and who that is at a moment."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

from django.db.models import OuterRef, Q, QuerySet, Subquery
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core.errors import DomainError, NotAllowed
from core.events import action, emit, register
from core.words import say
from core.zone import zone
from facilities.calendar import today
from facilities.models import Department, Shift
from people.models import Absence, Duty, User
from people.permissions import Role

register(
    {
        "duty.entered": gettext_lazy("Duty entered"),
        "duty.removed": gettext_lazy("Duty taken off"),
    }
)
_DAY = timedelta(days=1)
WEEK = 7


@dataclass(frozen=True)
class Entry:
    """One place of the roster: nobody where person is empty."""

    day: date
    shift: Shift
    person: User | None = None
    substitute: User | None = None


# Who it is


def bounds(day: date, shift: Shift) -> tuple[datetime, datetime]:
    """From when to when the shift of this day lasts, in UTC: clocks that are put forward or back count as they pass."""
    last = day + _DAY if shift.ends_at <= shift.starts_at else day
    start, end = datetime.combine(day, shift.starts_at, zone()), datetime.combine(last, shift.ends_at, zone())
    return start.astimezone(UTC), end.astimezone(UTC)


def on_duty(moment: datetime, department_id: int | None = None) -> list[User]:
    """Whoever is on duty in the workshop and in the whole factory then; the safety officers where nobody is entered."""
    return entered_for(moment, department_id) or list(User.objects.holding(Role.SAFETY_OFFICER, department_id))


def entered_for(moment: datetime, department_id: int | None = None) -> list[User]:
    """The workshop's people first; each once, and for those who are away whoever takes it over from them."""
    rows = [row for row in _rows(moment, department_id) if _covers(row, moment)]
    away = _away({user for row in rows for user in (row.person_id, row.substitute_id) if user}, moment)
    people = [_answering(row, away) for row in sorted(rows, key=lambda row: row.department_id is None)]
    return list({person.pk: person for person in people if person}.values())


def _rows(moment: datetime, department_id: int | None) -> Iterable[Duty]:
    local = moment.astimezone(zone()).date()
    where = Q(department=None) | Q(department__in=_upwards(department_id))
    rows = Duty.objects.filter(where, day__in=(local - _DAY, local))
    return rows.select_related("shift", "person", "substitute")


def _covers(row: Duty, moment: datetime) -> bool:
    start, end = bounds(row.day, row.shift)
    return start <= moment.astimezone(UTC) < end


def _upwards(department_id: int | None) -> list[int]:
    """The department and those above it."""
    parents = dict(Department.objects.values_list("pk", "parent")) if department_id else {}
    found: list[int] = []
    while department_id and department_id not in found:
        found.append(department_id)
        department_id = parents.get(department_id)
    return found


def _away(people: set[int], moment: datetime) -> dict[int, User]:
    """Who is absent then, and who stands in for each."""
    running = _running(moment).filter(person__in=people).select_related("stand_in")
    return {absence.person_id: absence.stand_in for absence in running}


def _running(moment: datetime) -> QuerySet[Absence]:
    rows = Absence.objects.filter(starts_at__lte=moment, ends_at__gt=moment)
    return rows.filter(Q(ended_at=None) | Q(ended_at__gt=moment))


def _answering(row: Duty, away: Mapping[int, User | None]) -> User | None:
    """The person, else the substitute, else the person's stand-in."""
    for person in (row.person, row.substitute):
        if person and person.is_active and person.pk not in away:
            return person
    stand_in = away.get(row.person_id)
    return stand_in if stand_in and stand_in.is_active else None


@dataclass(frozen=True)
class Watch:
    """That somebody answers now, for themselves or for whom they take over; until: when the shift is over."""

    duty: Duty
    until: datetime


def watch_of(user: User, moment: datetime) -> Watch | None:
    """The one that lasts longest; of the safety officers nobody is on duty only because no other is entered."""
    local = moment.astimezone(zone()).date()
    running = _running(moment)
    lent = running.filter(stand_in=user).values("person")
    rows = Duty.objects.filter(Q(person=user) | Q(substitute=user) | Q(person__in=lent), day__in=(local - _DAY, local))
    rows = rows.select_related("shift", "person", "substitute", "department").annotate(
        stand_in=Subquery(running.filter(person=OuterRef("person")).values("stand_in")[:1]),
        substitute_stand_in=Subquery(running.filter(person=OuterRef("substitute")).values("stand_in")[:1]),
    )
    mine = [Watch(row, bounds(row.day, row.shift)[1]) for row in rows if _covers(row, moment) and _is_mine(row, user)]
    return max(mine, key=lambda watch: watch.until, default=None)


def _is_mine(row: Any, user: User) -> bool:
    """row: with the numbers of the stand-ins of those who are away."""
    away: dict[int, User | None] = {}
    if row.substitute_stand_in:
        away[row.substitute_id] = None
    if row.stand_in:
        away[row.person_id] = user if row.stand_in == user.pk else None
    return _answering(row, away) == user


# The week


@action
def enter_roster(entries: Iterable[Entry], *, by: User, department: Department | None = None) -> list[Duty]:
    """Whoever is named answers from now on; what stands already stays, and days that are over are left as they were."""
    _refuse_stranger(by, department)
    entries = list(entries)
    known = {(row.day, row.shift_id): row for row in _locked(department, entries)}
    changed = [_enter(entry, known.get((entry.day, entry.shift.pk)), by, department) for entry in entries]
    return [row for row in changed if row]


@action
def copy_week(monday: date, *, by: User, department: Department | None = None) -> list[Duty]:
    """What stood in the week before, wherever nobody is entered yet; who has left the factory is not copied."""
    _refuse_stranger(by, department)
    before = Duty.objects.filter(department=department, day__range=(monday - WEEK * _DAY, monday - _DAY))
    entries = [_a_week_later(row) for row in before.select_related("shift", "person", "substitute")]
    entries = [entry for entry in entries if entry.person and entry.person.is_active and entry.day >= today()]
    taken = {(row.day, row.shift_id) for row in _locked(department, entries)}
    return enter_roster(
        [entry for entry in entries if (entry.day, entry.shift.pk) not in taken], by=by, department=department
    )


def _a_week_later(row: Duty) -> Entry:
    substitute = row.substitute if row.substitute and row.substitute.is_active else None
    return Entry(row.day + WEEK * _DAY, row.shift, row.person, substitute)


def _locked(department: Department | None, entries: list[Entry]) -> list[Duty]:
    rows = Duty.objects.select_for_update(of=("self",)).filter(
        department=department, day__in={entry.day for entry in entries}
    )
    return list(rows.order_by("pk"))


def _enter(entry: Entry, row: Duty | None, by: User, department: Department | None) -> Duty | None:
    person, substitute = entry.person, entry.substitute
    before = (row.person_id, row.substitute_id) if row else (None, None)
    if before == (person.pk if person else None, substitute.pk if substitute else None):
        return None
    _refuse_odd(entry)
    words = {"day": entry.day, "shift": say(entry.shift.name), "place": say(department.name) if department else ""}
    if person is None:
        emit("duty.removed", row, by=by, **words, name=row.person.name)  # type: ignore[arg-type, union-attr]
        row.delete()  # type: ignore[union-attr]
        return row
    where: dict[str, Any] = {"day": entry.day, "shift": entry.shift, "department": department}
    made, _is_new = Duty.objects.update_or_create(**where, defaults={"person": person, "substitute": substitute})
    words |= {"name": person.name, "substitute_name": substitute.name if substitute else ""}
    emit("duty.entered", made, by=by, person=person.pk, **words)
    return made


def _refuse_odd(entry: Entry) -> None:
    where = {"day": f"{entry.day:%m-%d}", "shift": say(entry.shift.name)}
    if entry.day < today():
        raise DomainError(_("%(day)s is over; its roster stays as it was.") % where)
    if entry.substitute and not entry.person:
        raise DomainError(_("%(day)s, %(shift)s: say who is on duty, then who takes over.") % where)
    if entry.substitute and entry.substitute == entry.person:
        raise DomainError(_("%(day)s, %(shift)s: name somebody else to take over.") % where)
    for person in (entry.person, entry.substitute):
        if person and not (person.is_active and person.is_staff_member):
            raise DomainError(
                _("%(day)s, %(shift)s: %(name)s is not here any more. Name somebody of the factory.")
                % (where | {"name": person.name})
            )


def _refuse_stranger(by: User, department: Department | None) -> None:
    if not may_enter(by, department):
        raise NotAllowed(_("The safety officer keeps the roster; a workshop's head keeps that of the workshop."))


@dataclass(frozen=True)
class _Place:
    department_id: int | None


def may_enter(user: User, department: Department | None) -> bool:
    return user.can("people.roster", _Place(department.pk if department else None))
