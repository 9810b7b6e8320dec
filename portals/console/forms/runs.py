"""The archive's filter as it stands in an address."""

import re
from datetime import date, timedelta

from django import forms
from django.http import QueryDict
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from inspections.archive import Filter, Names, Standing, month_of
from inspections.models import Frequency, Run
from inspections.zone import zone

SPANS = {
    "today": gettext_lazy("Today"),
    "week": gettext_lazy("7 days"),
    "month": gettext_lazy("This month"),
    "last_month": gettext_lazy("Last month"),
    "year": gettext_lazy("This year"),
    "all": gettext_lazy("All"),
}
PERIOD = ("span", "day", "month", "from", "to")
_NOT_THERE = gettext_lazy("This is not there. Choose one of the list.")
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
        self.error_messages["invalid_choice"] = _NOT_THERE


class ArchiveForm(forms.Form):
    """names: what can be chosen; an id that is not among them is none of this factory's."""

    span = OneOf(choices=[*SPANS.items()])
    day = DayField(required=False)
    month = MonthField(required=False)
    to = DayField(required=False)
    department = Line(max_length=20)
    team = Line(max_length=20)
    place = Line(max_length=40)
    frequency = OneOf(choices=[("", ""), *Frequency.choices])
    checklist = Line(max_length=40)
    status = OneOf(choices=[("", ""), *Standing.choices])
    result = OneOf(choices=[("", ""), *Run.Result.choices])
    person = Line(max_length=60)
    q = Line(max_length=100)

    def __init__(self, data: QueryDict, names: Names) -> None:
        super().__init__(data)
        self.names = names
        self.fields["from"] = DayField(required=False)

    def clean(self):
        data = super().clean() or {}
        for name in ("department", "team", "checklist"):
            if data.get(name) and data[name] not in self.names[name]:
                self.add_error(name, _NOT_THERE)
        kind, _colon, key = data.get("place", "").partition(":")
        if kind and (kind not in ("area", "equipment") or key not in self.names[kind]):
            self.add_error("place", _NOT_THERE)
        if data.get("from") and data.get("to") and data["from"] > data["to"]:
            self.add_error("to", _("The last day is before the first one. Change one of the two."))
        return data

    @property
    def faults(self) -> list[str]:
        """Each fault once, with what was typed where that helps."""
        return list(dict.fromkeys(str(fault) for faults in self.errors.values() for fault in faults))

    def filter(self) -> Filter:
        data = self.cleaned_data
        kind, _colon, key = data["place"].partition(":")
        since, until = self._period(data)
        return Filter(
            since=since,
            until=until,
            department=int(data["department"] or 0) or None,
            team=int(data["team"] or 0) or None,
            frequency=data["frequency"],
            checklist=data["checklist"],
            equipment=int(key) if kind == "equipment" else None,
            area=int(key) if kind == "area" else None,
            status=data["status"],
            result=data["result"],
            person=" ".join(data["person"].split()),
            words=" ".join(data["q"].split()),
        )

    def _period(self, data) -> tuple[date | None, date | None]:
        """What is said most exactly counts; nothing said at all means today, and with another filter all days."""
        if data["from"] or data["to"]:
            return data["from"], data["to"]
        if data["month"]:
            return month_of(data["month"])
        if data["day"]:
            return data["day"], data["day"]
        return span_of(self.span_name)

    @property
    def span_name(self) -> str:
        """The span that counts, empty where days or a month are given."""
        data = self.cleaned_data
        if any(data.get(name) for name in PERIOD[1:]):
            return ""
        others = any(data.get(name) for name in self.fields if name not in PERIOD)
        return data.get("span") or ("all" if others else "today")


def span_of(name: str) -> tuple[date | None, date | None]:
    """Up to today: what is planned for later is no record yet."""
    today = timezone.localdate(timezone=zone())
    first = today.replace(day=1)
    before = month_of(first - timedelta(days=1))
    return {
        "today": (today, today),
        "week": (today - timedelta(days=6), today),
        "month": (first, today),
        "last_month": before,
        "year": (today.replace(month=1, day=1), today),
        "all": (None, today),
    }[name]


def kept_query(asked: QueryDict, *, without: tuple[str, ...] = ()) -> str:
    """The filter's part of the address, in one order, without what is empty."""
    kept = QueryDict(mutable=True)
    for name in (*PERIOD, *(name for name in ArchiveForm.base_fields if name not in PERIOD)):
        if asked.get(name) and name not in without:
            kept[name] = str(asked[name])
    return kept.urlencode()
