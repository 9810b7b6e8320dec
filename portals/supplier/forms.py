"""What the supplier's pages send: only its shape."""

from typing import Any

from django import forms
from django.contrib.auth.password_validation import validate_password
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from inspections.models import Item
from partners.models import CompanyDocument, Reply
from people.auth import PhoneField
from people.models import User
from portals.forms import Named
from portals.licences import day

TYPED = ("choice", "number", "text", "note", "done_by")


class ReplyForm(forms.Form):
    """One question; which of the fields count depends on its kind."""

    choice = forms.IntegerField(required=False, min_value=0, max_value=99)
    number = forms.DecimalField(required=False, max_digits=12, decimal_places=4, localize=False)
    text = forms.CharField(required=False, max_length=500)
    note = forms.CharField(required=False, max_length=500)
    done_by = forms.DateField(required=False)

    def __init__(self, data: Any, *, item: Item) -> None:
        super().__init__(data, prefix=str(item.pk))

    @property
    def was_sent(self) -> bool:
        return any(self.add_prefix(name) in self.data for name in TYPED)

    def said(self, reply: Reply | None) -> dict[str, Any]:
        """Of what was not sent, what stands: a page that slept takes no answer back."""
        stands = _standing(reply)
        sent = [name for name in TYPED if self.add_prefix(name) in self.data]
        return stands | {name: self.cleaned_data[name] for name in sent}

    def differs(self, reply: Reply | None) -> bool:
        """Whether it says something else than what stands."""
        return self.said(reply) != _standing(reply)


def _standing(reply: Reply | None) -> dict[str, Any]:
    empty = {"choice": None, "number": None, "text": "", "note": "", "done_by": None}
    return {name: getattr(reply, name) for name in TYPED} if reply else empty


class ColleagueForm(forms.Form):
    """people: of the own company, without who has it now."""

    to = Named(User.objects.none(), label=_("Who takes it?"), empty_label=_("choose"))
    note = forms.CharField(max_length=500, label=_("Why?"), widget=forms.Textarea(attrs={"rows": 2}))

    def __init__(self, data: Any = None, *, people: QuerySet[User]) -> None:
        super().__init__(data)
        self.fields["to"].queryset = people  # type: ignore[attr-defined]


class JoinForm(forms.Form):
    name = forms.CharField(max_length=60, label=_("Your name"), widget=forms.TextInput(attrs={"autocomplete": "name"}))
    phone = PhoneField(label=_("Phone, to sign in with"))
    password = forms.CharField(
        max_length=128,
        label=_("Password, 8 signs or more"),
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )

    def clean_password(self) -> str:
        validate_password(self.cleaned_data["password"])
        return self.cleaned_data["password"]


class DocumentForm(forms.Form):
    kind = forms.ChoiceField(choices=CompanyDocument.Kind.choices, label=_("Which paper"))
    number = forms.CharField(max_length=60, required=False, label=_("Number on it"))
    valid_until = day(_("Valid until"))
    file = forms.FileField(label=_("PDF or photo"), widget=forms.FileInput(attrs={"accept": ".pdf,.xlsx,image/*"}))


class HazardForm(forms.Form):
    client_id = forms.UUIDField(required=False, widget=forms.HiddenInput)
    title = forms.CharField(
        max_length=120,
        required=False,
        label=_("What is wrong?"),
        widget=forms.TextInput(attrs={"placeholder": _("A few words, such as: guard missing.")}),
    )
