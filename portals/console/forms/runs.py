"""The filter of the inspections' archive."""

from inspections.archive import Filter, Standing
from inspections.models import Frequency, Run
from portals.console.forms.archive import Line, OneOf, PeriodForm


class ArchiveForm(PeriodForm):
    USUAL = "today"
    OFFERED = ("today", "week", "month", "last_month", "year", "all")
    NAMED = ("department", "team", "checklist")

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
