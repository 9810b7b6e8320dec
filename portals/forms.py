"""Form fields that all portals share."""

from django import forms
from django.utils.translation import gettext_lazy

from core.words import say


class Named(forms.ModelChoiceField):
    """Objects whose name is there in both languages."""

    def label_from_instance(self, obj):
        return say(obj.name)


class PauseForm(forms.Form):
    """Times are the factory's; left empty: from now, and until the machine runs again."""

    reason = forms.CharField(
        max_length=500, label=gettext_lazy("Why does it stand still?"), widget=forms.Textarea(attrs={"rows": 2})
    )
    from_at = forms.DateTimeField(
        required=False,
        label=gettext_lazy("From"),
        help_text=gettext_lazy("Left empty: from now."),
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
    )
    until_at = forms.DateTimeField(
        required=False,
        label=gettext_lazy("Until"),
        help_text=gettext_lazy("Left empty: until somebody says that it runs again."),
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
    )
