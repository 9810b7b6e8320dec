from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from people.kiosks import DIGITS


def _digits(auto: str) -> forms.PasswordInput:
    return forms.PasswordInput(attrs={"inputmode": "numeric", "autocomplete": auto, "pattern": "[0-9]*"})


class SignInForm(forms.Form):
    number = forms.CharField(
        max_length=30,
        label=_("Employee number"),
        help_text=_("Or the last four digits of your phone number."),
        widget=forms.TextInput(attrs={"autocomplete": "off", "autocapitalize": "none", "spellcheck": "false"}),
    )
    pin = forms.CharField(max_length=DIGITS, label=_("PIN"), widget=_digits("off"))


class PinForm(forms.Form):
    """present: only where the person came in by PIN."""

    present = forms.CharField(max_length=DIGITS, label=_("Your present PIN"), widget=_digits("off"))
    pin = forms.CharField(
        max_length=DIGITS,
        label=_("New PIN"),
        help_text=_("Six digits that only you know: no row such as 123456, nothing that repeats, no birthday."),
        widget=_digits("off"),
    )
    again = forms.CharField(max_length=DIGITS, label=_("The same once more"), widget=_digits("off"))

    def __init__(self, *args: Any, is_by_pin: bool, **more: Any) -> None:
        super().__init__(*args, **more)
        if not is_by_pin:
            del self.fields["present"]

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if data.get("pin") and data.get("again") and data["pin"] != data["again"]:
            self.add_error("again", _("The two are not the same. Type it again."))
        return data
