from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from facilities.models import Area, Department
from partners.models import SiteText
from partners.texts import OF_SITE, asked_of_site
from portals.forms import Named, PersonField, moment
from portals.licences import day


class ContractorForm(forms.Form):
    name = forms.CharField(max_length=80, label=_("Name of the company"))
    credit_code = forms.CharField(
        max_length=30, required=False, label=_("Credit code"), help_text=_("18 signs, from the business licence.")
    )
    contact = forms.CharField(max_length=60, required=False, label=_("Contact"))
    phone = forms.CharField(max_length=30, required=False, label=_("Phone"))
    department = Named(Department.objects.all(), label=_("Looked after by"), empty_label=_("choose"))


class ProjectForm(forms.Form):
    name = forms.CharField(max_length=80, label=_("What is done"))
    area = Named(Area.objects.all(), label=_("Where"), empty_label=_("choose"))
    host = PersonField(label=_("Our contact"))
    starts_on = day(_("From"))
    ends_on = day(_("Until"))
    is_construction = forms.BooleanField(
        required=False, label=_("Construction work: asks for qualification and work safety permit")
    )


class TextForm(forms.Form):
    """The text, and what fills the gaps of the site in it."""

    body = forms.CharField(max_length=20_000, label=_("Text"), widget=forms.Textarea(attrs={"rows": 18}))
    minutes = forms.IntegerField(min_value=1, max_value=60, label=_("Minutes to read, at least"))

    def __init__(self, *args: Any, text: SiteText | None, **more: Any) -> None:
        super().__init__(*args, **more)
        for name in asked_of_site(text) if text else ():
            label = OF_SITE.get(name, name)
            self.fields[f"fact_{name}"] = forms.CharField(max_length=120, required=False, label=label)

    def facts(self) -> dict[str, str]:
        return {name[5:]: value for name, value in self.cleaned_data.items() if name.startswith("fact_")}


class ExtendForm(forms.Form):
    ends_at = moment(_("Until"))


class ViolationForm(forms.Form):
    points = forms.IntegerField(min_value=1, max_value=12, label=_("Points, 12 within a year keep somebody out"))
    what = forms.CharField(max_length=200, label=_("What was done wrong"))
    photo = forms.FileField(required=False, label=_("Photo"), widget=forms.FileInput(attrs={"accept": "image/*"}))


class BanForm(forms.Form):
    reason = forms.CharField(max_length=200, label=_("Reason"))
    evidence = forms.FileField(
        label=_("Evidence: PDF or photo"), widget=forms.FileInput(attrs={"accept": ".pdf,image/*"})
    )
