"""A plan as one sentence: each slot is a field, what follows from the slots is worked out here."""

from datetime import time
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core.words import say
from facilities.models import Area, Equipment, Shift
from inspections.models import Checklist, Plan
from people.models import Team, User
from people.permissions import PERMISSIONS, Role
from portals.console.rules import NTH_NAMES, WEEKDAY_NAMES, slots_of, written
from portals.forms import PauseForm, person_named

UNITS = (("1", gettext_lazy("minutes")), ("60", gettext_lazy("hours")), ("1440", gettext_lazy("days")))
OFTEN = (
    ("day", gettext_lazy("days")),
    ("week", gettext_lazy("weeks")),
    ("month_day", gettext_lazy("months, on a date")),
    ("month_nth", gettext_lazy("months, on a weekday")),
    ("rule", gettext_lazy("by a rule")),
)
MONTH_DAYS = (
    *((str(n), str(n)) for n in range(1, 32)),
    ("-1", gettext_lazy("the last")),
)
SLOTS = (
    "every", "often", "month_day", "nth", "nth_day", "rule", "days", "opens_at", "who", "person", "window", "unit",
    "remind_minutes",
)  # fmt: skip
PRESETS: dict[str, dict[str, Any]] = {
    "preshift": {"often": "day", "days": Plan.Days.WORKDAYS, "opens_at": time(7, 30), "window": 30, "unit": "1"},
    "weekly": {
        "often": "week",
        "weekdays": ["WE"],
        "days": Plan.Days.WORKDAYS,
        "opens_at": time(9),
        "window": 8,
        "unit": "60",
    },
    "monthly": {"often": "month_day", "month_day": "5", "opens_at": time(8), "window": 3, "unit": "1440"},
}
PRESET_NAMES = (
    ("preshift", gettext_lazy("Every shift, before it starts")),
    ("weekly", gettext_lazy("Weekly special, themes take turns")),
    ("monthly", gettext_lazy("Monthly comprehensive")),
)


def _number(low: int, high: int, initial: int, label: Any) -> forms.IntegerField:
    return forms.IntegerField(min_value=low, max_value=high, initial=initial, label=label)


def _ticks(label: Any, choices: Any = ()) -> forms.MultipleChoiceField:
    return forms.MultipleChoiceField(
        choices=choices, required=False, label=label, widget=forms.CheckboxSelectMultiple()
    )


def _date(label: Any, *, required: bool) -> forms.DateField:
    widget = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    return forms.DateField(label=label, required=required, widget=widget)


class PlanForm(forms.Form):
    often = forms.ChoiceField(choices=OFTEN, initial="day", label=gettext_lazy("How often"))
    every = _number(1, 99, 1, gettext_lazy("Every how many"))
    weekdays = _ticks(gettext_lazy("Weekdays"), WEEKDAY_NAMES)
    month_day = forms.ChoiceField(
        choices=MONTH_DAYS, initial="1", required=False, label=gettext_lazy("Day of the month")
    )
    nth = forms.ChoiceField(choices=NTH_NAMES, initial="1", required=False, label=gettext_lazy("Which"))
    nth_day = forms.ChoiceField(choices=WEEKDAY_NAMES, initial="MO", required=False, label=gettext_lazy("Weekday"))
    rule = forms.CharField(max_length=200, required=False, label=gettext_lazy("Rule (RFC 5545)"))
    days = forms.ChoiceField(choices=Plan.Days.choices, initial=Plan.Days.ALL, label=gettext_lazy("Days off"))
    opens_at = forms.TimeField(
        required=False,
        label=gettext_lazy("Opens at"),
        widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M"),
    )
    shifts = _ticks(gettext_lazy("Shifts"))
    who = forms.ChoiceField(required=False, label=gettext_lazy("Who"))
    person = forms.CharField(
        max_length=60,
        required=False,
        label=gettext_lazy("One person"),
        widget=forms.TextInput(attrs={"placeholder": gettext_lazy("Name, phone or number")}),
    )
    places = _ticks(gettext_lazy("Where"))
    themes = _ticks(gettext_lazy("Checklists"))
    window = _number(1, 44640, 30, gettext_lazy("Time to do it"))
    unit = forms.ChoiceField(choices=UNITS, initial="1", label=gettext_lazy("Unit"))
    remind_minutes = _number(0, 1440, 15, gettext_lazy("Minutes until the safety officer is told"))
    name = forms.CharField(
        max_length=80,
        required=False,
        label=gettext_lazy("Name of the plan"),
        help_text=gettext_lazy("Left empty, it is made of who and what."),
    )
    starts_on = _date(gettext_lazy("First day"), required=True)
    ends_on = _date(gettext_lazy("Last day"), required=False)
    fallback = forms.CharField(
        max_length=60,
        required=False,
        label=gettext_lazy("Stand-in"),
        help_text=gettext_lazy("May do it once half of the time has passed. Name, phone or number."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.found = {
            "places": {f"machine:{row.pk}": row for row in _machines()} | {f"area:{row.pk}": row for row in _areas()},
            "themes": {str(row.pk): row for row in Checklist.objects.current().ours()},
            "shifts": {str(row.pk): row for row in Shift.objects.all()},
        }
        for name, rows in self.found.items():
            label = _titled if name == "themes" else _placed
            self.fields[name].choices = [(key, label(row)) for key, row in rows.items()]  # type: ignore[attr-defined]
        self.fields["who"].choices = _people()  # type: ignore[attr-defined]
        for name in SLOTS:
            self.fields[name].widget.attrs |= {"class": "slot", "aria-label": self.fields[name].label}

    def ordered(self, name: str) -> list[Any]:
        """What is ticked, in the order that was given to it; what was ticked since then comes last."""
        ticked = self.data.getlist(name) if self.is_bound else list(self.initial.get(name, ()))  # type: ignore[attr-defined]
        order = self.data.getlist(f"{name}_order") if self.is_bound else ticked  # type: ignore[attr-defined]
        keys = dict.fromkeys([key for key in order if key in ticked] + ticked)
        return [(key, self.found[name][key]) for key in keys if key in self.found[name]]

    def clean_rule(self) -> str:
        return str(self.cleaned_data["rule"]).strip()

    def clean_fallback(self) -> User | None:
        return person_named(self.cleaned_data["fallback"])

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if data.get("often") == "rule" and not data.get("rule"):
            self.add_error("rule", _("Write the rule, or choose days, weeks or months."))
        if not data.get("opens_at") and not data.get("shifts") and "opens_at" not in self.errors:
            self.add_error("opens_at", _("Say when it opens: a time or a shift."))
        self._find_person(data)
        if not data.get("places") and "places" not in self.errors:
            self.add_error("places", _("Choose at least one machine or area."))
        if not data.get("themes") and "themes" not in self.errors:
            self.add_error("themes", _("Choose at least one checklist."))
        return data

    def _find_person(self, data: dict[str, Any]) -> None:
        """A person is looked for only where neither a team nor a role is chosen; the slot is hidden then."""
        try:
            data["person"] = None if data.get("who") else person_named(data.get("person", ""))
        except forms.ValidationError as error:
            self.add_error("person", error)
            return
        if not data.get("who") and not data["person"]:
            self.add_error("who", _("Say who does the check: a person, a team or a role."))

    def facts(self) -> list[dict[str, Any]]:
        """What create_plan takes: one plan for each shift, or the one that opens at a time."""
        data = self.cleaned_data
        kind, _colon, key = data["who"].partition(":")
        shared = {name: data[name] for name in ("days", "starts_on", "ends_on", "fallback", "remind_minutes")} | {
            "rule": written(data),
            "assignee": data["person"],
            "team": Team.objects.get(pk=key) if kind == "team" else None,
            "role": key if kind == "role" else "",
            "window_minutes": data["window"] * int(data["unit"]),
            "checklists": [row for _key, row in self.ordered("themes")],
            "places": [row for _key, row in self.ordered("places")],
        }
        name = data["name"] or _name(shared)
        shifts = [row for key, row in self.found["shifts"].items() if key in data["shifts"]]
        if not shifts:
            return [shared | {"name": name[:80], "shift": None, "opens_at": data["opens_at"]}]
        several = len(shifts) > 1
        return [
            shared
            | {"name": f"{name} · {say(shift.name)}"[:80] if several else name[:80], "shift": shift, "opens_at": None}
            for shift in shifts
        ]


def _machines() -> Any:
    return Equipment.objects.filter(status=Equipment.Status.IN_SERVICE).select_related("area")


def _areas() -> Any:
    return Area.objects.all()


def _titled(checklist: Checklist) -> str:
    return say(checklist.title)


def _placed(place: Any) -> str:
    if isinstance(place, Shift):
        return f"{say(place.name)} {place.starts_at:%H:%M}"
    return f"{say(place.name)} · {place.code}"


def _people() -> list[Any]:
    teams = [(f"team:{team.pk}", say(team.name)) for team in Team.objects.all()]
    roles = [(f"role:{role}", Role(role).label) for role in Role if role in PERMISSIONS["inspections.run"]]
    return [("", _("one person")), (_("Teams"), teams), (_("Roles"), roles)]


def _name(facts: dict[str, Any]) -> str:
    who = facts["assignee"] or facts["team"] or facts["role"]
    words = who.name if isinstance(who, User) else say(who.name) if isinstance(who, Team) else Role(who).label
    return f"{words} · {say(facts['checklists'][0].title)}"


def preset(name: str) -> dict[str, Any]:
    return {"starts_on": timezone.localdate(), **PRESETS.get(name, PRESETS["preshift"])}


def initial_of(plan: Plan) -> dict[str, Any]:
    minutes = plan.window_minutes
    unit = next(size for size in (1440, 60, 1) if minutes % size == 0)
    who = f"team:{plan.team_id}" if plan.team_id else f"role:{plan.role}" if plan.role else ""
    current = {row.code: row.pk for row in Checklist.objects.current().ours()}
    codes = plan.themes.values_list("checklist__code", flat=True)
    return {
        **slots_of(plan.rule),
        **{
            name: getattr(plan, name) for name in ("name", "days", "opens_at", "starts_on", "ends_on", "remind_minutes")
        },
        "shifts": [str(plan.shift_id)] if plan.shift_id else [],
        "who": who,
        "person": _number_of(plan.assignee),
        "fallback": _number_of(plan.fallback),
        "places": [_key(stop.place) for stop in plan.stops.select_related("equipment", "area")],
        "themes": [str(current[code]) for code in codes if code in current],
        "window": minutes // unit,
        "unit": str(unit),
    }


def _number_of(user: User | None) -> str:
    return (user.employee_no or user.phone or user.name) if user else ""


def _key(place: Any) -> str:
    return f"{'machine' if isinstance(place, Equipment) else 'area'}:{place.pk}"


class ShiftForm(forms.Form):
    name = forms.CharField(max_length=40, label=gettext_lazy("Name of the shift"))
    starts_at = forms.TimeField(
        label=gettext_lazy("Starts at"), widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M")
    )
    ends_at = forms.TimeField(
        label=gettext_lazy("Ends at"), widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M")
    )


class DayForm(forms.Form):
    day = _date(gettext_lazy("Day"), required=True)
    what = forms.ChoiceField(
        choices=(
            ("off", gettext_lazy("The factory is off")),
            ("work", gettext_lazy("The factory works")),
            ("official", gettext_lazy("As the official calendar says")),
        ),
        widget=forms.RadioSelect(),
        label=gettext_lazy("What holds"),
    )
    name = forms.CharField(max_length=60, required=False, label=gettext_lazy("Reason"))


class MachinePauseForm(PauseForm):
    machine = forms.ModelChoiceField(_machines(), label=gettext_lazy("Machine"), empty_label=gettext_lazy("choose"))
    field_order = ["machine"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["machine"].label_from_instance = _placed  # type: ignore[attr-defined]
