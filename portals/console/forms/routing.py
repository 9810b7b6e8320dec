from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from core.errors import DomainError
from facilities.models import Area
from hazards.models import Category, Maintainer
from people.models import Team
from people.phones import normal_phone
from portals.forms import Named


class CompanyField(forms.ModelChoiceField):
    def label_from_instance(self, obj: Any) -> str:
        return str(obj.company)


class LedTeam(Named):
    """A team with its leader's name beside it: that is whom the hazard reaches."""

    def label_from_instance(self, obj: Any) -> str:
        name = super().label_from_instance(obj)
        return f"{name} · {obj.leader.name}" if obj.leader else name


class RouteForm(forms.Form):
    """One line of the table: everywhere, or in one area only."""

    category = Named(Category.objects.listed(), label=_("Kind of hazard"), empty_label=_("choose"))
    area = Named(Area.objects.all(), label=_("Only in this area"), empty_label=_("choose"))
    team = LedTeam(
        Team.objects.select_related("leader"), required=False, label=_("Team"), empty_label=_("as everywhere else")
    )
    maintainer = CompanyField(
        Maintainer.objects.filter(is_active=True), required=False, label=_("Outside maintainer"), empty_label=_("none")
    )


class MaintainerForm(forms.Form):
    company = forms.CharField(max_length=80, label=_("Company"))
    person = forms.CharField(max_length=60, label=_("Contact"))
    phone = forms.CharField(
        max_length=30,
        label=_("Phone"),
        help_text=_("The link to the hazard goes there as a text."),
        widget=forms.TextInput(attrs={"type": "tel"}),
    )
    is_active = forms.BooleanField(required=False, initial=True, label=_("In use"))

    def clean_phone(self) -> str:
        try:
            return normal_phone(self.cleaned_data["phone"])
        except DomainError as refusal:
            raise forms.ValidationError(refusal.message) from None


class SendOutForm(forms.Form):
    maintainer = CompanyField(
        Maintainer.objects.filter(is_active=True), label=_("Outside maintainer"), empty_label=_("choose")
    )
