from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from billing import gateway
from billing.bands import MONTH, PRICED, YEAR
from billing.models import Payment

_SIGNS = {15, 17, 18, 20}


def _bands() -> list[tuple[str, str]]:
    return [(band.code, f"{band.words} · ¥{band.yuan} / {_('year')}") for band in PRICED]


class SizeForm(forms.Form):
    band = forms.ChoiceField(choices=_bands, label=gettext_lazy("People in the factory"))


class PayForm(SizeForm):
    way = forms.ChoiceField(label=gettext_lazy("Way to pay"), widget=forms.RadioSelect, initial=Payment.Way.TRANSFER)
    months = forms.TypedChoiceField(
        choices=[(YEAR, gettext_lazy("by the year")), (MONTH, gettext_lazy("by the month"))],
        coerce=int,
        empty_value=YEAR,  # type: ignore[arg-type]
        required=False,
        label=gettext_lazy("Card only: how often"),
    )
    title = forms.CharField(max_length=120, required=False, label=gettext_lazy("Name on the invoice"))
    tax_number = forms.CharField(max_length=24, required=False, label=gettext_lazy("Taxpayer's number"))
    coupon = forms.CharField(max_length=24, required=False, label=gettext_lazy("Coupon"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        ways = Payment.Way.choices if gateway.is_there() else [(Payment.Way.TRANSFER.value, Payment.Way.TRANSFER.label)]
        self.fields["way"].choices = ways  # type: ignore[attr-defined]

    def clean(self) -> Any:
        said: Any = super().clean()
        if said.get("way") == Payment.Way.TRANSFER:
            said["tax_number"] = "".join(said.get("tax_number", "").upper().split())
            if not said.get("title", "").strip():
                self.add_error("title", _("Write the name that is to stand on the invoice."))
            if len(said["tax_number"]) not in _SIGNS or not said["tax_number"].isalnum():
                self.add_error(
                    "tax_number",
                    _("A taxpayer's number has 18 signs, of letters and digits; look at the business licence."),
                )
        return said
