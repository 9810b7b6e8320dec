"""What is typed of an incident at the desk: its facts, causes, people, measures, and what the authority was told."""

from decimal import Decimal
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core.accidents import Severity, standard_on
from core.words import say
from core.zone import zone
from facilities.models import Area, Equipment
from hazards.models import Level
from incidents.archive import Filter, Group
from incidents.models import Incident
from portals.console.forms.archive import Line, MonthField, OneOf, PeriodForm
from portals.forms import Named, PersonField, moment

MOST_FEN = 10**15


class IncidentFilterForm(PeriodForm):
    NAMED = ("department",)
    OFFERED = ("days30", "month", "quarter", "year", "all")

    department = Line(max_length=20)
    place = Line(max_length=40)
    severity = OneOf(choices=[("", ""), *Severity.choices])
    group = OneOf(choices=[("", ""), *Group.choices])
    injuring = forms.BooleanField(required=False)
    q = Line(max_length=80)

    def filter(self) -> Filter:
        data = self.cleaned_data
        since, until = self.period
        return Filter(
            since=since,
            until=None if since is None and self.span_name == "all" else until,
            department=int(data["department"] or 0) or None,
            severity=data["severity"],
            group=data["group"],
            injuring=data["injuring"],
            words=" ".join(data["q"].split()),
            **self.chosen_place,
        )


def _lines(label: Any, help_text: Any = "") -> forms.CharField:
    area = forms.Textarea(attrs={"rows": 3})
    return forms.CharField(max_length=2000, required=False, label=label, widget=area, help_text=help_text)


class _Classed(forms.Form):
    """The list of classes of the day that the incident has, or has by now in this form."""

    accident = forms.ChoiceField(label=gettext_lazy("Kind of accident"))

    def __init__(self, *args: Any, day: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.standard = standard_on(day)
        field: Any = self.fields["accident"]
        field.choices = [(each.key, say(each.name)) for each in self.standard.classes]
        field.help_text = say(self.standard.name)


class ConfirmForm(_Classed):
    severity = forms.ChoiceField(choices=Severity.choices, label=gettext_lazy("Severity"))


class FactsForm(_Classed):
    title = forms.CharField(max_length=120, label=gettext_lazy("What happened?"))
    happened_at = moment(gettext_lazy("Happened at"))
    description = _lines(gettext_lazy("How it came about"))
    scene = _lines(gettext_lazy("The scene"))
    loss = forms.DecimalField(
        required=False, min_value=0, max_digits=15, decimal_places=2, label=gettext_lazy("Direct economic loss, yuan")
    )
    other = _lines(gettext_lazy("Anything else to be reported"))
    field_order = ["title", "happened_at", "accident", "description", "scene", "loss", "other"]

    @staticmethod
    def known(incident: Incident) -> dict[str, Any]:
        loss = None if incident.loss_fen is None else Decimal(incident.loss_fen) / 100
        names = ("title", "happened_at", "accident", "description", "scene", "other")
        return {name: getattr(incident, name) for name in names} | {"loss": loss}

    @property
    def facts(self) -> dict[str, Any]:
        data = dict(self.cleaned_data)
        loss = data.pop("loss")
        return data | {"loss_fen": None if loss is None else int(loss * 100)}


class AddForm(_Classed):
    severity = forms.ChoiceField(choices=Severity.choices, label=gettext_lazy("Severity"))
    title = forms.CharField(max_length=120, label=gettext_lazy("What happened?"))
    happened_at = moment(gettext_lazy("Happened at"))
    equipment = Named(
        Equipment.objects.all(), required=False, label=gettext_lazy("Machine"), empty_label=gettext_lazy("no machine")
    )
    area = Named(
        Area.objects.all(), required=False, label=gettext_lazy("Where"), empty_label=gettext_lazy("choose the place")
    )
    description = _lines(gettext_lazy("How it came about"))
    field_order = ["title", "happened_at", "severity", "accident", "equipment", "area", "description"]

    def clean(self):
        data = super().clean() or {}
        if data.get("equipment"):
            data["area"] = data["equipment"].area
        elif not data.get("area"):
            self.add_error("area", _("Say where it is: choose the machine or the place."))
        return data


class CausesForm(forms.Form):
    """why_1 … why_5: a chain; causes: one a line."""

    WHYS = 5
    immediate = _lines(
        gettext_lazy("Immediate causes"), gettext_lazy("One a line: what people did, what was wrong with things.")
    )
    root = _lines(gettext_lazy("Root causes"), gettext_lazy("One a line: rules, training, design, checks, leadership."))
    lesson = forms.CharField(
        max_length=500,
        required=False,
        label=gettext_lazy("Lesson for everybody"),
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=gettext_lazy("Workers read it on the phone once it is closed. Without names."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for n in range(1, self.WHYS + 1):
            self.fields[f"why_{n}"] = forms.CharField(max_length=300, required=False, label=_("Why? %(n)d") % {"n": n})

    @staticmethod
    def known(incident: Incident) -> dict[str, Any]:
        whys = {f"why_{n}": words for n, words in enumerate(incident.whys, 1)}
        causes = {"immediate": "\n".join(incident.immediate_causes), "root": "\n".join(incident.root_causes)}
        return whys | causes | {"lesson": incident.lesson}

    @property
    def chain(self) -> list[Any]:
        return [self[f"why_{n}"] for n in range(1, self.WHYS + 1)]

    @property
    def facts(self) -> dict[str, Any]:
        data = self.cleaned_data
        return {
            "whys": [data[f"why_{n}"] for n in range(1, self.WHYS + 1)],
            "immediate": data["immediate"].splitlines(),
            "root": data["root"].splitlines(),
            "lesson": data["lesson"],
        }


_HURT = [choice for choice in Severity.choices if choice[0] != Severity.NEAR_MISS]


class LostDaysForm(forms.Form):
    severity = forms.ChoiceField(choices=_HURT, label=gettext_lazy("How badly"))
    lost_days = forms.IntegerField(
        required=False,
        min_value=0,
        max_value=6000,
        label=gettext_lazy("Lost days"),
        help_text=gettext_lazy(
            "Minor 1–104, serious from 105, a death 6,000. Leave it empty as long as it is not known."
        ),
    )
    reason = forms.CharField(max_length=300, label=gettext_lazy("Reason"))


class InjuryForm(forms.Form):
    person = PersonField(required=False, label=gettext_lazy("Who was hurt?"))
    name = forms.CharField(
        max_length=60, required=False, label=gettext_lazy("Or the name of somebody without an account")
    )
    severity = forms.ChoiceField(choices=_HURT, label=gettext_lazy("How badly"))
    lost_days = LostDaysForm.base_fields["lost_days"]
    body_part = forms.CharField(
        max_length=60,
        required=False,
        label=gettext_lazy("Part of the body"),
        help_text=gettext_lazy("No diagnosis, no medical papers."),
    )


class MeasureForm(forms.Form):
    text = forms.CharField(max_length=120, label=gettext_lazy("What was done at once?"))


class ActionForm(forms.Form):
    text = forms.CharField(max_length=120, label=gettext_lazy("What is done so that it does not come again?"))
    owner = PersonField(required=False, label=gettext_lazy("Who does it?"))
    level = forms.ChoiceField(choices=Level.choices, label=gettext_lazy("Level, which sets the limit"))


class ToldForm(forms.Form):
    to = forms.CharField(max_length=120, label=gettext_lazy("To whom?"))
    at = moment(gettext_lazy("When?"))
    note = forms.CharField(max_length=300, required=False, label=gettext_lazy("Who took it, number, remark"))


class ClockForm(forms.Form):
    known_at = moment(gettext_lazy("When did the head of the factory learn of it?"))


class HoursForm(forms.Form):
    month = MonthField(label=gettext_lazy("Month"), widget=forms.TextInput(attrs={"type": "month"}))
    headcount = forms.IntegerField(min_value=1, max_value=1_000_000, label=gettext_lazy("People on average"))
    hours = forms.IntegerField(min_value=1, max_value=10_000_000, label=gettext_lazy("Hours worked"))


class StartForm(forms.Form):
    starts_on = forms.DateField(
        required=False,
        label=gettext_lazy("Counted from"),
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        help_text=gettext_lazy("Left empty: from the first record that there is."),
    )
    counts_first_aid = forms.BooleanField(required=False, label=gettext_lazy("First aid ends the safe days too"))


def now_here() -> Any:
    """The factory's own clock, for a field of the browser."""
    return timezone.now().astimezone(zone()).replace(second=0, microsecond=0)
