"""The limits of a level as plain sentences, by what each is about."""

from datetime import timedelta

from django.utils.translation import gettext as _

from core.templatetags.core_tags import span
from hazards.models import LevelPolicy
from people.permissions import Role


def sentences(policy: LevelPolicy) -> dict[str, str]:
    words = {
        "start": _("Once it has an owner, work begins within %(time)s.") % {"time": _minutes(policy.acknowledge_minutes)},
        "control": _no_control(policy) or _("Within %(time)s something is done at once so that nobody is hurt.") % {"time": _minutes(policy.control_minutes or 0)},
        "fix": _("It is fixed within %(time)s, %(clock)s.") % {"time": _hours(policy.rectify_hours), "clock": _clock(policy)},
        "rework": _("A fix that is returned has at least %(time)s more.") % {"time": _hours(policy.rework_hours)},
        "chain": _chain(policy),
        "plan": _("Before work the safety officer writes a plan; the leader in charge and the head of the factory approve it.") if policy.needs_plan else "",
        "reviews": _("Reviews: %(who)s.") % {"who": _arrow(_reviewers(policy))},
    }  # fmt: skip
    return {about: text for about, text in words.items() if text}


def changes(older: LevelPolicy, newer: LevelPolicy) -> list[tuple[str, str]]:
    """Sentences that differ, before and after; empty where there was or is none."""
    before, after = sentences(older), sentences(newer)
    keys = [*after, *(about for about in before if about not in after)]
    return [(before.get(key, ""), after.get(key, "")) for key in keys if before.get(key) != after.get(key)]


def _minutes(count: int) -> str:
    return span(timedelta(minutes=count))


def _hours(count: int) -> str:
    """Up to three days in hours, as people say it."""
    return _("%(h)d h") % {"h": count} if count <= 72 else span(timedelta(hours=count))


def _no_control(policy: LevelPolicy) -> str:
    return "" if policy.control_minutes else _("No temporary control is asked for.")


def _clock(policy: LevelPolicy) -> str:
    if policy.clock == LevelPolicy.Clock.WORKDAYS:
        return _("days off do not count")
    return _("days off count too")


def _chain(policy: LevelPolicy) -> str:
    roles = [str(Role(role).label) for role in policy.chain]
    told = [_("%(time)s before the limit: %(who)s") % {"time": _hours(policy.escalate_before_hours), "who": roles[0]}]
    if len(roles) > 1:
        told.append(_("at the limit: %(who)s") % {"who": roles[1]})
    if len(roles) > 2:
        told.append(_("then every %(time)s: %(who)s") % {"time": _hours(policy.repeat_hours), "who": _arrow(roles[2:])})
    return _("Who is told: %(told)s.") % {"told": _("; ").join(told)}


def _reviewers(policy: LevelPolicy) -> list[str]:
    words = {
        "first": _("team leader (first review)"),
        "second": _("safety officer (second review)"),
        "final": _("leader in charge (final review)"),
    }
    names = [name for stage, name in words.items() if stage in policy.stages]
    return [*names, _("head of the factory releases it")] if policy.needs_release else names


def _arrow(words: list[str]) -> str:
    return " → ".join(words)
