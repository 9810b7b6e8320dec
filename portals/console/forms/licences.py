from datetime import timedelta

from django import forms
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from facilities.calendar import today
from portals.forms import PersonField
from portals.licences import OfficerCardForm, day
from training.models import Licence, Work

WITHIN = (
    ("", _("any time")),
    ("expired", _("has ended")),
    ("7", _("within 7 days")),
    ("30", _("within 30 days")),
    ("60", _("within 60 days")),
    ("90", _("within 90 days")),
    ("180", _("within 180 days")),
)
GROUPS = (("", _("On record")), (Licence.Status.FILED, _("To be checked")), ("old", _("Earlier ones")))


class FindForm(forms.Form):
    q = forms.CharField(max_length=60, required=False)
    kind = forms.CharField(max_length=40, required=False)
    department = forms.IntegerField(required=False, max_value=2**31 - 1)
    ends = forms.ChoiceField(choices=WITHIN, required=False)
    group = forms.ChoiceField(choices=GROUPS, required=False)

    def apply(self, licences):
        """The licences that fit; what cannot be read filters nothing."""
        self.is_valid()
        data = self.cleaned_data
        statuses = {"": [Licence.Status.CURRENT], "filed": [Licence.Status.FILED]}
        shown = statuses.get(data.get("group", ""), ["replaced", "declined", "withdrawn"])
        found = licences.filter(status__in=shown)
        for name, column in (("kind", "kind_code"), ("department", "person__department")):
            if data.get(name):
                found = found.filter(**{column: data[name]})
        if words := data.get("q"):
            sound = " ".join(words.lower().split())
            fits = Q(person__name__icontains=words) | Q(person__sort_key__icontains=sound)
            found = found.filter(fits | Q(person__employee_no__icontains=words) | Q(number_end__iexact=words[-4:]))
        return _ending(found, data.get("ends", ""))


def _ending(licences, ends: str):
    if ends == "expired":
        return licences.filter(ends_on__lt=today())
    if ends:
        return licences.filter(ends_on__range=(today(), today() + timedelta(days=int(ends))))
    return licences


class AddForm(OfficerCardForm):
    person = PersonField(label=_("Whose is it?"))
    field_order = ("person", "kind", "number", "issued_on")


class ExpiryForm(forms.Form):
    expires_on = day(_("Last valid day"))
    note = forms.CharField(max_length=200, label=_("Reason"))


class ReviewForm(forms.Form):
    reviewed_on = day(_("Reviewed on"))


class ClearForm(forms.Form):
    person = PersonField(label=_("Who?"))
    work = forms.ChoiceField(choices=Work.choices, label=_("Which work?"))
