"""通知规则: what holds for an event in this factory, and what the safety officer may change of it."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import time
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core.errors import DomainError, NotAllowed
from core.events import action, emit, register
from hazards.models import Level
from notifications import digests
from notifications.catalogue import RULES, STANDARD_OF_LEVELS, Rule, Standard, Urgency, Way
from notifications.models import QuietHours, RuleChange
from people.models import User

register(
    {
        "rule.changed": gettext_lazy("Rule of notices changed"),
        "rule.reset": gettext_lazy("Rule of notices set back"),
        "quiet_hours.changed": gettext_lazy("Quiet hours changed"),
    }
)
MAJOR = "level.major"
# Ways that may carry a summary.
QUIET_WAYS = frozenset({Way.BROWSER, Way.PUSH, Way.EMAIL})
FEWEST = 2
MOST_DIGESTS = 4


@dataclass(frozen=True)
class Telling:
    """How one event is told; what is urgent knows no quiet hours."""

    channels: frozenset[str]
    is_digest: bool
    is_urgent: bool


def telling(rule: Rule, subject: Any) -> Telling:
    level = _level_of(subject)
    is_urgent = rule.is_urgent or (rule.presses and level == Level.MAJOR)
    of_level = "level.serious" if level == Level.MAJOR and not is_urgent else f"level.{level}"
    changes = changed([rule.event, of_level])
    follows = rule.urgency == Urgency.LEVEL and rule.event not in changes
    key = of_level if follows else rule.event
    found = changes.get(key) or standard(key)
    return Telling(frozenset(found.channels), found.is_digest and not is_urgent, is_urgent)


def _level_of(subject: Any) -> str:
    hazard = subject if hasattr(subject, "level") else getattr(subject, "hazard", None)
    return getattr(hazard, "level", "") or Level.GENERAL


def changed(keys: Iterable[str]) -> dict[str, RuleChange]:
    return {row.event: row for row in RuleChange.objects.filter(event__in=list(keys))}


def standard(key: str) -> Standard:
    """As the product brings it; what follows the hazard's level begins with the ways of an ordinary hazard."""
    if key in STANDARD_OF_LEVELS:
        return STANDARD_OF_LEVELS[key]
    rule = RULES[key]
    return Standard(rule.channels, rule.is_digest)


def is_known(key: str) -> bool:
    return key in STANDARD_OF_LEVELS or (key in RULES and bool(RULES[key].line))


def is_pressing(key: str) -> bool:
    """Whether it can be a matter of minutes, so that it is never told by one way alone."""
    return key == MAJOR or (key in RULES and (RULES[key].is_urgent or RULES[key].presses))


@action
def change_rule(key: str, *, by: User, channels: Iterable[str], is_digest: bool) -> RuleChange:
    _refuse_stranger(by)
    wanted = [way.value for way in Way if way == Way.BROWSER or way.value in set(channels)]
    _refuse_odd(key, wanted, is_digest)
    before = RuleChange.objects.filter(event=key).first() or standard(key)
    facts = {"channels": wanted, "is_digest": is_digest, "changed_by": by, "changed_at": timezone.now()}
    made, _is_new = RuleChange.objects.update_or_create(event=key, defaults=facts)
    old = {"channels": [str(way) for way in before.channels], "is_digest": before.is_digest}
    emit("rule.changed", made, by=by, rule=key, before=old, after={"channels": wanted, "is_digest": is_digest})
    return made


@action
def reset_rule(key: str, *, by: User) -> None:
    """As the product brings it."""
    _refuse_stranger(by)
    row = RuleChange.objects.select_for_update().filter(event=key).first()
    if row:
        emit("rule.reset", row, by=by, rule=key, before={"channels": row.channels, "is_digest": row.is_digest})
        row.delete()


def _refuse_odd(key: str, channels: list[str], is_digest: bool) -> None:
    if is_pressing(key) and len(channels) < FEWEST:
        raise DomainError(
            _("This can be urgent, so it always goes by two ways at least. Tick one more beside the browser.")
        )
    if is_pressing(key) and is_digest:
        raise DomainError(_("This can be urgent, so it cannot wait for the summary."))
    if is_digest and not set(channels) <= QUIET_WAYS:
        raise DomainError(_("A summary comes by push or e-mail. Untick SMS and robot, or do not let it wait."))


@action
def change_quiet_hours(*, by: User, starts_at: time, ends_at: time, digests_at: list[time]) -> QuietHours:
    """From now on. Where the silence begins and ends at the same time, there is none."""
    _refuse_stranger(by)
    hours = [f"{moment:%H:%M}" for moment in sorted(set(digests_at))]
    if not 1 <= len(hours) <= MOST_DIGESTS:
        raise DomainError(_("Name between one and %(most)d times for the summary.") % {"most": MOST_DIGESTS})
    row = QuietHours.objects.select_for_update().order_by("pk").first() or QuietHours()
    row.starts_at, row.ends_at, row.digests_at = starts_at, ends_at, hours
    row.changed_by, row.changed_at = by, timezone.now()
    row.save()
    emit("quiet_hours.changed", row, by=by, start=f"{starts_at:%H:%M}", end=f"{ends_at:%H:%M}", digests=hours)
    digests.reschedule()
    return row


def _refuse_stranger(by: User) -> None:
    if not by.can("notifications.set_rules"):
        raise NotAllowed(_("The safety officer sets who hears of what."))
