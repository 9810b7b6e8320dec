"""The filter of an archive as it stands in an address."""

import re
from datetime import date, timedelta
from typing import Any

from django import forms
from django.http import QueryDict
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core.archives import Names, month_of, quarter_of
from core.zone import zone

SPANS = {
    "today": gettext_lazy("Today"),
    "week": gettext_lazy("7 days"),
    "days30": gettext_lazy("30 days"),
    "month": gettext_lazy("This month"),
    "last_month": gettext_lazy("Last month"),
    "quarter": gettext_lazy("This quarter"),
    "year": gettext_lazy("This year"),
    "all": gettext_lazy("All"),
}
PERIOD = ("span", "day", "month", "from", "to")
NOT_THERE = gettext_lazy("This is not there. Choose one of the list.")
_TOO_LONG = gettext_lazy("That is too long to look for. Use fewer words.")
# The first and last years that any record can have.
_YEARS = range(2000, 2100)


class DayField(forms.Field):
    def clean(self, value: str | None) -> date | None:
        if not value:
            return None
        try:
            day = date.fromisoformat(value)
        except ValueError:
            day = None
        if day is None or day.year not in _YEARS:
            raise forms.ValidationError(_("There is no such day. Write it as 2026-11-25."))
        return day


class MonthField(forms.Field):
    def clean(self, value: str | None) -> date | None:
        if not value:
            return None
        parts = re.fullmatch(r"(\d{4})-(\d{1,2})", value.strip(), re.ASCII)
        if not parts or int(parts[1]) not in _YEARS or not 1 <= int(parts[2]) <= 12:
            raise forms.ValidationError(_("There is no such month. Write it as 2026-11."))
        return date(int(parts[1]), int(parts[2]), 1)


class Line(forms.CharField):
    def __init__(self, max_length: int) -> None:
        super().__init__(max_length=max_length, required=False)
        self.error_messages["max_length"] = _TOO_LONG

    def clean(self, value):
        # Stray bytes of a copied text are no reason to refuse it.
        return super().clean(str(value or "").replace("\0", " "))


class OneOf(forms.ChoiceField):
    def __init__(self, choices) -> None:
        super().__init__(choices=choices, required=False)
        self.error_messages["invalid_choice"] = NOT_THERE


class PeriodForm(forms.Form):
    """names: what can be chosen; an id that is not among them is none of this factory's. USUAL: the span unasked."""

    USUAL = "all"
    OFFERED: tuple[str, ...] = tuple(SPANS)
    NAMED: tuple[str, ...] = ()

    span = OneOf(choices=[*SPANS.items()])
    day = DayField(required=False)
    month = MonthField(required=False)
    to = DayField(required=False)

    def __init__(self, data: QueryDict, names: Names) -> None:
        super().__init__(data)
        self.names = names
        self.fields["from"] = DayField(required=False)

    def clean(self):
        data = super().clean() or {}
        for name in self.NAMED:
            if data.get(name) and data[name] not in self.names[name]:
                self.add_error(name, NOT_THERE)
        kind, _colon, key = data.get("place", "").partition(":")
        if kind and (kind not in ("area", "equipment") or key not in self.names[kind]):
            self.add_error("place", NOT_THERE)
        if data.get("from") and data.get("to") and data["from"] > data["to"]:
            self.add_error("to", _("The last day is before the first one. Change one of the two."))
        return data

    @property
    def faults(self) -> list[str]:
        """Each fault once, with what was typed where that helps."""
        return list(dict.fromkeys(str(fault) for faults in self.errors.values() for fault in faults))

    @property
    def chosen_place(self) -> dict[str, Any]:
        kind, _colon, key = self.cleaned_data["place"].partition(":")
        return {kind: int(key)} if kind else {}

    @property
    def period(self) -> tuple[date | None, date | None]:
        """What is said most exactly counts."""
        data = self.cleaned_data
        if data["from"] or data["to"]:
            return data["from"], data["to"]
        if data["month"]:
            return month_of(data["month"])
        if data["day"]:
            return data["day"], data["day"]
        return span_of(self.span_name)

    @property
    def span_name(self) -> str:
        """The span that counts, empty where days or a month are given; with another filter it is all days."""
        data = self.cleaned_data
        if any(data.get(name) for name in PERIOD[1:]):
            return ""
        return data.get("span") or ("all" if self.asks_more else self.USUAL)

    @property
    def asks_more(self) -> bool:
        return any(self.cleaned_data.get(name) for name in self.fields if name not in PERIOD)


def span_of(name: str) -> tuple[date | None, date | None]:
    """Up to today: what is planned for later is no record yet."""
    today = timezone.localdate(timezone=zone())
    first = today.replace(day=1)
    before = month_of(first - timedelta(days=1))
    return {
        "today": (today, today),
        "week": (today - timedelta(days=6), today),
        "days30": (today - timedelta(days=29), today),
        "month": (first, today),
        "last_month": before,
        "quarter": (quarter_of(today)[0], today),
        "year": (today.replace(month=1, day=1), today),
        "all": (None, today),
    }[name]


def kept_query(form: type[PeriodForm], asked: QueryDict, *, without: tuple[str, ...] = ()) -> str:
    """The filter's part of the address, in one order, without what is empty."""
    kept = QueryDict(mutable=True)
    for name in (*PERIOD, *(name for name in form.base_fields if name not in PERIOD)):
        if asked.get(name) and name not in without:
            kept[name] = str(asked[name])
    return kept.urlencode()


def in_period(form: type[PeriodForm], asked: QueryDict, **period: str) -> str:
    """The same filter in another period."""
    kept = QueryDict(kept_query(form, asked, without=PERIOD), mutable=True)
    for name, value in period.items():
        kept[name] = value
    return kept_query(form, kept)


def without(form: type[PeriodForm], asked: QueryDict, key: str) -> str:
    """The same filter less one thing; what fell under the other things stays found."""
    if key == "period":
        return in_period(form, asked, span="all")
    gone = {"words": "q", "equipment": "place", "area": "place"}.get(key, key)
    kept = QueryDict(kept_query(form, asked, without=(gone,)), mutable=True)
    if not any(kept.get(name) for name in PERIOD):
        kept["span"] = "all"
    return kept_query(form, kept)


def chips(form: type[PeriodForm], asked: QueryDict, facts, span: str) -> list[dict]:
    """Each with the address of the same list without it; all days need no chip."""
    shown = [fact for fact in facts if not (fact.key == "period" and span == "all")]
    return [{"fact": fact, "without": without(form, asked, fact.key)} for fact in shown]


def spans(form: type[PeriodForm], asked: QueryDict) -> list[tuple]:
    return [(name, label, in_period(form, asked, span=name)) for name, label in SPANS.items() if name in form.OFFERED]
