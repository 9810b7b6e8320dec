"""The shape of what is asked of records: the audit pack, people before a post, arrivals and papers behind figures."""

from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core.archives import Names
from core.words import say
from facilities.models import Department
from insight.learning import JUDGED, Arrivals, Papers, State, Tries
from people.models import JobRole, User
from portals.console.forms.archive import Line, OneOf, PeriodForm
from portals.forms import Named
from training.exports import Range
from training.models import Course, Exam, Requirement
from training.models.learning import Occasion


def departments_of(user: User):
    """Those whose training the reader looks after."""
    seen = user.departments_with("training.view")
    return Department.objects.all() if seen is None else Department.objects.filter(pk__in=seen)


class _Rules(forms.ModelChoiceField):
    """titles: of courses by their code."""

    titles: dict[str, Any] = {}

    def label_from_instance(self, obj):
        role = say(obj.job_role.name) if obj.job_role else _("everybody")
        return f"{say(self.titles.get(obj.course_code, obj.course_code))} · {role}"


def _day(label: Any) -> forms.DateField:
    return forms.DateField(label=label, widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"))


class PackForm(forms.Form):
    since = _day(gettext_lazy("First day"))
    until = _day(gettext_lazy("Last day"))
    department = Named(
        Department.objects.none(), required=False, label=gettext_lazy("Department"),
        empty_label=gettext_lazy("All departments"),
    )  # fmt: skip
    job_role = Named(
        JobRole.objects.all(), required=False, label=gettext_lazy("Job role"), empty_label=gettext_lazy("All job roles")
    )
    requirement = _Rules(
        Requirement.objects.none(), required=False, label=gettext_lazy("Only one requirement"),
        empty_label=gettext_lazy("All that is asked"),
    )  # fmt: skip
    certificates = forms.BooleanField(
        required=False, label=gettext_lazy("Certificates too"),
        help_text=gettext_lazy("Each a PDF of its own. For the whole factory this takes several minutes more."),
    )  # fmt: skip
    left = forms.BooleanField(required=False, label=gettext_lazy("Also people who left"))

    def __init__(self, *args: Any, reader: User, **more: Any) -> None:
        super().__init__(*args, **more)
        self.fields["department"].queryset = departments_of(reader)  # type: ignore[attr-defined]
        rules: Any = self.fields["requirement"]
        rules.titles = dict(Course.objects.current().values_list("code", "title"))
        rules.queryset = Requirement.objects.filter(
            occasion=Occasion.POST, course_code__in=list(rules.titles)
        ).select_related("job_role")

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if data.get("since") and data.get("until") and data["since"] > data["until"]:
            self.add_error("until", _("The last day is before the first one. Change one of the two."))
        if (
            data.get("requirement")
            and data.get("job_role")
            and data["requirement"].job_role not in (None, data["job_role"])
        ):
            self.add_error("requirement", _("This requirement is of another job role. Choose one of the two."))
        return data  # fmt: skip

    def range(self) -> Range:
        data = self.cleaned_data
        chosen = {name: data[name] and data[name].pk for name in ("department", "job_role", "requirement")}
        plain = {name: data[name] for name in ("since", "until", "left", "certificates")}
        return Range(**chosen, **plain)


class FiguresForm(PeriodForm):
    USUAL = "year"
    OFFERED = ("days30", "month", "last_month", "quarter", "year", "all")


class ArrivalsForm(PeriodForm):
    NAMED = ("department",)

    state = OneOf(choices=[("", ""), *State.choices, (JUDGED, "")])
    department = Line(max_length=20)

    def filter(self) -> Arrivals:
        since, until = self.period
        data = self.cleaned_data
        return Arrivals(since, until, state=data["state"], department=int(data["department"] or 0) or None)


class PapersForm(PeriodForm):
    NAMED = ("department", "course", "exam")

    course = Line(max_length=40)
    exam = Line(max_length=20)
    department = Line(max_length=20)
    tries = OneOf(choices=[("", ""), *Tries.choices])
    passed = OneOf(choices=[("", ""), ("yes", gettext_lazy("Passed")), ("no", gettext_lazy("Not passed"))])

    def filter(self) -> Papers:
        since, until = self.period
        data = self.cleaned_data
        numbers = {name: int(data[name] or 0) or None for name in ("department", "exam")}
        return Papers(since, until, course=data["course"], tries=data["tries"], passed=data["passed"], **numbers)


def names_for(user: User) -> Names:
    """What papers and arrivals can be asked by."""
    return {
        "department": {str(row.pk): say(row.name) for row in departments_of(user)},
        "course": {code: say(title) for code, title in Course.objects.order_by("code", "version").values_list("code", "title")},
        "exam": {str(pk): say(title) for pk, title in Exam.objects.values_list("pk", "title")},
    }  # fmt: skip
