from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from facilities.models import Department
from portals.forms import Named


class ScreenForm(forms.Form):
    name = forms.CharField(
        max_length=60, label=_("Where it hangs"), help_text=_("Such as: gate of the press shop, beside the clock.")
    )
    department = Named(Department.objects.none(), label=_("What it shows"), empty_label=_("choose"))

    def __init__(self, *args: Any, reader: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        departments = reader.departments_with("alerts.manage_screens")
        found = Department.objects.all() if departments is None else Department.objects.filter(pk__in=departments)
        self.fields["department"].queryset = found  # type: ignore[attr-defined]
