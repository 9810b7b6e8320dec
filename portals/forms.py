"""Form fields that all portals share."""

from django import forms

from core.words import say


class Named(forms.ModelChoiceField):
    """Objects whose name is there in both languages."""

    def label_from_instance(self, obj):
        return say(obj.name)
