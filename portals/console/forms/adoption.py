"""Forms of 推广使用 at the desk: buddies, the answer to an objection, a reward."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from adoption import figures
from adoption.actions.appeals import MOST_POINTS
from portals.forms import PersonField


class PairForm(forms.Form):
    mentor = PersonField(label=_("Who helps"))
    mentee = PersonField(label=_("Who is helped"))
    percent = forms.IntegerField(min_value=50, max_value=100, initial=90, label=_("Goal: checks without help, %"))
    weeks = forms.IntegerField(min_value=1, max_value=12, initial=2, label=_("So many weeks in a row"))
    checks = forms.IntegerField(min_value=1, max_value=50, initial=3, label=_("At least so many checks a week"))


class EndForm(forms.Form):
    reason = forms.CharField(max_length=300, label=_("Why does it end?"))


class AnswerForm(forms.Form):
    points = forms.IntegerField(
        min_value=0, max_value=MOST_POINTS, initial=0, label=_("Points to add"), help_text=_("0 declines it.")
    )
    answer = forms.CharField(
        max_length=500, label=_("Answer with the reason"), widget=forms.Textarea(attrs={"rows": 2})
    )


class RewardForm(forms.Form):
    what = forms.CharField(max_length=120, label=_("What was handed over"))


class RowsForm(forms.Form):
    """Which rows a figure leads to; what cannot be read finds nothing."""

    days = forms.ChoiceField(choices=[(str(days), str(days)) for days in figures.SPANS], required=False)
    which = forms.ChoiceField(choices=[(name, name) for name in ("", "yes", "no")], required=False)
    department = forms.IntegerField(required=False, min_value=1, max_value=2**31 - 1)
    team = forms.IntegerField(required=False, min_value=1, max_value=2**31 - 1)

    @property
    def span(self) -> int:
        return int(self.cleaned_data.get("days") or figures.SPANS[-1])

    @property
    def where(self) -> dict[str, Any]:
        return {key: self.cleaned_data[key] for key in ("department", "team") if self.cleaned_data[key]}
