"""A recurrence between its three faces: the builder's slots, the RFC 5545 rule, and words."""

from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core.errors import DomainError
from inspections.recurrence import WEEKDAYS, Rule, read_rule

WEEKDAY_NAMES = tuple(
    zip(
        WEEKDAYS,
        (
            gettext_lazy("Mon"),
            gettext_lazy("Tue"),
            gettext_lazy("Wed"),
            gettext_lazy("Thu"),
            gettext_lazy("Fri"),
            gettext_lazy("Sat"),
            gettext_lazy("Sun"),
        ),
        strict=True,
    )
)
NTH_NAMES = (
    ("1", gettext_lazy("first")),
    ("2", gettext_lazy("second")),
    ("3", gettext_lazy("third")),
    ("4", gettext_lazy("fourth")),
    ("-1", gettext_lazy("last")),
)


def written(slots: dict[str, Any]) -> str:
    """The rule of what stands in the builder: often, every, weekdays, month_day, nth, nth_day, rule."""
    every = f";INTERVAL={slots['every']}" if slots["every"] > 1 else ""
    return {
        "day": f"FREQ=DAILY{every}",
        "week": f"FREQ=WEEKLY{every}" + (f";BYDAY={','.join(slots['weekdays'])}" if slots["weekdays"] else ""),
        "month_day": f"FREQ=MONTHLY{every};BYMONTHDAY={slots['month_day']}",
        "month_nth": f"FREQ=MONTHLY{every};BYDAY={slots['nth']}{slots['nth_day']}",
        "rule": slots["rule"].strip(),
    }[slots["often"]]


def slots_of(text: str) -> dict[str, Any]:
    """The builder's slots of a rule; what they cannot say stands as the rule itself."""
    slots: dict[str, Any] = {"often": "rule", "rule": text}
    try:
        rule = read_rule(text)
    except DomainError:
        return slots
    guess = {"every": rule.interval, "weekdays": [WEEKDAYS[day] for nth, day in rule.weekdays if not nth], "rule": ""}
    guess |= {"month_day": str(rule.month_days[0]) if rule.month_days else "1", "nth": "1", "nth_day": "MO"}
    if rule.weekdays:
        guess |= {"nth": str(rule.weekdays[0][0]), "nth_day": WEEKDAYS[rule.weekdays[0][1]]}
    for often in ("day", "week", "month_day", "month_nth"):
        if _is_same(written(guess | {"often": often}), rule):
            return guess | {"often": often}
    return slots


def _is_same(text: str, rule: Rule) -> bool:
    try:
        return read_rule(text) == rule
    except DomainError:
        return False


def rule_words(text: str) -> str:
    slots = slots_of(text)
    if slots["often"] == "rule":
        return text
    names, every = {code: str(name) for code, name in WEEKDAY_NAMES}, slots["every"]
    if slots["often"] == "day":
        return _("every day") if every == 1 else _("every %(n)d days") % {"n": every}
    if slots["often"] == "week":
        on = _(", ").join(names[day] for day in slots["weekdays"])
        words = _("every week") if every == 1 else _("every %(n)d weeks") % {"n": every}
        return _("%(often)s, %(on)s") % {"often": words, "on": on} if on else words
    words = _("every month") if every == 1 else _("every %(n)d months") % {"n": every}
    if slots["often"] == "month_nth":
        on = _("%(nth)s %(day)s") % {"nth": dict(NTH_NAMES)[slots["nth"]], "day": names[slots["nth_day"]]}
    else:
        on = _("last day") if slots["month_day"] == "-1" else _("day %(n)s") % {"n": slots["month_day"]}
    return _("%(often)s, %(on)s") % {"often": words, "on": on}
