"""What the pages of the course editor send: only its shape."""

import re
from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from django import forms
from django.utils.functional import keep_lazy_text
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core.words import say
from training.models import Course, Lesson, Level
from training.models.courses import PASS_SCORE
from training.versions import clock_of

TRUSTS = (
    ("practice", gettext_lazy("company rule, to be confirmed")),
    ("secondary", gettext_lazy("a page about the law or standard was read")),
    ("primary", gettext_lazy("the text of the law or standard was read")),
)
MOST_SOURCES, FRESH_SOURCES = 20, 2
_LONGEST = {"name": 200, "clause": 60, "version": 60}
_TALL = forms.Textarea(attrs={"rows": 18, "class": "t-mono"})
_LOW = forms.Textarea(attrs={"rows": 3})


@keep_lazy_text
def english(label: Any) -> Any:
    return _("%(name)s, in English") % {"name": label}


class TwoTongues(forms.Form):
    """A text has one field, and a second one, _en, that may stay empty."""

    def words(self, name: str) -> dict[str, str]:
        # Browsers send lines with two characters at their ends, which would look like a change.
        zh, en = ((self.cleaned_data.get(key) or "").replace("\r\n", "\n") for key in (name, f"{name}_en"))
        return {language: text for language, text in (("zh", zh), ("en", en)) if text}


def parts(name: str, words: Any) -> dict[str, str]:
    """The two fields as they begin."""
    if isinstance(words, str):
        return {name: words}
    return {name: (words or {}).get("zh", ""), f"{name}_en": (words or {}).get("en", "")}


class CourseForm(TwoTongues):
    """Sources are rows of their own: source-0-name, -clause, -version, -trust and -lesson."""

    title = forms.CharField(max_length=80, label=gettext_lazy("Name of the course"))
    title_en = forms.CharField(max_length=120, required=False, label=english(gettext_lazy("Name of the course")))
    summary = forms.CharField(max_length=400, required=False, label=gettext_lazy("What it is about"), widget=_LOW)
    summary_en = forms.CharField(
        max_length=600, required=False, label=english(gettext_lazy("What it is about")), widget=_LOW
    )
    hours = forms.DecimalField(
        min_value=Decimal("0.5"), max_value=72, max_digits=4, decimal_places=1, label=gettext_lazy("Learning hours")
    )
    valid_months = forms.IntegerField(
        min_value=1,
        max_value=120,
        required=False,
        label=gettext_lazy("Certificate valid for, in months"),
        help_text=gettext_lazy("Left empty: it does not expire."),
    )
    level = forms.ChoiceField(
        choices=Level.choices, required=False, label=gettext_lazy("Counts for the three-level education as")
    )
    pass_score = forms.IntegerField(
        min_value=PASS_SCORE,
        max_value=100,
        required=False,
        label=gettext_lazy("Pass mark, in points of 100"),
        help_text=gettext_lazy("80 at least, which is four of five questions right. Left empty: 80."),
    )

    def __init__(self, *args: Any, lessons: Iterable[Lesson] = (), **more: Any) -> None:
        super().__init__(*args, **more)
        of_one = [(lesson.key, f"{lesson.position}. {say(lesson.title)}") for lesson in lessons]
        self.lessons, self.trusts = [("", _("the whole course")), *of_one], TRUSTS

    @property
    def sources(self) -> list[dict[str, str]]:
        """As typed, or as stored, with empty rows behind."""
        rows = self._typed_sources() if self.is_bound else self.initial.get("sources", [])
        return [*rows, *[{"trust": TRUSTS[0][0]}] * min(FRESH_SOURCES, MOST_SOURCES - len(rows))]

    def _typed_sources(self) -> list[dict[str, str]]:
        names = ("name", "clause", "version", "trust", "lesson")
        rows = [
            {name: self.data.get(f"source-{n}-{name}", "").replace("\0", "").strip() for name in names}
            for n in range(MOST_SOURCES)
        ]
        return [row for row in rows if any(row[name] for name in _LONGEST)]

    def clean(self) -> dict[str, Any]:
        for n, row in enumerate(self._typed_sources(), 1):
            if fault := _source_fault(row):
                self.add_error(None, _("Source %(n)d: %(fault)s") % {"n": n, "fault": fault})
        return self.cleaned_data

    @staticmethod
    def of(course: Course) -> dict[str, Any]:
        hours = f"{course.hours.normalize():f}"
        there = {"hours": hours, "valid_months": course.valid_months, "pass_score": course.pass_score}
        there["level"] = course.level
        there["sources"] = course.sources
        return parts("title", course.title) | parts("summary", course.summary) | there

    def columns(self) -> dict[str, Any]:
        data = self.cleaned_data
        known = dict(self.lessons)
        sources = [
            {name: value or None for name, value in row.items() if name != "lesson"}
            | ({"lesson": row["lesson"]} if row["lesson"] and row["lesson"] in known else {})
            for row in self._typed_sources()
        ]
        texts = {name: self.words(name) for name in ("title", "summary")}
        beside = {"pass_score": data["pass_score"] or PASS_SCORE, "sources": sources}
        return texts | {name: data[name] for name in ("hours", "valid_months", "level")} | beside


def _source_fault(row: dict[str, str]) -> str:
    if not row["name"]:
        return _("Name the law, the standard or the company's own rule.")
    if any(len(row[name]) > most for name, most in _LONGEST.items()):
        return _("Too long. Keep the name below 200 characters, clause and version below 60.")
    return "" if row["trust"] in dict(TRUSTS) else _("Say how far the source was checked.")


class PublishForm(forms.Form):
    again_days = forms.IntegerField(
        min_value=1,
        max_value=365,
        required=False,
        label=gettext_lazy("Must be learned again, within days"),
        help_text=gettext_lazy("By whoever holds a certificate of an earlier version. Left empty: nobody has to."),
    )


class NewLessonForm(TwoTongues):
    title = forms.CharField(max_length=80, label=gettext_lazy("Name of the lesson"))
    minutes = forms.IntegerField(min_value=1, max_value=240, initial=8, label=gettext_lazy("Minutes"))


class LessonForm(NewLessonForm):
    title_en = forms.CharField(max_length=120, required=False, label=english(gettext_lazy("Name of the lesson")))
    body = forms.CharField(max_length=20_000, required=False, label=gettext_lazy("Text"), widget=_TALL)
    body_en = forms.CharField(max_length=40_000, required=False, label=english(gettext_lazy("Text")), widget=_TALL)
    key_points = forms.CharField(
        max_length=1000, required=False, label=gettext_lazy("Key points, one a line"), widget=_LOW
    )
    key_points_en = forms.CharField(
        max_length=2000, required=False, label=english(gettext_lazy("Key points, one a line")), widget=_LOW
    )
    stops = forms.CharField(
        max_length=200,
        required=False,
        label=gettext_lazy("Where the video waits with a question"),
        help_text=gettext_lazy("Times such as 1:30, 4:00."),
    )
    field_order = ("title", "title_en", "minutes", "body", "body_en", "key_points", "key_points_en", "stops")

    @staticmethod
    def of(lesson: Lesson) -> dict[str, Any]:
        both = [parts("point", point) for point in lesson.key_points]
        points = {
            "key_points": "\n".join(row["point"] for row in both),
            "key_points_en": "\n".join(row.get("point_en", "") for row in both).rstrip("\n"),
        }
        stops = ", ".join(clock_of(stop) for stop in lesson.stops)
        texts = parts("title", lesson.title) | parts("body", lesson.body)
        return texts | points | {"minutes": lesson.minutes, "stops": stops}

    def clean_stops(self) -> list[int]:
        """Seconds, from 1:30, 90 or 0:01:30, divided by anything else."""
        found = []
        for text in re.split(r"[\s,，;；、]+", self.cleaned_data["stops"].replace("：", ":").strip()):
            if not text:
                continue
            if not re.fullmatch(r"(?:\d{1,2}:)?\d{1,3}:[0-5]\d|\d{1,5}", text, re.ASCII):
                raise forms.ValidationError(
                    _("“%(text)s” is no time. Write minutes and seconds, such as 1:30.") % {"text": text}
                )
            hours, minutes, seconds = map(int, ["0", "0", *text.split(":")][-3:])
            found.append(hours * 3600 + minutes * 60 + seconds)
        return found

    def columns(self) -> dict[str, Any]:
        data = self.cleaned_data
        zh, en = (data[name].splitlines() for name in ("key_points", "key_points_en"))
        rows = [(at(zh, n), at(en, n)) for n in range(max(len(zh), len(en)))]
        points = [{k: v for k, v in (("zh", one), ("en", other)) if v} for one, other in rows if one or other]
        texts = {"title": self.words("title"), "body": self.words("body")}
        return texts | {"key_points": points, "minutes": data["minutes"], "stops": data["stops"]}


def at(lines: list[str], n: int) -> str:
    return lines[n].strip() if n < len(lines) else ""
