from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from core.secrets import end_of
from facilities.models import Department
from notifications.models import Robot
from notifications.robots import NEEDS_SECRET, Setting
from portals.forms import Named


class RobotForm(forms.Form):
    """Of a robot that stands, kind and key stay unless another key is typed in."""

    kind = forms.ChoiceField(choices=Robot.Kind.choices, label=_("Kind"))
    name = forms.CharField(max_length=60, label=_("Name"), help_text=_("What you call the chat group."))
    address = forms.CharField(
        max_length=500,
        label=_("Address"),
        help_text=_("Copied in the chat group under its robot; begins with https://."),
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false", "inputmode": "url"}),
    )
    secret = forms.CharField(
        max_length=200,
        required=False,
        label=_("Secret"),
        help_text=_(
            "DingTalk and Feishu: the robot's signature. A webhook: any long word that its receiver knows too."
        ),
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )
    department = Named(
        Department.objects.all(), required=False, label=_("Workshop"), empty_label=_("the whole factory")
    )

    def __init__(self, *args: Any, standing: Robot | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.standing = standing
        if standing:
            del self.fields["kind"]
            self.fields["address"].required = False
            for name in ("address", "secret"):
                if sealed := getattr(standing, name):
                    words = _("Ends with %(end)s. Left empty it stays.") % {"end": f"…{end_of(sealed)}"}
                    self.fields[name].help_text = words

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if data.get("kind") == Robot.Kind.WEBHOOK and not data.get("secret"):
            self.add_error("secret", NEEDS_SECRET)
        return data

    def setting(self) -> Setting:
        kind = self.standing.kind if self.standing else self.cleaned_data["kind"]
        return Setting(**{"kind": kind, **self.cleaned_data})
