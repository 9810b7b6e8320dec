from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from core.words import say
from portals.forms import PersonField, TeamsForm, moment
from training.models import Course, Level


class ClassForm(TeamsForm):
    title = forms.CharField(max_length=80, label=_("What it is about"))
    level = forms.ChoiceField(choices=Level.choices, required=False, label=_("Counts for the three-level education as"))
    course_code = forms.ChoiceField(required=False, label=_("Course it belongs to"))
    place = forms.CharField(max_length=80, label=_("Where"))
    starts_at = moment(_("When"))
    hours = forms.DecimalField(min_value=0, max_value=8, max_digits=3, decimal_places=1, initial=1, label=_("Hours"))
    trainer = PersonField(required=False, label=_("Trainer, if it is not you"))

    def __init__(self, *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        courses = [(course.code, say(course.title)) for course in Course.objects.current()]
        self.fields["course_code"].choices = [("", "—"), *courses]  # type: ignore[attr-defined]


class EntryForm(forms.Form):
    person = PersonField(label=_("Who was there"))
    hours = forms.DecimalField(min_value=0, max_value=8, max_digits=3, decimal_places=1, label=_("Hours"))
    note = forms.CharField(max_length=200, label=_("Why by hand"))
