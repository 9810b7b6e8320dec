"""The shape of what the desk's training pages send."""

from typing import Any

from django import forms
from django.db.models import Q
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from core.words import say
from facilities.calendar import today
from facilities.models import Department
from people.models import JobRole
from portals.forms import Named
from training.cohorts import MOST_DAYS
from training.hours import LEVELS, NEW, Rule
from training.models import Exam
from training.models.learning import Occasion
from training.taught import taught


def subjects() -> list[tuple[str, Any]]:
    """Courses and exams in use, by the code by which people call them."""
    found: dict[bool, list[tuple[str, str]]] = {False: [], True: []}
    for code, subject in taught().items():
        found[isinstance(subject, Exam)].append((code, f"{code} {say(subject.title)}"))
    return [("", gettext("Choose")), (gettext("Courses"), found[False]), (gettext("Exams"), found[True])]


class LearnersForm(forms.Form):
    q = forms.CharField(max_length=60, required=False)
    department = forms.IntegerField(required=False, min_value=1, max_value=2**31 - 1)
    job_role = forms.IntegerField(required=False, min_value=1, max_value=2**31 - 1)
    overdue = forms.BooleanField(required=False)
    left = forms.BooleanField(required=False)

    def apply(self, people):
        """The people that fit, by department, post and words; what cannot be read filters nothing."""
        data = self.cleaned_data if self.is_valid() else {}
        asked = data.get("department")
        if department := Department.objects.filter(pk=asked).first() if asked else None:
            people = people.filter(department__in=department.subtree)
        if data.get("job_role"):
            people = people.filter(job_role_id=data["job_role"])
        if words := data.get("q"):
            sound = " ".join(words.lower().split())
            fits = Q(name__icontains=words) | Q(sort_key__icontains=sound) | Q(employee_no__icontains=words)
            people = people.filter(fits)
        return people

    @property
    def is_overdue(self) -> bool:
        return bool(self.is_valid() and self.cleaned_data["overdue"])

    @property
    def has_left(self) -> bool:
        """People who left, instead of those who are there."""
        return bool(self.is_valid() and self.cleaned_data["left"])


class GiveForm(forms.Form):
    course = forms.ChoiceField(label=_("Course or exam"))
    due_on = forms.DateField(
        label=_("To be passed by"), widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["course"].choices = subjects()  # type: ignore[attr-defined]
        self.fields["due_on"].widget.attrs["min"] = str(today())


class RequirementForm(forms.Form):
    course = forms.ChoiceField(label=_("Course or exam"))
    job_role = Named(
        JobRole.objects.all(), required=False, label=_("For whom"), empty_label=_("everybody"), to_field_name="code"
    )
    occasion = forms.ChoiceField(choices=Occasion.choices, label=_("When"))
    days = forms.IntegerField(min_value=1, max_value=365, initial=30, label=_("Days until it has to be passed"))

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["course"].choices = subjects()  # type: ignore[attr-defined]


class DaysForm(forms.Form):
    days = forms.IntegerField(min_value=1, max_value=365, label=_("Days until it has to be passed"))


class HoursForm(forms.Form):
    valid_from = forms.DateField(
        label=_("From this day on"), widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )
    first_hours = forms.IntegerField(min_value=1, max_value=500, label=_("Hours at the beginning"))
    yearly_hours = forms.IntegerField(min_value=1, max_value=500, required=False, label=_("Hours every year"))
    company = forms.IntegerField(min_value=0, max_value=500, label=_("Company level"))
    workshop = forms.IntegerField(min_value=0, max_value=500, label=_("Workshop level"))
    team = forms.IntegerField(min_value=0, max_value=500, label=_("Team level"))
    reason = forms.CharField(max_length=200, label=_("Why"))

    def __init__(self, data: Any = None, *, rule: Rule) -> None:
        levels = {level.value: rule.levels[level] for level in LEVELS}
        there = {"valid_from": today(), "first_hours": rule.first, "yearly_hours": rule.yearly} | levels
        super().__init__(data, initial=there, prefix=rule.code)
        if rule.code != NEW:
            for level in LEVELS:
                del self.fields[level]

    def columns(self) -> dict[str, Any]:
        return dict.fromkeys(LEVELS, 0) | self.cleaned_data


class RenewalForm(forms.Form):
    course = forms.ChoiceField(required=False, label=_("Course or exam"))
    days = forms.IntegerField(
        min_value=1, max_value=MOST_DAYS, initial=60, label=_("Certificates that end within, in days")
    )

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["course"].choices = [("", gettext("all of them")), *subjects()[1:]]  # type: ignore[attr-defined]
