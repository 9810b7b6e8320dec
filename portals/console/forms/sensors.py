"""What is typed of a sensor and of its limits."""

from typing import Any

from django import forms
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from facilities.models import Area, Equipment
from portals.forms import Named
from sensors.defaults import UNITS
from sensors.models import Direction, Grade, Kind

_KINDS = [(kind.value, format_lazy("{} ({})", kind.label, UNITS[kind])) for kind in Kind]


class SensorForm(forms.Form):
    code = forms.CharField(
        max_length=40,
        label=_("Sensor number"),
        help_text=_("Letters, digits, - and _, such as PT-RH-1; it stays for ever."),
    )
    name = forms.CharField(max_length=60, label=_("Name"), help_text=_("Such as: humidity in the paint shop."))
    kind = forms.ChoiceField(choices=_KINDS, label=_("What it measures"))
    area = Named(Area.objects.none(), label=_("Area"), empty_label=_("choose"))
    equipment = Named(Equipment.objects.none(), required=False, label=_("At a machine"), empty_label=_("none"))
    unit = forms.CharField(max_length=12, required=False, label=_("Unit"), help_text=_("Left empty: the usual one."))
    rated = forms.FloatField(
        required=False, label=_("Working pressure"), help_text=_("Only for pressure: its limits follow from it.")
    )
    silence_minutes = forms.IntegerField(
        min_value=1, max_value=1440, initial=10, label=_("Lost after so many minutes without a reading")
    )

    def __init__(self, *args: Any, reader: Any, is_new: bool, **more: Any) -> None:
        super().__init__(*args, **more)
        departments = reader.departments_with("sensors.manage")
        areas, machines = Area.objects.all(), Equipment.objects.visible_to(reader)
        if departments is not None:
            areas = areas.filter(department__in=departments)
            machines = machines.filter(area__department__in=departments)
        self.fields["area"].queryset = areas  # type: ignore[attr-defined]
        self.fields["equipment"].queryset = machines.select_related("area")  # type: ignore[attr-defined]
        if not is_new:
            del self.fields["code"], self.fields["kind"]


class LimitForm(forms.Form):
    grade = forms.ChoiceField(
        choices=Grade.choices,
        label=_("How serious"),
        help_text=_("A warning becomes an ordinary hazard. An alarm becomes a serious one and calls people on duty."),
    )
    direction = forms.ChoiceField(choices=Direction.choices, label=_("The reading is"))
    low = forms.FloatField(required=False, label=_("Lower limit"))
    high = forms.FloatField(required=False, label=_("Upper limit"))
    consecutive = forms.IntegerField(min_value=1, max_value=50, initial=2, label=_("So many readings in a row"))
    clear_after = forms.IntegerField(
        min_value=1, max_value=50, initial=3, label=_("Over after so many readings within")
    )
    margin_percent = forms.FloatField(
        min_value=0, max_value=50, initial=5, label=_("Within by so many percent of the limit")
    )
