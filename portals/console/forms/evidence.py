"""The shape of what is asked of evidence packs."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from core.archives import Days
from facilities.calendar import today
from insight.evidence.standards import standards


class EvidenceForm(forms.Form):
    standard = forms.ChoiceField(label=_("What for"))
    since = forms.DateField(label=_("From"), widget=forms.DateInput({"type": "date"}, "%Y-%m-%d"))
    until = forms.DateField(label=_("Until"), widget=forms.DateInput({"type": "date"}, "%Y-%m-%d"))

    def __init__(self, *args: Any, **more: Any) -> None:
        last = today()
        first = last.replace(year=last.year - 1, day=min(last.day, 28))
        super().__init__(*args, **({"initial": {"since": first, "until": last}} | more))
        self.fields["standard"].choices = [(code, str(each)) for code, each in standards().items()]  # type: ignore[attr-defined]

    @property
    def days(self) -> Days:
        return Days(self.cleaned_data["since"], self.cleaned_data["until"])
