"""The filter of the hazards' archive, to and from its address."""

from datetime import date

from django import forms
from django.http import QueryDict

from core.archives import month_of
from hazards.archive import Filter, Group, Late, Legal, Moment, Tries
from hazards.models import Hazard, Level, Status
from portals.console.forms.archive import Line, OneOf, PeriodForm

ALL = "all"


class HazardArchiveForm(PeriodForm):
    NAMED = ("department", "category")
    OFFERED = ("week", "days30", "month", "last_month", "quarter", "year", "all")

    group = OneOf(choices=[("", ""), *Group.choices, (ALL, "")])
    status = OneOf(choices=[("", ""), *Status.choices])
    by = OneOf(choices=[("", ""), *Moment.choices])
    department = Line(max_length=20)
    place = Line(max_length=40)
    category = Line(max_length=40)
    level = OneOf(choices=[("", ""), *Level.choices])
    legal = OneOf(choices=[("", ""), *Legal.choices])
    source = OneOf(choices=[("", ""), *Hazard.Source.choices])
    late = OneOf(choices=[("", ""), *Late.choices])
    tries = OneOf(choices=[("", ""), *Tries.choices])
    urgent = forms.BooleanField(required=False)
    repeat = forms.BooleanField(required=False)
    proven = forms.BooleanField(required=False)
    owner = Line(max_length=60)
    q = Line(max_length=100)

    @property
    def group_name(self) -> str:
        """Nothing asked means what is open; whoever asks for something else looks through all."""
        data = self.cleaned_data
        asks = any(data.get(name) for name in self.fields if name != "group")
        return data["group"] or (ALL if asks else Group.OPEN)

    def filter(self) -> Filter:
        data = self.cleaned_data
        since, until = self.period
        plain = {name: data[name] for name in ("by", "status", "category", "level", "legal", "source", "late", "tries")}
        return Filter(
            since=since,
            # A hazard is a record from the moment it is found: "all" has no last day.
            until=None if since is None and self.span_name == ALL else until,
            department=int(data["department"] or 0) or None,
            **self.chosen_place,
            **plain,
            urgent=data["urgent"],
            repeat=data["repeat"],
            proven=data["proven"],
            group="" if self.group_name == ALL else self.group_name,
            owner=" ".join(data["owner"].split()),
            words=" ".join(data["q"].split()),
        )


def address_of(chosen: Filter) -> str:
    """The archive's address that shows exactly what this filter says."""
    asked = QueryDict(mutable=True)
    for name, value in _period(chosen.since, chosen.until).items():
        asked[name] = value
    asked["group"] = chosen.group or ALL
    plain = ("by", "status", "category", "level", "legal", "source", "late", "tries", "owner")
    said = {name: getattr(chosen, name) for name in plain}
    said |= {"department": chosen.department, "q": chosen.words}
    said |= {
        "urgent": "1" if chosen.urgent else "",
        "repeat": "1" if chosen.repeat else "",
        "proven": "1" if chosen.proven else "",
    }
    place = f"equipment:{chosen.equipment}" if chosen.equipment else f"area:{chosen.area}" if chosen.area else ""
    for name, value in (said | {"place": place}).items():
        if value:
            asked[name] = str(value)
    return asked.urlencode()


def _period(since: date | None, until: date | None) -> dict[str, str]:
    if since and until and (since, until) == month_of(since):
        return {"month": f"{since:%Y-%m}"}
    return {name: str(day) for name, day in (("from", since), ("to", until)) if day} or {"span": ALL}
