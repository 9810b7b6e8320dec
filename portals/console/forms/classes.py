from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from core.words import say
from people.models import Team, User
from portals.forms import PersonField, moment
from training.models import Course, Level


class ClassForm(forms.Form):
    title = forms.CharField(max_length=80, label=_("What it is about"))
    level = forms.ChoiceField(choices=Level.choices, required=False, label=_("Counts for the three-level education as"))
    course_code = forms.ChoiceField(required=False, label=_("Course it belongs to"))
    place = forms.CharField(max_length=80, label=_("Where"))
    starts_at = moment(_("When"))
    hours = forms.DecimalField(min_value=0, max_value=8, max_digits=3, decimal_places=1, initial=1, label=_("Hours"))
    trainer = PersonField(required=False, label=_("Trainer, if it is not you"))
    teams = forms.ModelMultipleChoiceField(
        Team.objects.none(), required=False, label=_("Who is told"), widget=forms.CheckboxSelectMultiple
    )

    def __init__(self, *args: Any, reader: User, **more: Any) -> None:
        super().__init__(*args, **more)
        departments = reader.departments_with("training.hold")
        teams = Team.objects.all() if departments is None else Team.objects.filter(department__in=departments)
        self.fields["teams"].queryset = teams  # type: ignore[attr-defined]
        self.fields["teams"].label_from_instance = lambda team: say(team.name)  # type: ignore[attr-defined]
        courses = [(course.code, say(course.title)) for course in Course.objects.current()]
        self.fields["course_code"].choices = [("", "—"), *courses]  # type: ignore[attr-defined]


class EntryForm(forms.Form):
    person = PersonField(label=_("Who was there"))
    hours = forms.DecimalField(min_value=0, max_value=8, max_digits=3, decimal_places=1, label=_("Hours"))
    note = forms.CharField(max_length=200, label=_("Why by hand"))
