"""The shape of what the desk's training pages send."""

from django import forms
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from core.words import say
from facilities.calendar import today
from facilities.models import Department
from people.models import JobRole
from portals.forms import Named
from training.models import Course
from training.models.learning import Occasion


class Titled(forms.ModelChoiceField):
    """Courses in both languages, with the code by which people call them."""

    def label_from_instance(self, obj):
        return f"{obj.code} {say(obj.title)}"


class LearnersForm(forms.Form):
    q = forms.CharField(max_length=60, required=False)
    department = forms.IntegerField(required=False, min_value=1, max_value=2**31 - 1)
    job_role = forms.IntegerField(required=False, min_value=1, max_value=2**31 - 1)
    overdue = forms.BooleanField(required=False)
    left = forms.BooleanField(required=False)

    def apply(self, people):
        """The people that fit, by department, post and words; what cannot be read filters nothing."""
        data = self.cleaned_data if self.is_valid() else {}
        if department := Department.objects.filter(pk=data.get("department") or 0).first():
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
    course = Titled(Course.objects.none(), label=_("Course"), empty_label=_("Choose"))
    due_on = forms.DateField(
        label=_("To be passed by"), widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["course"].queryset = Course.objects.current()  # type: ignore[attr-defined]
        self.fields["due_on"].widget.attrs["min"] = str(today())


class RequirementForm(forms.Form):
    course = Titled(Course.objects.none(), label=_("Course"), empty_label=_("Choose"), to_field_name="code")
    job_role = Named(
        JobRole.objects.all(), required=False, label=_("For whom"), empty_label=_("everybody"), to_field_name="code"
    )
    occasion = forms.ChoiceField(choices=Occasion.choices, label=_("When"))
    days = forms.IntegerField(min_value=1, max_value=365, initial=30, label=_("Days until it has to be passed"))

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["course"].queryset = Course.objects.current()  # type: ignore[attr-defined]


class DaysForm(forms.Form):
    days = forms.IntegerField(min_value=1, max_value=365, label=_("Days until it has to be passed"))
