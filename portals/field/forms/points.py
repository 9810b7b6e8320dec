from django import forms
from django.utils.translation import gettext_lazy as _


class AppealForm(forms.Form):
    text = forms.CharField(
        max_length=500, label=_("What is wrong with your points?"), widget=forms.Textarea(attrs={"rows": 3})
    )
