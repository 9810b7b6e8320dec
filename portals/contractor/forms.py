"""What the contractor's pages send: only its shape."""

from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core.words import say
from partners.models import CompanyDocument, Trade
from people.auth import PhoneField
from portals.licences import day
from training.models import LicenceKind


class PhoneForm(forms.Form):
    phone = PhoneField(label=gettext_lazy("Your mobile number"))


class CodeForm(forms.Form):
    code = forms.CharField(
        max_length=20,
        label=gettext_lazy("The code from the text message"),
        widget=forms.TextInput(attrs={"autocomplete": "one-time-code", "inputmode": "numeric"}),
    )


class JoinForm(forms.Form):
    code = forms.CharField(
        max_length=20,
        label=gettext_lazy("Project number"),
        help_text=gettext_lazy("Six digits. Your foreman has it."),
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"}),
    )
    name = forms.CharField(
        max_length=60, label=gettext_lazy("Your name"), widget=forms.TextInput(attrs={"autocomplete": "name"})
    )


class PersonForm(forms.Form):
    """What stands already is not asked for again."""

    name = forms.CharField(max_length=60, label=gettext_lazy("Name as on the ID card"))
    id_number = forms.CharField(
        max_length=30,
        label=gettext_lazy("ID number"),
        help_text=gettext_lazy("Kept encrypted; pages show only the last four signs."),
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )
    trade = forms.ChoiceField(choices=[("", "—"), *Trade.choices], label=gettext_lazy("Your trade"))
    emergency_name = forms.CharField(max_length=60, label=gettext_lazy("In an emergency we call"))
    emergency_phone = PhoneField(label=gettext_lazy("Their number"))

    def __init__(self, *args: Any, has_id: str = "", **more: Any) -> None:
        super().__init__(*args, **more)
        if has_id:
            self.fields["id_number"].required = False
            self.fields["id_number"].help_text = _("On record: %(id)s. Leave it empty to keep it.") % {"id": has_id}


class LicenceForm(forms.Form):
    kind = forms.ChoiceField(label=gettext_lazy("Which licence"))
    number = forms.CharField(max_length=40, label=gettext_lazy("Number on the card"))
    issued_on = day(gettext_lazy("Issued on"))
    expires_on = day(gettext_lazy("Valid until"))

    def __init__(self, *args: Any, work: str = "", **more: Any) -> None:
        super().__init__(*args, **more)
        kinds = [kind for kind in LicenceKind.objects.newest() if not kind.is_health]
        fitting = [kind for kind in kinds if work in kind.works] or kinds
        self.fields["kind"].choices = [(kind.code, say(kind.name)) for kind in fitting]  # type: ignore[attr-defined]


class PaperForm(forms.Form):
    """The agreement is signed on its own page."""

    kind = forms.ChoiceField(
        choices=[each for each in CompanyDocument.Kind.choices if each[0] != CompanyDocument.Kind.AGREEMENT],
        label=gettext_lazy("Which paper"),
    )
    number = forms.CharField(max_length=60, required=False, label=gettext_lazy("Number on it"))
    valid_until = day(gettext_lazy("Valid until"))
    file = forms.FileField(
        label=gettext_lazy("PDF or photo"), widget=forms.FileInput(attrs={"accept": ".pdf,.xlsx,image/*"})
    )
