"""A pattern in one plain sentence, and what can be done about it."""

from collections.abc import Callable
from typing import Any

from django.utils import translation
from django.utils.dates import MONTHS, WEEKDAYS
from django.utils.translation import get_language
from django.utils.translation import gettext as _

Factors = dict[str, Any]
LANGUAGES = {"zh": "zh-hans", "en": "en"}


def sentence(factors: Factors, category: str, n: int, exposure: int, ratio: float, ci: tuple[float, float]) -> str:
    facts = {
        "where": where(factors),
        "n": n,
        "exposure": exposure,
        "kind": category,
        "ratio": _digits(ratio),
        "low": _digits(ci[0]),
        "high": _digits(ci[1]),
    }
    if category:
        return _("%(where)s, %(n)d of %(exposure)d inspections found “%(kind)s”: %(ratio)s times as often as elsewhere (95 %% interval %(low)s to %(high)s).") % facts  # fmt: skip
    return _("%(where)s, %(n)d of %(exposure)d inspections found something: %(ratio)s times as often as elsewhere (95 %% interval %(low)s to %(high)s).") % facts  # fmt: skip


def _digits(number: float) -> str:
    return f"{number:.1f}" if number < float("inf") else "∞"


def where(factors: Factors) -> str:
    """The factors in the order in which people say them, the first one in capitals where the language has them."""
    said = [_SAYING[name](factors[name]) for name in _SAYING if name in factors]
    text = "，".join(said) if (get_language() or "zh").startswith("zh") else ", ".join(said)
    return text[:1].upper() + text[1:]


def _span(value: Any) -> tuple[Any, Any]:
    """First and last of whole steps."""
    first, end = value if isinstance(value, list) else (value, value + 1)
    return first, end - 1


def _weekday(value: Any) -> str:
    first, last = (str(WEEKDAYS[(day - 1) % 7]) for day in _span(value))
    if first == last:
        return _("on %(day)ss") % {"day": first}
    return _("from %(first)s to %(last)s") % {"first": first, "last": last}


def _hour(value: Any) -> str:
    first, last = _span(value)
    return _("between %(first)d:00 and %(end)d:00") % {"first": first, "end": (last + 1) % 24 or 24}


def _month(value: Any) -> str:
    first, last = (str(MONTHS[(month - 1) % 12 + 1]) for month in _span(value))
    return _("in %(month)s") % {"month": first} if first == last else _("in the months %(first)s to %(last)s") % {"first": first, "last": last}  # fmt: skip


def _tenure(value: Any) -> str:
    first, last = _span(value)
    if first == last:
        return _("with people in week %(week)d after hiring") % {"week": first}
    return _("with people in weeks %(first)d to %(last)d after hiring") % {"first": first, "last": last}


def _temperature(value: Any) -> str:
    return _("at %(low)g to %(high)g °C") % {"low": value[0], "high": value[1]}


def _humidity(value: Any) -> str:
    return _("at a humidity of %(low)g to %(high)g %%") % {"low": value[0], "high": value[1]}


_SAYING: dict[str, Callable[[Any], str]] = {
    "weekday": _weekday,
    "month": _month,
    "hour": _hour,
    "shift": lambda value: _("on the shift “%(name)s”") % {"name": value},
    "workshop": lambda value: _("in “%(place)s”") % {"place": value},
    "area": lambda value: _("in “%(place)s”") % {"place": value},
    "equipment": lambda value: _("at “%(place)s”") % {"place": value},
    "tenure_week": _tenure,
    "temperature_c": _temperature,
    "humidity_pct": _humidity,
}


def proposal(factors: Factors, category: str) -> str:
    """What to change; the most telling factor decides."""
    place = next((factors[name] for name in ("equipment", "area", "workshop") if name in factors), "")
    if "tenure_week" in factors:
        week = _span(factors["tenure_week"])[0]
        text = _(
            "Train new people once more in week %(week)d after hiring, with a check by their leader at the machine."
        )
        return text % {"week": week}
    if "humidity_pct" in factors or "temperature_c" in factors:
        return _(
            "Set a limit for the sensors there, so that it warns before these values are reached, and check more often while they last."
        )
    if "weekday" in factors or "hour" in factors:
        when = where({name: factors[name] for name in ("weekday", "hour") if name in factors})
        return _(
            "Plan one more check for this time: %(when)s. Begin the shift before it with a short talk about it."
        ) % {"when": when}
    if "month" in factors:
        when = where({"month": factors["month"]})
        return _("Check twice as often for this time: %(when)s. Put what is needed in order before it begins.") % {
            "when": when
        }
    if "shift" in factors:
        return _(
            "Begin each shift “%(shift)s” with a short talk about it, and check once more in its first two hours."
        ) % {"shift": factors["shift"]}
    return _(
        "Check “%(place)s” more often until the number has fallen, and look for the cause with the people there."
    ) % {"place": place}


def in_both(say: Callable[..., str], *arguments: Any) -> dict[str, str]:
    """{"zh": …, "en": …}, to be kept."""
    said = {}
    for key, language in LANGUAGES.items():
        with translation.override(language):
            said[key] = say(*arguments)
    return said
