"""The period and the workshop of the dashboard, its targets, and which report is wanted."""

from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from facilities.calendar import today
from insight.figures import FIGURES, Days, Scope
from insight.models import Report
from people.models import User
from portals.console.forms.archive import Line, MonthField, PeriodForm


class DashboardForm(PeriodForm):
    USUAL = "month"
    OFFERED = ("today", "month", "quarter", "year")
    NAMED = ("department",)

    department = Line(max_length=20)

    @property
    def asks_more(self) -> bool:
        """A workshop is looked at in the usual period, as the whole is."""
        return False

    @property
    def days(self) -> Days:
        since, until = self.period
        until = until or max(since or today(), today())
        return since or until.replace(month=1, day=1), until

    def scope(self, reader: User) -> Scope:
        return Scope(reader, int(self.cleaned_data["department"] or 0) or None)


class AreaForm(DashboardForm):
    USUAL = "days30"


class TargetsForm(forms.Form):
    def __init__(self, *args: Any, wanted: dict[str, float], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for figure in FIGURES:
            label = f"{figure.label} ({figure.unit})"
            most = 100 if figure.unit == "%" else 100_000
            self.fields[figure.key] = forms.FloatField(
                label=label, min_value=0, max_value=most, initial=f"{wanted[figure.key]:g}"
            )


class ReportForm(forms.Form):
    span = forms.ChoiceField(label=_("Period"), choices=Report.Span.choices)
    month = MonthField(label=_("A month of it"), widget=forms.TextInput(attrs={"type": "month"}))

    @property
    def day(self) -> date:
        found: date = self.cleaned_data["month"]
        return found
