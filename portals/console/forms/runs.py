"""The filter of the inspections' archive."""

from django.http import QueryDict

from inspections.archive import Filter, Moment, Standing
from inspections.models import Frequency, Run
from portals.console.forms.archive import Line, OneOf, PeriodForm


class ArchiveForm(PeriodForm):
    USUAL = "today"
    OFFERED = ("today", "week", "month", "last_month", "year", "all")
    NAMED = ("department", "team", "checklist")

    by = OneOf(choices=[("", ""), *Moment.choices])
    department = Line(max_length=20)
    team = Line(max_length=20)
    place = Line(max_length=40)
    frequency = OneOf(choices=[("", ""), *Frequency.choices])
    checklist = Line(max_length=40)
    status = OneOf(choices=[("", ""), *Standing.choices])
    result = OneOf(choices=[("", ""), *Run.Result.choices])
    person = Line(max_length=60)
    q = Line(max_length=100)

    def filter(self) -> Filter:
        data = self.cleaned_data
        since, until = self.period
        return Filter(
            since=since,
            until=until,
            by=data["by"],
            department=int(data["department"] or 0) or None,
            team=int(data["team"] or 0) or None,
            frequency=data["frequency"],
            checklist=data["checklist"],
            **self.chosen_place,
            status=data["status"],
            result=data["result"],
            person=" ".join(data["person"].split()),
            words=" ".join(data["q"].split()),
        )


def address_of(chosen: Filter) -> str:
    """The archive's address of a figure's rows; since and until are days that are known."""
    asked = QueryDict(mutable=True)
    asked.update({"from": str(chosen.since), "to": str(chosen.until)})
    for name in ("by", "department", "status"):
        if value := getattr(chosen, name):
            asked[name] = str(value)
    return asked.urlencode()
