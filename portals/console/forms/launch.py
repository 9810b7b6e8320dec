from typing import Any

from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from facilities.models import EquipmentType
from portals.forms import Named


class MachineForm(forms.Form):
    """Filled in as far as it can be guessed, so that pressing the button is enough."""

    kind = Named(EquipmentType.objects.none(), label=gettext_lazy("Which machine?"), empty_label=None)
    code = forms.CharField(max_length=40, label=gettext_lazy("Its number"))
    place = forms.CharField(max_length=40, label=gettext_lazy("Place of the machine"))

    def __init__(self, *args: Any, kinds: QuerySet[EquipmentType], **kwargs: Any) -> None:
        first = kinds.first()
        super().__init__(*args, **kwargs)
        self.initial = {"kind": first and first.pk, "code": "001", "place": _("Workshop 1")}
        field: Any = self.fields["kind"]
        field.queryset = kinds
