"""What is typed of a risk, of its rating, and of a floor plan."""

from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core.accidents import accident_of, standard_on
from core.words import say
from facilities.calendar import today
from facilities.models import Area, Department, Equipment, RiskColour
from hazards.lec import CONSEQUENCE, EXPOSURE, LIKELIHOOD, plain
from hazards.models import Category
from people.models import User
from portals.console.forms.archive import Line, OneOf, PeriodForm
from portals.forms import Named, PersonField
from risks.archive import Filter, Standing
from risks.colours import DirectRed
from risks.models import Control, FloorPlan, Risk, Zone


class RiskFilterForm(PeriodForm):
    OFFERED = ("all",)
    NAMED = ("department",)

    department = Line(max_length=20)
    place = Line(max_length=40)
    colour = OneOf(choices=[("", ""), *RiskColour.choices])
    standing = OneOf(choices=[("", ""), *Standing.choices])
    q = Line(max_length=80)

    def filter(self) -> Filter:
        data = self.cleaned_data
        # Looks that are still to come count as well, so “all” is not “up to today”.
        since, until = (None, None) if self.span_name else self.period
        return Filter(
            since=since,
            until=until,
            department=int(data["department"] or 0) or None,
            colour=data["colour"],
            standing=data["standing"],
            words=" ".join(data["q"].split()),
            **self.chosen_place,
        )


class _Machine(Named):
    def label_from_instance(self, obj):
        return f"{say(obj.name)} · {obj.code}"


def _values(table: dict[float, Any]) -> list[tuple[str, str]]:
    return [(f"{plain(value)}", f"{plain(value)} · {words}") for value, words in table.items()]


class _Value(forms.TypedChoiceField):
    def __init__(self, table: dict[float, Any], label: Any) -> None:
        refusal = gettext_lazy("Choose likelihood, exposure and consequence from the lists.")
        super().__init__(choices=lambda: _values(table), coerce=float, label=label, widget=forms.RadioSelect)
        self.error_messages |= {"invalid_choice": refusal, "required": refusal}


class RatingForm(forms.Form):
    likelihood = _Value(LIKELIHOOD, gettext_lazy("L · How likely is it?"))
    exposure = _Value(EXPOSURE, gettext_lazy("E · How often is somebody there?"))
    consequence = _Value(CONSEQUENCE, gettext_lazy("C · How bad can it get?"))
    direct_red = forms.ChoiceField(
        choices=[("", gettext_lazy("no, by its D")), *DirectRed.choices],
        required=False,
        label=gettext_lazy("Red at once, whatever D says?"),
    )

    @staticmethod
    def known(risk: Risk) -> dict[str, Any]:
        values = {name: f"{plain(getattr(risk, name))}" for name in ("likelihood", "exposure", "consequence")}
        return values | {"direct_red": risk.direct_red}


class RateForm(RatingForm):
    reason = forms.CharField(
        max_length=300,
        label=gettext_lazy("Reason"),
        help_text=gettext_lazy("What changed, or: looked at, unchanged."),
        widget=forms.Textarea(attrs={"rows": 2}),
    )


class RiskForm(forms.Form):
    name = forms.CharField(
        max_length=100,
        label=gettext_lazy("Risk point"),
        help_text=gettext_lazy("The work or the thing that is dangerous, such as: changing dies."),
    )
    area = Named(Area.objects.all(), label=gettext_lazy("Area"), empty_label=gettext_lazy("choose"))
    equipment = _Machine(
        Equipment.objects.none(), required=False, label=gettext_lazy("Machine"), empty_label=gettext_lazy("none")
    )
    factors = forms.CharField(
        max_length=300, label=gettext_lazy("What is dangerous"), widget=forms.Textarea(attrs={"rows": 2})
    )
    accident = forms.ChoiceField(label=gettext_lazy("Kind of accident"))
    owner = PersonField(required=False, label=gettext_lazy("Responsible person"))
    categories = forms.ModelMultipleChoiceField(
        Category.objects.all(),
        required=False,
        label=gettext_lazy("Kinds of hazards that belong to it"),
        help_text=gettext_lazy("Hazards of these kinds found here ask for a new rating."),
        widget=forms.CheckboxSelectMultiple,
    )

    def __init__(self, *args: Any, reader: User, risk: Risk | None = None, **more: Any) -> None:
        if risk:
            more["initial"] = _known(risk)
        super().__init__(*args, **more)
        self.fields["equipment"].queryset = Equipment.objects.visible_to(reader)  # type: ignore[attr-defined]
        self.fields["categories"].label_from_instance = lambda category: say(category.name)  # type: ignore[attr-defined]
        classes = list(standard_on(today()).classes)
        if risk and (known := accident_of(risk.accident)) and known not in classes:
            classes.append(known)
        self.fields["accident"].choices = [("", _("choose")), *((each.key, say(each.name)) for each in classes)]  # type: ignore[attr-defined]
        for kind in Control:
            self.fields[f"control_{kind}"] = forms.CharField(
                max_length=3000,
                required=False,
                label=kind.label,
                help_text=_("One measure a line."),
                widget=forms.Textarea(attrs={"rows": 2}),
                initial="\n".join(risk.controls.get(kind.value, ())) if risk else "",
            )

    @property
    def facts(self) -> dict[str, Any]:
        data = dict(self.cleaned_data)
        controls = {kind.value: data.pop(f"control_{kind}").splitlines() for kind in Control}
        return data | {"controls": controls}

    def changed_facts(self, risk: Risk) -> dict[str, Any]:
        """A text that came in two languages stays in both where it was left as the reader reads it."""
        facts = self.facts
        for name in ("name", "factors"):
            if facts[name] == say(getattr(risk, name)):
                facts[name] = getattr(risk, name)
        return facts


def _known(risk: Risk) -> dict[str, Any]:
    owner = risk.owner
    return {
        "name": risk.title,
        "area": risk.area_id,
        "equipment": risk.equipment_id,
        "factors": say(risk.factors),
        "accident": risk.accident,
        "owner": (owner.phone or owner.employee_no or owner.name) if owner else "",
        "categories": [category.pk for category in risk.categories.all()],
    }


class PlanForm(forms.Form):
    name = forms.CharField(max_length=60, label=gettext_lazy("Name of the floor plan"))
    department = Named(
        Department.objects.all(),
        required=False,
        label=gettext_lazy("Workshop"),
        empty_label=gettext_lazy("the whole factory"),
    )
    picture = forms.FileField(
        label=gettext_lazy("Picture of the plan"),
        help_text=gettext_lazy("PNG or JPG, at most 12 MB. A photo of the plan on the wall will do."),
        widget=forms.FileInput(attrs={"accept": "image/*"}),
    )


class ZoneForm(forms.Form):
    """points: a corner a line, as 12.5, 40: percent from the left and from the top."""

    area = Named(Area.objects.all(), label=gettext_lazy("Area"), empty_label=gettext_lazy("choose"))
    points = forms.CharField(
        max_length=2000,
        label=gettext_lazy("Corners"),
        help_text=gettext_lazy("A corner a line: percent from the left, percent from the top, such as 12.5, 40."),
        widget=forms.Textarea(attrs={"rows": 5, "data-points": "", "class": "t-mono"}),
    )

    def __init__(self, *args: Any, plan: FloorPlan, zone: Zone | None = None, **more: Any) -> None:
        if zone:
            lines = "\n".join(f"{x:g}, {y:g}" for x, y in zone.points)
            more["initial"] = {"area": zone.area_id, "points": lines}
        super().__init__(*args, **more)
        if plan.department:
            areas = Area.objects.filter(department__in=plan.department.subtree)
            self.fields["area"].queryset = areas  # type: ignore[attr-defined]

    def clean_points(self) -> list[tuple[float, float]]:
        found = []
        for line in self.cleaned_data["points"].splitlines():
            numbers = line.replace("，", ",").replace(",", " ").split()
            if not numbers:
                continue
            try:
                x, y = (float(number) for number in numbers)
            except ValueError:
                refusal = _("“%(line)s” is no corner. Write two numbers a line, such as 12.5, 40.")
                raise forms.ValidationError(refusal % {"line": line[:40]}) from None
            found.append((x, y))
        return found


class PaperForm(forms.Form):
    """Which cards or which board: left empty, all."""

    area = Named(Area.objects.all(), required=False, label=gettext_lazy("Area"), empty_label=gettext_lazy("all areas"))
    department = Named(
        Department.objects.all(),
        required=False,
        label=gettext_lazy("Workshop"),
        empty_label=gettext_lazy("the whole factory"),
    )
