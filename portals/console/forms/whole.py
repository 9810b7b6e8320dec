from django import forms
from django.utils.translation import gettext_lazy

from people.support import MAX_REASON


class AddressForm(forms.Form):
    slug = forms.CharField(
        max_length=40,
        label=gettext_lazy("New short name"),
        help_text=gettext_lazy("3 to 30 lower-case letters, digits or hyphens, beginning with a letter."),
        widget=forms.TextInput(attrs={"autocapitalize": "none", "autocomplete": "off", "spellcheck": "false"}),
    )

    def clean_slug(self) -> str:
        return str(self.cleaned_data["slug"]).strip().lower()


class DeleteForm(forms.Form):
    name = forms.CharField(
        max_length=120,
        label=gettext_lazy("Name of the factory"),
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )


class AnswerSupportForm(forms.Form):
    hours = forms.TypedChoiceField(
        coerce=int,
        choices=[
            (1, gettext_lazy("one hour")),
            (4, gettext_lazy("four hours")),
            (24, gettext_lazy("one day")),
            (72, gettext_lazy("three days")),
        ],
        initial=4,
        label=gettext_lazy("For how long"),
    )


class OfferSupportForm(AnswerSupportForm):
    reason = forms.CharField(
        max_length=MAX_REASON,
        label=gettext_lazy("What is to be looked at"),
        widget=forms.Textarea(attrs={"rows": 2}),
    )
    field_order = ("reason", "hours")

    def clean_reason(self) -> str:
        return str(self.cleaned_data["reason"]).replace("\0", "")
