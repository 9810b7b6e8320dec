from django import forms
from django.utils.translation import gettext_lazy


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
