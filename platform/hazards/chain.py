"""Who hears of an open hazard, and when: computed from its limit, its policy and who holds which role now."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from itertools import count
from zoneinfo import ZoneInfo

from django.utils.translation import gettext_lazy as _

from facilities.calendar import workdays
from hazards.models import LevelPolicy
from hazards.models.levels import full_chain
from people.models import User
from people.permissions import Role, allows
from tenants.current import current_factory

Passing = Callable[[datetime, timedelta], datetime]
_DAY = timedelta(days=1)
_INSTANT = timedelta(microseconds=1)

# Events by which the clock tells people.
CALLS = ("hazard.escalated", "hazard.unassigned", "hazard.taken_back")
# What the clock calls for outside of the chain, and whom it tries in this order.
REMINDED = {
    "not_confirmed": (Role.LEADER, Role.HEAD),
    "not_started": (Role.TEAM_LEADER, Role.WORKSHOP_HEAD, Role.SAFETY_OFFICER, Role.LEADER, Role.HEAD),
    "unassigned": (Role.SAFETY_OFFICER, Role.LEADER, Role.HEAD),
    "link_over": (Role.SAFETY_OFFICER, Role.LEADER, Role.HEAD),
}
WHY = {
    "limit": _("the limit is near"),
    "overdue": _("the limit is over"),
    "not_confirmed": _("nobody has confirmed the level"),
    "not_started": _("nobody has begun"),
    "unassigned": _("nobody is to fix it yet"),
    "link_over": _("who was to fix it has no access any more"),
}


@dataclass(frozen=True)
class Moment:
    """One call of the clock; reason is a key of WHY."""

    step: int
    when: datetime
    reason: str
    role: str


@dataclass(frozen=True)
class Hearers:
    """Who is told: the people of `role`; `skipped` are the roles before it that nobody holds."""

    role: str
    people: list[User]
    skipped: list[str]


def limit_from(start: datetime, hours: float, clock: str) -> datetime:
    """So many hours later, or earlier where they are negative; "workdays" counts only days that the factory works."""
    return _passing(clock)(start, timedelta(hours=hours))


def moments(limit: datetime, policy: LevelPolicy) -> Iterator[Moment]:
    """Before the limit, at the limit, then at each repeat one level further; the last level again and again, without end."""
    pass_time = _passing(policy.clock)
    return (_moment(limit, policy, step, pass_time) for step in count())


def moment(limit: datetime, policy: LevelPolicy, step: int) -> Moment:
    return _moment(limit, policy, step, _passing(policy.clock))


def _moment(limit: datetime, policy: LevelPolicy, step: int, pass_time: Passing) -> Moment:
    before, every = timedelta(hours=policy.escalate_before_hours), timedelta(hours=max(policy.repeat_hours, 1))
    when = pass_time(limit, -before if step == 0 else every * (step - 1))
    return Moment(step, when, "limit" if when < limit else "overdue", tried(policy.chain, step)[0])


def stamp(limit: datetime) -> str:
    """How an event names the limit that its step belongs to."""
    return limit.astimezone(UTC).isoformat()


def tried(chain: Sequence[str], step: int) -> list[str]:
    """Whom a step of the chain tries: its own level, the levels above it, and in the end those below."""
    chain = chain or full_chain()
    at = min(step, len(chain) - 1)
    return [*chain[at:], *reversed(chain[:at])]


def hearers(roles: Sequence[str], department_id: int | None, known: dict[str, list[User]] | None = None) -> Hearers:
    """The first of the roles that somebody holds who may see it. known: what was looked up already."""
    known = {} if known is None else known
    for number, role in enumerate(roles):
        if role not in known:
            may_see = allows(role, "hazards.view")
            known[role] = list(User.objects.holding(role, department_id)) if may_see else []
        if known[role]:
            return Hearers(role, known[role], list(roles[:number]))
    return Hearers(roles[0], [], list(roles))


def _passing(clock: str) -> Passing:
    """How time passes: always, or only on the days that the factory works, each from midnight to midnight."""
    if clock != LevelPolicy.Clock.WORKDAYS:
        return lambda start, time: start + time
    zone, counts = ZoneInfo(current_factory().time_zone), workdays()

    def pass_time(start: datetime, time: timedelta) -> datetime:
        if not time:
            return start
        return (_forward if time > timedelta() else _backward)(start, abs(time), counts, zone)

    return pass_time


def _forward(at: datetime, left: timedelta, counts: Callable[[date], bool], zone: ZoneInfo) -> datetime:
    at = at.astimezone(UTC)
    while True:
        day = at.astimezone(zone).date()
        end = _midnight(day + _DAY, zone)
        if counts(day):
            if at + left <= end:
                return at + left
            left -= end - at
        at = end


def _backward(at: datetime, left: timedelta, counts: Callable[[date], bool], zone: ZoneInfo) -> datetime:
    at = at.astimezone(UTC)
    while True:
        day = (at - _INSTANT).astimezone(zone).date()
        begin = _midnight(day, zone)
        if counts(day):
            if at - left >= begin:
                return at - left
            left -= at - begin
        at = begin


def _midnight(day: date, zone: ZoneInfo) -> datetime:
    return datetime.combine(day, time(), zone).astimezone(UTC)
