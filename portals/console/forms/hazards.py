from django import forms
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from hazards.models import OPEN, Hazard, Level, Status
from people.models import User
from people.permissions import PERMISSIONS
from portals.forms import Named

GROUPS = {
    "open": (_("Open"), OPEN),
    "new": (_("To confirm"), (Status.REPORTED,)),
    "fixing": (_("Being fixed"), (Status.CONFIRMED, Status.ASSIGNED, Status.RECTIFYING)),
    "review": (_("In review"), (Status.FIRST_REVIEW, Status.SECOND_REVIEW, Status.FINAL_REVIEW)),
    "closed": (_("Closed"), (Status.CLOSED,)),
    "aside": (_("Set aside"), (Status.MERGED, Status.REJECTED, Status.VOIDED)),
    "all": (_("All"), tuple(Status)),
}


class FilterForm(forms.Form):
    group = forms.ChoiceField(choices=[(key, label) for key, (label, _statuses) in GROUPS.items()], required=False)
    level = forms.ChoiceField(choices=[("", _("All levels")), *Level.choices], required=False)
    department = forms.IntegerField(required=False)
    overdue = forms.BooleanField(required=False)
    q = forms.CharField(max_length=60, required=False)

    def apply(self, hazards):
        """The hazards that fit; what cannot be read filters nothing."""
        data = self.cleaned_data if self.is_valid() else {}
        _label, statuses = GROUPS.get(data.get("group") or "open", GROUPS["open"])
        hazards = hazards.filter(status__in=statuses)
        if data.get("level"):
            hazards = hazards.filter(level=data["level"])
        if data.get("department"):
            hazards = hazards.filter(department_id=data["department"])
        if data.get("overdue"):
            hazards = hazards.overdue()
        if data.get("q"):
            hazards = hazards.filter(Q(number__icontains=data["q"]) | Q(title__icontains=data["q"]))
        return hazards


class OwnerField(forms.ModelChoiceField):
    def label_from_instance(self, obj):
        return f"{obj.name} · {obj.employee_no or obj.phone}"


class ConfirmForm(forms.Form):
    level = forms.ChoiceField(choices=Level.choices, label=_("Level"))
    note = forms.CharField(max_length=500, required=False, label=_("Remark"))


class AssignForm(forms.Form):
    owner = OwnerField(User.objects.none(), label=_("Who fixes it"), empty_label=_("choose"))
    note = forms.CharField(max_length=500, required=False, label=_("Remark"))

    def __init__(self, *args, hazard: Hazard, **kwargs):
        super().__init__(*args, **kwargs)
        near = Q(team__in=hazard.category.routes.values("team")) | Q(department=hazard.department_id)
        may = Q(grants__role__in=PERMISSIONS["hazards.rectify"])
        people = User.objects.filter(near & may, is_active=True).distinct()
        self.fields["owner"].queryset = people  # type: ignore[attr-defined]


class ReviewForm(forms.Form):
    is_passed = forms.TypedChoiceField(choices=[("yes", ""), ("no", "")], coerce=lambda value: value == "yes")
    note = forms.CharField(max_length=500, required=False, label=_("Remark; when you return it: what is missing"))


class ReasonForm(forms.Form):
    note = forms.CharField(max_length=500, label=_("Reason"))


class MergeForm(forms.Form):
    into = Named(
        Hazard.objects.none(), to_field_name="number", label=_("Number of the other hazard"), widget=forms.TextInput
    )

    def __init__(self, *args, hazards, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["into"].queryset = hazards  # type: ignore[attr-defined]


class DecideForm(forms.Form):
    is_approved = forms.TypedChoiceField(choices=[("yes", ""), ("no", "")], coerce=lambda value: value == "yes")
    note = forms.CharField(max_length=500, required=False, label=_("Remark; when you refuse it: why"))
