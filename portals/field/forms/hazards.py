from django import forms
from django.utils.translation import gettext_lazy as _

from facilities.models import Area, Equipment
from hazards.models import Category, Level
from portals.forms import Named, PersonField, moment


class PlacedForm(forms.Form):
    """Something reported from the floor: where it is, and an id that the form was given, so that it counts once."""

    client_id = forms.UUIDField(required=False, widget=forms.HiddenInput)
    equipment = Named(
        Equipment.objects.all(), required=False, label=_("Machine"), empty_label=_("no machine, or not listed")
    )
    area = Named(Area.objects.all(), required=False, label=_("Where"), empty_label=_("choose the place"))

    def clean(self):
        data = super().clean() or {}
        if data.get("equipment"):
            data["area"] = data["equipment"].area
        elif not data.get("area") and "area" not in self.errors:
            self.add_error("area", _("Say where it is: choose the machine or the place."))
        return data


class ReportForm(PlacedForm):
    category = Named(
        Category.objects.listed(),
        required=False,
        label=_("What kind of thing is it?"),
        empty_label=_("leave it to the safety officer"),
    )
    title = forms.CharField(
        max_length=120,
        required=False,
        label=_("What is wrong?"),
        widget=forms.TextInput(attrs={"placeholder": _("A few words, such as: guard missing.")}),
    )
    description = forms.CharField(
        max_length=2000,
        required=False,
        label=_("Anything else to say"),
        widget=forms.Textarea(attrs={"rows": 2}),
    )
    level = forms.ChoiceField(choices=[("", ""), *Level.choices], required=False)
    stopped = forms.ChoiceField(choices=[("", ""), ("yes", ""), ("no", "")], required=False)

    def clean(self):
        data = super().clean() or {}
        data["is_machine_stopped"] = {"yes": True, "no": False}.get(data.get("stopped", ""))
        return data


class RectifyForm(forms.Form):
    """measure and cause in words; up to three tests, of which the first is asked for."""

    TESTS = 3
    measure = forms.CharField(max_length=2000, label=_("What was done?"), widget=forms.Textarea(attrs={"rows": 2}))
    cause = forms.CharField(
        max_length=2000,
        required=False,
        label=_("Why did it happen?"),
        widget=forms.Textarea(attrs={"rows": 2}),
    )

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        for n in range(1, self.TESTS + 1):
            self.fields[f"test_{n}"] = forms.CharField(max_length=80, required=False, label=_("Test"))
            self.fields[f"required_{n}"] = forms.CharField(max_length=80, required=False, label=_("Asked for"))
            self.fields[f"result_{n}"] = forms.CharField(max_length=80, required=False, label=_("Result"))
            self.fields[f"passed_{n}"] = forms.ChoiceField(choices=[("", ""), ("yes", ""), ("no", "")], required=False)

    def clean(self):
        data = super().clean() or {}
        data["tests"] = [
            {
                "name": data.get(f"test_{n}") or str(_("Trial run")),
                "required": data.get(f"required_{n}", ""),
                "result": data.get(f"result_{n}", ""),
                "is_passed": data[f"passed_{n}"] == "yes",
            }
            for n in range(1, self.TESTS + 1)
            if data.get(f"passed_{n}")
        ]
        return data

    @property
    def more_tests(self):
        return [
            (n, self[f"test_{n}"], self[f"required_{n}"], self[f"result_{n}"], self[f"passed_{n}"])
            for n in range(2, self.TESTS + 1)
        ]


class HandOverForm(forms.Form):
    to = PersonField(label=_("Who takes it?"))
    note = forms.CharField(max_length=500, label=_("Why?"), widget=forms.Textarea(attrs={"rows": 2}))


class ExtensionForm(forms.Form):
    new_due_at = moment(_("New limit"))
    reason = forms.CharField(max_length=1000, label=_("Why?"), widget=forms.Textarea(attrs={"rows": 2}))
