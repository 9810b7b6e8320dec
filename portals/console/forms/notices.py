from django import forms
from django.utils.translation import gettext_lazy as _

from portals.console.forms.archive import DayField

WHERE = (_("Notice board"), _("Workers' congress"), _("Shift meeting"))


class PublishForm(forms.Form):
    """where: one of those, or in own words; on: left empty, today."""

    where = forms.CharField(
        max_length=80,
        label=_("made known where"),
        error_messages={"required": _("Say where they were made known, such as on the notice board.")},
    )
    on = DayField(required=False)
