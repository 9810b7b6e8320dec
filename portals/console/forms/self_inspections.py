"""The filter of the archive of self-inspections."""

from partners.archive import GRADES, Filter, Standing
from portals.console.forms.archive import Line, OneOf, PeriodForm


class SelfInspectionForm(PeriodForm):
    OFFERED = ("last_month", "quarter", "year", "all")
    NAMED = ("company",)

    company = Line(max_length=20)
    grade = OneOf(choices=[("", ""), *GRADES])
    standing = OneOf(choices=[("", ""), *Standing.choices])
    q = Line(max_length=80)

    def filter(self) -> Filter:
        data = self.cleaned_data
        since, until = self.period
        return Filter(
            since=since,
            until=until,
            company=int(data["company"] or 0) or None,
            grade=data["grade"],
            standing=data["standing"],
            words=" ".join(data["q"].split()),
        )
