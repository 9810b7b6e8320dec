"""What the desk and the phone ask of a licence: its form, and its photos of front and back."""

from typing import Any

from django import forms
from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core.words import say
from portals.photos import Photos, take_photos
from training.actions import Card
from training.models import Licence, LicenceKind

SIDES = ("front", "back")
FIT = (("", "—"), ("yes", gettext_lazy("Fit")), ("no", gettext_lazy("Not fit")))


def day(label: Any, **more: Any) -> forms.DateField:
    return forms.DateField(label=label, widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"), **more)


def kinds(*, with_health: bool = True) -> list[tuple[str, str]]:
    found = LicenceKind.objects.newest()
    return [(kind.code, say(kind.name)) for kind in (found if with_health else found.filter(is_health=False))]


class CardForm(forms.Form):
    """What is printed on the card; `kind` is left out where it is known."""

    kind = forms.ChoiceField(label=gettext_lazy("Kind of licence"))
    number = forms.CharField(max_length=40, required=False, label=gettext_lazy("Number on the card"))
    issued_on = day(gettext_lazy("Issued on"))

    def __init__(self, *args: Any, kind: LicenceKind | None = None, with_health: bool = True, **more: Any) -> None:
        super().__init__(*args, **more)
        if kind:
            del self.fields["kind"]
        else:
            self.fields["kind"].choices = [("", "—"), *kinds(with_health=with_health)]  # type: ignore[attr-defined]
        if kind and kind.is_health:
            del self.fields["number"]
        elif kind or not with_health:
            self.fields["number"].required = True
        self.kind_code = kind.code if kind else ""

    def card(self, photos: dict[str, Photos]) -> Card:
        facts = {name: value for name, value in self.cleaned_data.items() if name in Card.__dataclass_fields__}
        sides = {side: next(reversed(photos[side].photos), None) for side in SIDES}
        return Card(**({"kind": self.kind_code} | facts | sides))


class OfficerCardForm(CardForm):
    """Left empty, the last day is the one that the rule gives."""

    expires_on = day(gettext_lazy("Last valid day"), required=False, help_text=gettext_lazy("Left empty: by the rule."))
    expiry_note = forms.CharField(
        max_length=200,
        required=False,
        label=gettext_lazy("Why another day"),
        help_text=gettext_lazy("Only where the card says another day than the rule."),
    )
    reviewed_on = day(
        gettext_lazy("Reviewed on"),
        required=False,
        help_text=gettext_lazy("Only for older cards that had to be reviewed in between."),
    )
    is_fit = forms.ChoiceField(
        choices=FIT, required=False, label=gettext_lazy("Result"), help_text=gettext_lazy("Only for a health check.")
    )

    def __init__(self, *args: Any, kind: LicenceKind | None = None, **more: Any) -> None:
        super().__init__(*args, kind=kind, **more)
        if kind and kind.is_health:
            del self.fields["reviewed_on"]
            self.fields["is_fit"].help_text = ""
        elif kind:
            del self.fields["is_fit"]
        if kind and not kind.review_months:
            self.fields.pop("reviewed_on", None)

    def clean_is_fit(self) -> bool | None:
        return {"yes": True, "no": False}.get(self.cleaned_data["is_fit"])


def take_sides(request: HttpRequest) -> dict[str, Photos]:
    """The photos of front and back, one of each; a new one goes before that of an earlier try."""
    taken = {side: take_photos(request, side) for side in SIDES}
    for side, photos in taken.items():
        if len(request.FILES.getlist(side)) > 1:
            photos.errors.append(_("One photo of each side is enough. Leave the best one."))
    return taken


def reason_in(request: HttpRequest) -> str:
    return request.POST.get("note", "").replace("\0", "")


def has_faults(taken: dict[str, Photos]) -> bool:
    return any(photos.errors for photos in taken.values())


def filled_in(licence: Licence) -> dict[str, Any]:
    """For an officer who confirms what somebody sent in."""
    return {"number": licence.full_number, "issued_on": licence.issued_on}
