from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from core.words import say
from facilities.models import Department
from inspections.models import Audience, Checklist
from partners.models import Company, Grade, SpotCheck
from portals.forms import Named

GROUPS = (
    ("", _("Works with us")),
    ("late", _("Late")),
    ("review", _("Waits for us")),
    ("papers", _("Papers end")),
    ("old", _("Suspended or ended")),
)


class CompanyForm(forms.Form):
    name = forms.CharField(max_length=80, label=_("Name of the company"))
    credit_code = forms.CharField(
        max_length=30, required=False, label=_("Credit code"), help_text=_("18 signs, from the business licence.")
    )
    contact = forms.CharField(max_length=60, required=False, label=_("Contact"))
    phone = forms.CharField(max_length=30, required=False, label=_("Phone"))
    department = Named(Department.objects.all(), label=_("Looked after by"), empty_label=_("choose"))
    rhythm = forms.ChoiceField(choices=Company.Rhythm.choices, label=_("Self-inspection"))
    questionnaire = forms.ChoiceField(required=False, label=_("Questionnaire"))

    def __init__(self, *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        lists = Checklist.objects.current().filter(audience=Audience.SUPPLIERS).order_by("pk")
        choices = [(each.code, say(each.title)) for each in lists]
        self.fields["questionnaire"].choices = choices or [("", str(_("none yet")))]  # type: ignore[attr-defined]


class FindForm(forms.Form):
    q = forms.CharField(max_length=60, required=False)
    group = forms.ChoiceField(choices=GROUPS, required=False)
    grade = forms.ChoiceField(choices=[("", _("any grade")), *Grade.choices], required=False)


class SpotCheckForm(forms.Form):
    way = forms.ChoiceField(choices=SpotCheck.Way.choices, label=_("How did you look?"))
    result = forms.ChoiceField(choices=SpotCheck.Result.choices, label=_("What did you find?"))
    note = forms.CharField(max_length=500, required=False, label=_("Remark"))


class CorrectForm(forms.Form):
    title = forms.CharField(max_length=120, label=_("What is to be put right?"))
    description = forms.CharField(
        max_length=1000, required=False, label=_("Anything else to say"), widget=forms.Textarea(attrs={"rows": 2})
    )
    level = forms.ChoiceField(choices=[("general", _("General")), ("serious", _("Serious"))], label=_("Level"))
