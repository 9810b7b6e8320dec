from django import forms
from django.utils.translation import gettext_lazy as _

from core.words import say
from facilities.models import Area, Equipment
from inspections.models import Checklist
from people.auth import find_user
from people.models import Team
from portals.forms import Named

# RFC 5545. What is not in the list can still be read where somebody wrote it by other means.
RULES = (
    ("FREQ=DAILY", _("every day")),
    ("FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR", _("Monday to Friday")),
    ("FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR,SA", _("Monday to Saturday")),
    ("FREQ=WEEKLY", _("once a week, on the first day's weekday")),
    ("FREQ=MONTHLY", _("once a month, on the first day's date")),
)


def rule_words(rule: str) -> str:
    return str(dict(RULES).get(rule, rule))


class Titled(forms.ModelChoiceField):
    def label_from_instance(self, obj):
        return say(obj.title)


class Places(forms.ModelMultipleChoiceField):
    def label_from_instance(self, obj):
        return f"{say(obj.name)} · {obj.code}"


class PlanForm(forms.Form):
    name = forms.CharField(max_length=80, label=_("Name of the plan"))
    checklist = Titled(Checklist.objects.current(), label=_("Checklist"), empty_label=_("choose"))
    machines = Places(
        Equipment.objects.filter(status=Equipment.Status.IN_SERVICE),
        required=False,
        label=_("Machines"),
        widget=forms.SelectMultiple(attrs={"size": 8}),
        help_text=_("Several: hold Ctrl, or Cmd on a Mac."),
    )
    areas = Places(Area.objects.all(), required=False, label=_("Areas"), widget=forms.SelectMultiple(attrs={"size": 5}))
    team = Named(Team.objects.all(), required=False, label=_("Team"), empty_label=_("none"))
    person = forms.CharField(
        max_length=60,
        required=False,
        label=_("Or one person"),
        help_text=_("Phone or employee number. Only this person then does the check."),
    )
    rule = forms.ChoiceField(choices=RULES, label=_("How often"))
    starts_on = forms.DateField(label=_("First day"), widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"))
    opens_at = forms.TimeField(label=_("Opens at"), widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M"))
    window_minutes = forms.IntegerField(
        min_value=5,
        max_value=7 * 24 * 60,
        label=_("Open for (minutes)"),
        help_text=_("After that it counts as missed."),
    )

    def clean(self):
        data = super().clean() or {}
        if not data.get("machines") and not data.get("areas"):
            self.add_error("machines", _("Choose at least one machine or area."))
        data["assignee"] = find_user(data["person"]) if data.get("person") else None
        if data.get("person") and data["assignee"] is None:
            self.add_error("person", _("Nobody has this number."))
        if not data.get("team") and not data.get("person"):
            self.add_error("team", _("Say who does the check: a person or a team."))
        return data
