from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from facilities.models import Department
from portals.forms import Named


class KioskForm(forms.Form):
    name = forms.CharField(
        max_length=60, label=_("Where it lies"), help_text=_("Such as: press shop, beside the first-aid box.")
    )
    department = Named(Department.objects.none(), label=_("Workshop"), empty_label=_("choose"))

    def __init__(self, *args: Any, reader: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        departments = reader.departments_with("people.kiosks")
        found = Department.objects.all() if departments is None else Department.objects.filter(pk__in=departments)
        self.fields["department"].queryset = found  # type: ignore[attr-defined]
