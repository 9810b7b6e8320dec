from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from facilities.models import Equipment
from hazards.models import Hazard
from portals.forms import Named


class LockForm(forms.Form):
    """The hazard's own machine, or another one that stands in the same area."""

    equipment = Named(Equipment.objects.none(), label=_("Machine"), empty_label=_("choose"))
    reason = forms.CharField(max_length=200, label=_("Reason"), widget=forms.TextInput)

    def __init__(self, *args, hazard: Hazard, **kwargs):
        super().__init__(*args, **kwargs)
        machines = Equipment.objects.filter(area=hazard.area_id)
        if hazard.equipment_id:
            machines |= Equipment.objects.filter(pk=hazard.equipment_id)
        held = hazard.stop_uses.in_force().values("equipment")
        field: Any = self.fields["equipment"]
        field.queryset, field.initial = machines.exclude(pk__in=held), hazard.equipment_id
