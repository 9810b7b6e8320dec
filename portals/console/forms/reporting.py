from django import forms
from django.utils.translation import gettext_lazy as _

from facilities.models import Area, Equipment
from hazards.actions.tips import LONGEST
from hazards.models import Category, Hazard, Level
from portals.forms import Named


class RecordForm(forms.Form):
    """What a special check or an outside authority found."""

    client_id = forms.UUIDField(required=False, widget=forms.HiddenInput)
    source = forms.ChoiceField(
        choices=[(source.value, source.label) for source in (Hazard.Source.SPECIAL, Hazard.Source.EXTERNAL)],
        label=_("Where does it come from?"),
        widget=forms.RadioSelect,
        initial=Hazard.Source.SPECIAL,
    )
    title = forms.CharField(max_length=120, label=_("What is wrong?"))
    equipment = Named(
        Equipment.objects.all(), required=False, label=_("Machine"), empty_label=_("no machine, or not listed")
    )
    area = Named(
        Area.objects.all(),
        required=False,
        label=_("Area"),
        empty_label=_("choose the place"),
        help_text=_("Not needed where you name the machine."),
    )
    category = Named(
        Category.objects.listed(), required=False, label=_("Kind"), empty_label=_("guess it from the words")
    )
    level = forms.ChoiceField(choices=[("", _("as the kind says")), *Level.choices], required=False, label=_("Level"))
    description = forms.CharField(
        max_length=2000, required=False, label=_("Description"), widget=forms.Textarea(attrs={"rows": 3})
    )

    def clean(self):
        data = super().clean() or {}
        if data.get("equipment"):
            data["area"] = data["equipment"].area
        elif not data.get("area") and "area" not in self.errors:
            self.add_error("area", _("Say where it is: choose the machine or the place."))
        return data


class CategoryForm(forms.Form):
    category = Named(Category.objects.listed(), label=_("Kind"), empty_label=None)


class AnswerForm(forms.Form):
    text = forms.CharField(max_length=LONGEST, label=_("Your reply"), widget=forms.Textarea(attrs={"rows": 2}))
