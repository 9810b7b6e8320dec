"""What the pages of exams send: only its shape."""

from typing import Any

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core.words import say
from people.models import JobRole
from portals.console.forms.courseware import TwoTongues, english, parts
from training.blueprints import MOST_QUESTIONS, MOST_THEMES, Blueprint, Theme
from training.models import Exam

TOLD, EVERYBODY = "told", "everybody"
SPARE_ROWS = 4


class ExamForm(TwoTongues):
    title = forms.CharField(max_length=80, label=gettext_lazy("Name of the exam"))
    title_en = forms.CharField(
        max_length=120,
        required=False,
        label=english(gettext_lazy("Name of the exam")),
    )
    who = forms.ChoiceField(
        label=gettext_lazy("Who may take it"),
        help_text=gettext_lazy("Who has to take it by when stands under “Who has to learn what”."),
    )
    minutes = forms.IntegerField(min_value=1, max_value=300, initial=30, label=gettext_lazy("Minutes"))
    pass_score = forms.IntegerField(
        min_value=1, max_value=100, initial=80, label=gettext_lazy("Passed with, of 100 points")
    )
    tries_per_day = forms.IntegerField(min_value=1, max_value=10, initial=2, label=gettext_lazy("Tries a day"))
    gives_certificate = forms.BooleanField(
        required=False, initial=True, label=gettext_lazy("Whoever passes gets a certificate")
    )
    valid_months = forms.IntegerField(
        min_value=1,
        max_value=120,
        required=False,
        label=gettext_lazy("Certificate valid for, in months"),
        help_text=gettext_lazy("Then it is taken again. Left empty: it does not expire."),
    )

    def __init__(self, *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        roles = [(role.code, say(role.name)) for role in JobRole.objects.all()]
        told = (TOLD, _("only who has to take it"))
        self.fields["who"].choices = [told, (EVERYBODY, _("everybody")), *roles]  # type: ignore[attr-defined]

    @staticmethod
    def of(exam: Exam) -> dict[str, Any]:
        names = ("minutes", "pass_score", "tries_per_day", "gives_certificate", "valid_months")
        role = exam.job_role.code if exam.job_role else EVERYBODY
        facts = {name: getattr(exam, name) for name in names}
        return parts("title", exam.title) | facts | {"who": role if exam.is_open else TOLD}

    def clean(self) -> dict[str, Any]:
        self.blueprint, fault = blueprint_in(self.data)
        if fault:
            self.add_error(None, fault)
        data: dict[str, Any] = self.cleaned_data
        return data

    def columns(self) -> dict[str, Any]:
        data = self.cleaned_data
        names = ("minutes", "pass_score", "tries_per_day", "gives_certificate", "valid_months")
        who = data["who"]
        role = JobRole.objects.filter(code=who).first() if who not in (TOLD, EVERYBODY) else None
        facts = {name: data[name] for name in names}
        return facts | {
            "title": self.words("title"),
            "job_role": role,
            "is_open": who != TOLD,
            "blueprint": self.blueprint,
        }


def blueprint_in(data: Any) -> tuple[Blueprint, str]:
    """The rows of the form that name a theme; and a sentence where one cannot be read."""
    if not isinstance(data, QueryDict):
        return [], ""
    found: Blueprint = []
    for value, count in list(zip(data.getlist("theme"), data.getlist("count"), strict=False))[: 2 * MOST_THEMES]:
        course, _slash, lesson = value.replace("\0", "")[:60].partition("/")
        if not course:
            continue
        text = count.strip()
        if not text.isdecimal() or len(text) > 4 or not 1 <= int(text) <= MOST_QUESTIONS:
            return found, _("Beside each theme goes a number of questions between 1 and %(most)d.") % {
                "most": MOST_QUESTIONS
            }
        found.append({"course": course, "lesson": lesson, "count": int(text)})
    return found, ""


def rows_of(form: ExamForm, blueprint: Blueprint) -> list[tuple[str, str]]:
    """Theme and number as the form shows them: what was typed, else what stands there; and some rows to spare."""
    if form.is_bound and isinstance(form.data, QueryDict):
        rows = list(zip(form.data.getlist("theme"), form.data.getlist("count"), strict=False))[:MOST_THEMES]
        rows = [row for row in rows if any(row)]
    else:
        rows = [(f"{row['course']}/{row.get('lesson') or ''}", str(row["count"])) for row in blueprint]
    return [*rows, *[("", "")] * max(1, SPARE_ROWS - len(rows) if len(rows) < SPARE_ROWS else 2)]


def grouped(themes: list[Theme]) -> list[tuple[Theme, list[Theme]]]:
    """Each course with its lessons, for a select in groups."""
    found: list[tuple[Theme, list[Theme]]] = []
    for theme in themes:
        if theme.lesson is None:
            found.append((theme, []))
        else:
            found[-1][1].append(theme)
    return found
