from django import forms
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from hazards.actions.invitations import fixers_from_outside
from hazards.models import Hazard
from people.models import User
from people.permissions import PERMISSIONS
from portals.forms import Named


class OwnerField(forms.ModelChoiceField):
    def label_from_instance(self, obj):
        outside = _("from outside")
        return f"{obj.name} · {obj.employee_no or obj.phone or outside}"


class AssignForm(forms.Form):
    owner = OwnerField(User.objects.none(), label=_("Who fixes it"), empty_label=_("choose"))
    note = forms.CharField(max_length=500, required=False, label=_("Remark"))

    def __init__(self, *args, hazard: Hazard, **kwargs):
        super().__init__(*args, **kwargs)
        near = Q(team__in=hazard.category.routes.values("team")) | Q(department=hazard.department_id)
        may = Q(grants__role__in=PERMISSIONS["hazards.rectify"])
        people = User.objects.insiders().filter(near & may, is_active=True).distinct()
        people |= fixers_from_outside(hazard).distinct()
        self.fields["owner"].queryset = people  # type: ignore[attr-defined]


class ReviewForm(forms.Form):
    is_passed = forms.TypedChoiceField(choices=[("yes", ""), ("no", "")], coerce=lambda value: value == "yes")
    note = forms.CharField(max_length=500, required=False, label=_("Remark; when you return it: what is missing"))


class ReasonForm(forms.Form):
    note = forms.CharField(max_length=500, label=_("Reason"))


class MergeForm(forms.Form):
    into = Named(
        Hazard.objects.none(),
        to_field_name="number",
        label=_("Number of the other hazard"),
        widget=forms.TextInput,
        error_messages={"invalid_choice": _("There is no open hazard with this number. Copy it from the list.")},
    )

    def __init__(self, *args, hazards, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["into"].queryset = hazards  # type: ignore[attr-defined]


class DecideForm(forms.Form):
    is_approved = forms.TypedChoiceField(choices=[("yes", ""), ("no", "")], coerce=lambda value: value == "yes")
    note = forms.CharField(max_length=500, required=False, label=_("Remark; when you refuse it: why"))
