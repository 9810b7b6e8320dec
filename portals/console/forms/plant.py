from django import forms
from django.utils.translation import gettext_lazy as _

from facilities.models import Area, Department, Equipment, EquipmentType, RiskColour
from portals.forms import Named


class EquipmentForm(forms.Form):
    code = forms.CharField(
        max_length=40, label=_("Code"), help_text=_("As it is painted on the machine; it stays for ever.")
    )
    name = forms.CharField(max_length=60, label=_("Name"))
    type = Named(EquipmentType.objects.all(), label=_("Kind"), empty_label=_("choose"))
    area = Named(Area.objects.all(), label=_("Area"), empty_label=_("choose"))
    model = forms.CharField(max_length=80, required=False, label=_("Model"))
    colour = forms.ChoiceField(choices=RiskColour.choices, initial=RiskColour.YELLOW, label=_("Risk"))
    status = forms.ChoiceField(choices=Equipment.Status.choices, label=_("Status"))

    def __init__(self, *args, is_new: bool, **kwargs):
        super().__init__(*args, **kwargs)
        del self.fields["status" if is_new else "code"]


class AreaForm(forms.Form):
    code = forms.CharField(max_length=40, label=_("Code"), help_text=_("Short, such as A1; it stays for ever."))
    name = forms.CharField(max_length=60, label=_("Name"))
    department = Named(Department.objects.all(), label=_("Department"), empty_label=_("choose"))
    colour = forms.ChoiceField(choices=RiskColour.choices, initial=RiskColour.BLUE, label=_("Risk"))
    is_ex = forms.BooleanField(required=False, label=_("Explosion-hazard area"))

    def __init__(self, *args, is_new: bool, **kwargs):
        super().__init__(*args, **kwargs)
        if not is_new:
            del self.fields["code"]


class DepartmentForm(forms.Form):
    name = forms.CharField(max_length=40, label=_("Name"))
    kind = forms.ChoiceField(choices=Department.Kind.choices, label=_("Kind"))


class TeamForm(forms.Form):
    name = forms.CharField(max_length=40, label=_("Name"))
    department = Named(Department.objects.all(), label=_("Department"), empty_label=_("choose"))

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
