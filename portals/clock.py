"""谁什么时候会知道: one timeline of a hazard, of what was told and of what will be; the same on the desk and on the phone."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import islice
from typing import Any

from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.functional import Promise
from django.utils.translation import gettext as _

from core.events import Event, history, word_of
from core.templatetags.core_tags import span
from hazards.actions.clock import OWNER_WITHIN, begins_within, next_step, policies_now
from hazards.chain import CALLS, REMINDED, WHY, Hearers, Moment, hearers, limit_from, moments, tried
from hazards.models import Extension, Hazard, Level, LevelPolicy, Status
from people.models import User
from people.permissions import Role

DECIDED = "hazard.extension_decided"
# On what other ways a limit moves; the event says from when to when.
MOVED = ("hazard.returned", "hazard.level_changed", "hazard.limit_planned")


@dataclass(frozen=True)
class Line:
    """kind: told, coming, again (and again without end), or an extension's moved, refused, asked, lapsed."""

    kind: str
    when: datetime | None
    what: str | Promise
    who: str = ""
    skipped: str = ""
    old: datetime | None = None
    new: datetime | None = None
    extension: Extension | None = None
    note: str = ""


def clock_of(user: Any, hazard: Hazard) -> dict[str, Any]:
    """What the pages of a hazard say about its time."""
    extensions = list(hazard.extensions.select_related("requested_by", "decided_by"))
    asked = next((row for row in extensions if row.is_approved is None), None) if hazard.is_open else None
    known: dict[str, list[User]] = {}
    past = _past(hazard, extensions)
    return {
        "timeline": [*past, *_to_come(hazard, known)],
        "told_last": next((line for line in reversed(past) if line.kind == "told"), None),
        "previews": _previews(hazard, known) if hazard.status == Status.REPORTED else [],
        "asked": asked,
        "is_asker": asked is not None and asked.requested_by_id == user.pk,
        "may_decide": user.can("hazards.assign", hazard),
    }


def _past(hazard: Hazard, extensions: list[Extension]) -> list[Line]:
    events = list(history(hazard).filter(name__in=[*CALLS, DECIDED, *MOVED]))
    told = {pk for event in events for pk in event.data.get("told", [])}
    names = dict(User.objects.filter(pk__in=told).values_list("pk", "name")) if told else {}
    notes = {event.data.get("extension"): event.data.get("note", "") for event in events if event.name == DECIDED}
    lines = [_told(hazard, event, names) for event in events if event.name in CALLS]
    lines += [_moved(event) for event in events if event.name in MOVED and event.data.get("new")]
    lines += [_extended(hazard, row, notes.get(row.pk, "")) for row in extensions]
    return sorted(lines, key=lambda line: line.when or timezone.now())


def _told(hazard: Hazard, event: Event, names: dict[int, str]) -> Line:
    people = [names[pk] for pk in event.data.get("told", []) if pk in names]
    data, step = event.data, event.data.get("step")
    what = WHY.get(data.get("reason", ""), "")
    if step is not None and hazard.policy:
        what = _at(hazard.policy, step)
    return Line("told", event.at, what, _who(data.get("to", ""), people), _skipped(data.get("skipped", []), people))


def _moved(event: Event) -> Line:
    old, new = (parse_datetime(event.data.get(key) or "") for key in ("old", "new"))
    return Line("moved", event.at, word_of(event.name), old=old, new=new, note=event.data.get("note", ""))


def _extended(hazard: Hazard, row: Extension, note: str) -> Line:
    kinds = {True: ("moved", _("More time allowed")), False: ("refused", _("More time refused"))}
    waits = (
        ("asked", _("More time is asked for")) if hazard.is_open else ("lapsed", _("Asked for more time, not decided"))
    )
    kind, what = waits if row.is_approved is None else kinds[row.is_approved]
    at, old, new = row.decided_at or row.requested_at, row.old_due_at, row.new_due_at
    return Line(kind, at, what, old=old, new=new, extension=row, note=note)


def _to_come(hazard: Hazard, known: dict[str, list[User]]) -> Iterable[Line]:
    """What the clock will still do if nobody acts."""
    lines = _reminders(hazard, known)
    if hazard.is_open and hazard.due_at and hazard.policy:
        lines += _chain(hazard.due_at, hazard.policy, hazard.department_id, known, next_step(hazard))
    return sorted(lines, key=lambda line: line.when or timezone.now())


def _reminders(hazard: Hazard, known: dict[str, list[User]]) -> list[Line]:
    waits = {
        Status.REPORTED: ("not_confirmed", hazard.reported_at, begins_within),
        Status.CONFIRMED: ("unassigned", hazard.confirmed_at, lambda hazard: OWNER_WITHIN),
        Status.ASSIGNED: ("not_started", hazard.assigned_at, begins_within),
    }
    reason, since, within = waits.get(Status(hazard.status), ("", None, begins_within))
    when = since + within(hazard) if since else None
    if when is None or when <= timezone.now():
        return []
    return [_line("coming", when, WHY[reason], hearers(REMINDED[reason], hazard.department_id, known))]


def _chain(
    limit: datetime, policy: LevelPolicy, department_id: int, known: dict[str, list[User]], begin: int = 0
) -> list[Line]:
    """The steps that are left, each level once; the last one says that it comes again."""
    end = max(begin + 1, len(policy.chain))
    steps: list[Moment] = list(islice(moments(limit, policy), begin, end))
    found = [(step, hearers(tried(policy.chain, step.step), department_id, known)) for step in steps]
    return [
        _line("again" if step is steps[-1] else "coming", step.when, _at(policy, step.step), heard)
        for step, heard in found
    ]


def _previews(hazard: Hazard, known: dict[str, list[User]]) -> list[dict[str, Any]]:
    """What each level would bring, if it were confirmed now."""
    previews, now, policies = [], timezone.now(), policies_now()
    for level in reversed(Level):
        policy = policies.get(level)
        if policy:
            limit = limit_from(now, policy.rectify_hours, policy.clock)
            lines = _chain(limit, policy, hazard.department_id, known)
            previews.append({"level": level, "limit": limit, "policy": policy, "lines": lines})
    return previews


def _line(kind: str, when: datetime, what: str | Promise, heard: Hearers) -> Line:
    names = [person.name for person in heard.people]
    at = None if when <= timezone.now() else when
    return Line(kind, at, what, _who(heard.role, names), _skipped(heard.skipped, names))


def _at(policy: LevelPolicy, step: int) -> str:
    """Where in the chain: so long before the limit, at the limit, or so long after it."""
    if step == 0:
        return _("%(time)s before the limit") % {"time": span(timedelta(hours=policy.escalate_before_hours))}
    if step == 1:
        return _("at the limit")
    return _("%(time)s after the limit") % {"time": span(timedelta(hours=policy.repeat_hours * (step - 1)))}


def _who(role: str, names: list[str]) -> str:
    if not names:
        return ""
    return _("%(role)s %(names)s") % {"role": Role(role).label, "names": _(", ").join(names)}


def _skipped(roles: list[str], names: list[str]) -> str:
    """A level that cannot be reached is never passed over in silence."""
    if not roles:
        return ""
    words = {"roles": _(", ").join(str(Role(role).label) for role in roles)}
    if not names:
        return _("Nobody can be told: there is no %(roles)s. Give somebody the role.") % words
    return _("There is no %(roles)s here, so the next level is told.") % words
