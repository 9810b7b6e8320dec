"""What somebody who was there says of a drill."""

from django import forms
from django.utils.translation import gettext_lazy as _


class FeedbackForm(forms.Form):
    stars = forms.TypedChoiceField(
        coerce=int, choices=[(n, str(n)) for n in range(1, 6)], label=_("How did the drill go?"),
        error_messages=dict.fromkeys(("required", "invalid_choice"), _("Choose between one and five stars.")),
    )  # fmt: skip
    words = forms.CharField(max_length=300, required=False, label=_("What should be better?"))
