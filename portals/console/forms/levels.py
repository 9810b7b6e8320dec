"""Confirming and changing a level, writing a plan, and the limits of a level."""

from typing import Any

from django import forms
from django.core.validators import MaxLengthValidator
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from hazards.actions.policies import TELLABLE
from hazards.lec import TABLES, plain, rate
from hazards.models import POINTS, Category, Level, LevelPolicy, RectificationPlan
from people.permissions import Role
from portals.forms import Named

SIGNS = (
    ("must_stop", gettext_lazy("The machine must stop")),
    ("needs_outsider", gettext_lazy("Somebody from outside must come")),
    ("may_maim", gettext_lazy("Somebody could be seriously injured")),
)
_LEC_LABELS = {
    "likelihood": gettext_lazy("L: how likely is it?"),
    "exposure": gettext_lazy("E: how often is somebody there?"),
    "consequence": gettext_lazy("C: how bad would it be?"),
}


class ClauseForm(forms.Form):
    """words: what clauses are looked for by; clause: the number of the one that was chosen."""

    level = forms.ChoiceField(choices=Level.choices, label=gettext_lazy("Level"))
    words = forms.CharField(max_length=60, required=False)
    clause = forms.CharField(max_length=12, required=False)


class ConfirmForm(ClauseForm):
    category = Named(Category.objects.all(), required=False, label=gettext_lazy("Kind"), empty_label=None)
    is_urgent = forms.BooleanField(required=False)
    signs = forms.MultipleChoiceField(choices=SIGNS, required=False)
    note = forms.CharField(max_length=500, required=False, label=gettext_lazy("Remark"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, table in TABLES.items():
            choices = [("", _("choose")), *((str(value), f"{value} · {word}") for value, word in table.items())]
            self.fields[name] = forms.ChoiceField(choices=choices, required=False, label=_LEC_LABELS[name])

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        values = {name: data.pop(name, "") for name in TABLES}
        if any(values.values()) and not all(values.values()):
            for name in [name for name, value in values.items() if not value]:
                self.add_error(name, _("Choose this too, or leave all three empty."))
        data["lec"] = rate(**{n: plain(float(v)) for n, v in values.items()}) if all(values.values()) else None
        data.pop("words", None)
        return data

    @property
    def lec(self) -> list[forms.BoundField]:
        return [self[name] for name in TABLES]


class ChangeLevelForm(ClauseForm):
    reason = forms.CharField(max_length=500, label=gettext_lazy("Why?"), widget=forms.Textarea(attrs={"rows": 2}))

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        data.pop("words", None)
        return data


class PlanForm(forms.ModelForm):
    class Meta:
        model = RectificationPlan
        fields = [*POINTS, "due_at"]
        widgets = {name: forms.Textarea(attrs={"rows": 3}) for name in POINTS} | {
            "due_at": forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M")
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in POINTS:
            self.fields[name].validators.append(MaxLengthValidator(5000))


class PolicyForm(forms.Form):
    """The rules of one level; `seen` is the version that the page showed."""

    seen = forms.ModelChoiceField(LevelPolicy.objects.none(), widget=forms.HiddenInput)
    acknowledge_minutes = forms.IntegerField(label=gettext_lazy("Minutes to begin"))
    control_minutes = forms.IntegerField(
        required=False,
        label=gettext_lazy("Minutes to a temporary control"),
        help_text=gettext_lazy("Left empty: none is asked for."),
    )
    rectify_hours = forms.IntegerField(label=gettext_lazy("Hours to fix it"))
    clock = forms.ChoiceField(choices=LevelPolicy.Clock.choices, label=gettext_lazy("Counted in"))
    rework_hours = forms.IntegerField(label=gettext_lazy("Hours after a return"))
    escalate_before_hours = forms.IntegerField(label=gettext_lazy("Told before the limit, hours"))
    repeat_hours = forms.IntegerField(label=gettext_lazy("Then told every so many hours"))
    is_first = forms.BooleanField(required=False, label=gettext_lazy("The team leader reviews first"))
    is_final = forms.BooleanField(required=False, label=gettext_lazy("The leader in charge reviews last"))
    needs_plan = forms.BooleanField(required=False, label=gettext_lazy("A plan is approved before work"))
    needs_release = forms.BooleanField(required=False, label=gettext_lazy("The head of the factory releases it"))

    def __init__(self, *args: Any, policy: LevelPolicy, **kwargs: Any) -> None:
        initial = {name: getattr(policy, name) for name in self.base_fields if hasattr(policy, name)}
        initial |= {"seen": policy, "is_first": "first" in policy.stages, "is_final": "final" in policy.stages}
        initial |= {f"chain_{n}": role for n, role in enumerate(policy.chain, 1)}
        super().__init__(*args, **kwargs | {"initial": initial})
        self.fields["seen"].queryset = LevelPolicy.objects.filter(level=policy.level)  # type: ignore[attr-defined]
        for n in range(1, len(TELLABLE) + 1):
            choices = [("", _("nobody more")), *((role.value, role.label) for role in TELLABLE)]
            self.fields[f"chain_{n}"] = forms.ChoiceField(choices=choices, required=False, label=str(n))
        if policy.level == Level.MAJOR:
            for name in ("is_first", "is_final", "needs_plan", "needs_release"):
                self.fields[name].disabled = True

    @property
    def chain(self) -> list[forms.BoundField]:
        return [self[f"chain_{n}"] for n in range(1, len(TELLABLE) + 1)]

    @property
    def switches(self) -> list[forms.BoundField]:
        return [self[name] for name in ("is_first", "is_final", "needs_plan", "needs_release")]

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        chosen = [data.pop(f"chain_{n}", "") for n in range(1, len(TELLABLE) + 1)]
        data["chain"] = [Role(role).value for role in chosen if role]
        asked = {"first": data.pop("is_first", False), "second": True, "final": data.pop("is_final", False)}
        data["stages"] = [stage for stage, is_asked in asked.items() if is_asked]
        return data
