from django import forms
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from core.errors import DomainError
from facilities.models import Department
from people.actions import Person
from people.models import JobRole, Team, User
from people.permissions import Role
from people.phones import normal_phone
from portals.forms import Named

ROLES = [(role.value, role.label) for role in Role if role != Role.OUTSIDER]


class FindForm(forms.Form):
    q = forms.CharField(max_length=60, required=False)
    department = forms.IntegerField(required=False)
    role = forms.ChoiceField(choices=[("", ""), *ROLES], required=False)
    closed = forms.BooleanField(required=False)

    def apply(self, people):
        """The people that fit; what cannot be read filters nothing."""
        data = self.cleaned_data if self.is_valid() else {}
        people = people.filter(is_active=not data.get("closed"))
        if data.get("department"):
            people = people.filter(department_id=data["department"])
        if data.get("role"):
            people = people.filter(grants__role=data["role"])
        if words := data.get("q"):
            sound = " ".join(words.lower().split())
            fits = Q(name__icontains=words) | Q(sort_key__icontains=sound) | Q(phone__contains=words)
            people = people.filter(fits | Q(employee_no__icontains=words))
        return people


class PersonForm(forms.Form):
    name = forms.CharField(max_length=60, label=_("Full name"))
    phone = forms.CharField(
        max_length=30, required=False, label=_("Phone"), widget=forms.TextInput(attrs={"type": "tel"})
    )
    employee_no = forms.CharField(max_length=30, required=False, label=_("Employee number"))
    email = forms.EmailField(max_length=120, required=False, label=_("E-mail"))
    roles = forms.MultipleChoiceField(
        choices=ROLES,
        initial=[Role.WORKER],
        label=_("Roles"),
        widget=forms.CheckboxSelectMultiple,
    )
    department = Named(Department.objects.all(), required=False, label=_("Department"), empty_label=_("none"))
    team = Named(Team.objects.all(), required=False, label=_("Team"), empty_label=_("none"))
    job_role = Named(JobRole.objects.all(), required=False, label=_("Job role"), empty_label=_("none"))
    hired_on = forms.DateField(
        required=False, label=_("Hired on"), widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )

    def clean_phone(self):
        try:
            return normal_phone(self.cleaned_data["phone"]) if self.cleaned_data["phone"] else ""
        except DomainError as refusal:
            raise forms.ValidationError(refusal.message) from None

    def person(self) -> Person:
        return Person(**(self.cleaned_data | {"roles": tuple(self.cleaned_data["roles"])}))


def filled_in(user: User) -> dict[str, object]:
    """The form's values for somebody who is there already."""
    columns = ("name", "phone", "employee_no", "email", "department", "team", "job_role", "hired_on")
    return {name: getattr(user, name) for name in columns} | {"roles": sorted(user.role_codes)}


class SecondFactorRuleForm(forms.Form):
    days = forms.TypedChoiceField(
        label=_("Who has no sign-in code yet"),
        coerce=int,
        choices=[
            ("7", _("has one week to set it up")),
            ("14", _("has two weeks to set it up")),
            ("30", _("has 30 days to set it up")),
            ("0", _("sets it up at once")),
        ],
    )
