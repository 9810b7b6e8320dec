import unicodedata
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from core.errors import DomainError
from core.words import say
from market.packs import titles
from signups.contacts import Contact, contact_of
from signups.models import SignUp

_PLAIN = {"autocapitalize": "none", "spellcheck": "false"}


class ContactForm(forms.Form):
    contact = forms.CharField(
        max_length=200,
        label=_("Phone or e-mail"),
        widget=forms.TextInput(attrs={**_PLAIN, "autocomplete": "tel", "autofocus": True}),
    )

    def clean_contact(self) -> Contact:
        try:
            return contact_of(self.cleaned_data["contact"])
        except DomainError as refused:
            raise forms.ValidationError(refused.message) from None


class StartForm(ContactForm):
    agree = forms.BooleanField(
        label=_("I have read the terms and the privacy notice, and agree."),
        error_messages={"required": _("Without it no factory can be opened. Read both, then tick here.")},
    )


class CodeForm(forms.Form):
    code = forms.CharField(
        max_length=20,
        label=_("Six digits"),
        widget=forms.TextInput(
            attrs={"autocomplete": "one-time-code", "inputmode": "numeric", "autofocus": True, "data-six": ""}
        ),
    )

    def clean_code(self) -> str:
        return "".join(unicodedata.normalize("NFKC", self.cleaned_data["code"]).split())


class FactoryForm(forms.Form):
    pack = forms.ChoiceField(
        label=_("What does your factory do?"),
        error_messages={"required": _("Choose the one that comes closest; you can change all of it later.")},
    )
    name = forms.CharField(
        max_length=120,
        label=_("Name of the factory"),
        widget=forms.TextInput(attrs={"autocomplete": "organization"}),
    )
    slug = forms.CharField(
        max_length=120,
        required=False,
        label=_("Short name for its address"),
        help_text=_("Left empty, it is made from the name."),
        widget=forms.TextInput(attrs=_PLAIN),
    )
    size = forms.ChoiceField(label=_("How many people work there?"), choices=[("", _("Choose")), *SignUp.Size.choices])
    person = forms.CharField(
        max_length=60, min_length=2, label=_("Your name"), widget=forms.TextInput(attrs={"autocomplete": "name"})
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        pack: Any = self.fields["pack"]
        pack.choices = [(code, say(title)) for code, title in titles().items()]

    def clean_slug(self) -> str:
        """Capitals and wide letters are typed by phones; what it means is looked at afterwards."""
        return unicodedata.normalize("NFKC", self.cleaned_data["slug"]).strip().lower()

    def clean(self) -> dict[str, Any]:
        found = super().clean() or {}
        return {key: value.replace("\0", "") if isinstance(value, str) else value for key, value in found.items()}
