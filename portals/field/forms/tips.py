from django import forms
from django.utils.translation import gettext_lazy as _

from hazards.actions.tips import LONGEST


class TipForm(forms.Form):
    """ticket: says that our page was open, how long, and is the secret that the receipt code comes from.

    website: nobody sees it, so only robots fill it in.
    """

    ticket = forms.CharField(max_length=400, widget=forms.HiddenInput)
    website = forms.CharField(max_length=200, required=False)
    text = forms.CharField(
        max_length=LONGEST,
        required=False,
        label=_("What is wrong?"),
        widget=forms.Textarea(attrs={"rows": 2, "placeholder": _("A few words, such as: guard missing.")}),
    )


class ReplyForm(forms.Form):
    text = forms.CharField(
        max_length=LONGEST, required=False, label=_("Write something"), widget=forms.Textarea(attrs={"rows": 2})
    )


class CodeForm(forms.Form):
    code = forms.CharField(
        max_length=40,
        label=_("Receipt code"),
        widget=forms.TextInput(attrs={"autocomplete": "off", "autocapitalize": "characters", "spellcheck": "false"}),
    )
