"""LEC 作业条件危险性评价: how likely, how often people are exposed, how bad; only the values of the method count (domain rules B6)."""

from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core.errors import DomainError

Table = dict[float, str | Promise]

LIKELIHOOD: Table = {
    10: gettext_lazy("to be expected"),
    6: gettext_lazy("quite possible"),
    3: gettext_lazy("possible, but not often"),
    1: gettext_lazy("a complete surprise, hardly possible"),
    0.5: gettext_lazy("imaginable, very unlikely"),
    0.2: gettext_lazy("extremely unlikely"),
    0.1: gettext_lazy("practically impossible"),
}
EXPOSURE: Table = {
    10: gettext_lazy("all the time"),
    6: gettext_lazy("every working day"),
    3: gettext_lazy("once a week, or now and then"),
    2: gettext_lazy("once a month"),
    1: gettext_lazy("a few times a year"),
    0.5: gettext_lazy("very rarely"),
}
CONSEQUENCE: Table = {
    100: gettext_lazy("many deaths"),
    40: gettext_lazy("several deaths"),
    15: gettext_lazy("one death"),
    7: gettext_lazy("serious injury"),
    3: gettext_lazy("disabling injury"),
    1: gettext_lazy("first aid"),
}
TABLES = {"likelihood": LIKELIHOOD, "exposure": EXPOSURE, "consequence": CONSEQUENCE}
SERIOUS_INJURY = 7
SERIOUS_SCORE = 160


def rate(likelihood: float, exposure: float, consequence: float) -> dict[str, Any]:
    """The three values and D = L × E × C."""
    values = {"likelihood": likelihood, "exposure": exposure, "consequence": consequence}
    if any(value not in TABLES[name] for name, value in values.items()):
        raise DomainError(_("Choose likelihood, exposure and consequence from the lists."))
    return values | {"score": plain(round(likelihood * exposure * consequence, 3))}


def plain(value: float) -> float:
    """A whole number without its decimal point."""
    return int(value) if value == int(value) else value
