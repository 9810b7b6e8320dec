"""What the pages of the question bank send: only its shape; training.rules says what a question must be."""

from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core.words import say
from portals.console.forms.courseware import TRUSTS, TwoTongues, parts
from training.banks import Bank
from training.models import Question
from training.rules import MOST_AREAS, MOST_OPTIONS

_LOW = forms.Textarea(attrs={"rows": 2})


class QuestionForm(TwoTongues):
    """Options and areas are rows of their own: option-0, option_en-0, right; area-0-x to area-4-h."""

    lesson_key = forms.ChoiceField(label=gettext_lazy("Lesson"))
    stem = forms.CharField(max_length=400, label=gettext_lazy("Question"), widget=_LOW)
    stem_en = forms.CharField(max_length=400, required=False, label=gettext_lazy("Question, in English"), widget=_LOW)
    explanation = forms.CharField(max_length=800, label=gettext_lazy("Why it is so"), widget=_LOW)
    explanation_en = forms.CharField(
        max_length=800, required=False, label=gettext_lazy("Why it is so, in English"), widget=_LOW
    )
    source_name = forms.CharField(max_length=200, label=gettext_lazy("Where it comes from"))
    source_clause = forms.CharField(max_length=60, required=False, label=gettext_lazy("Clause"))
    source_trust = forms.ChoiceField(choices=TRUSTS, label=gettext_lazy("How far the source was checked"))
    difficulty = forms.TypedChoiceField(
        choices=((1, gettext_lazy("easy")), (2, gettext_lazy("middling")), (3, gettext_lazy("hard"))),
        coerce=int,
        label=gettext_lazy("How hard"),
    )

    def __init__(self, data=None, *, kind: str, bank: Bank, question: Question | None = None, **kwargs):
        super().__init__(data, **kwargs)
        self.kind, self.question = kind, question
        there = [(lesson.key, f"{lesson.position}. {say(lesson.title)}") for lesson in bank.lessons]
        if question and question.lesson_key not in dict(there):
            there.append((question.lesson_key, _("a lesson of an earlier version")))
        self.fields["lesson_key"].choices = there  # type: ignore[attr-defined]
        if not bank.has_lessons:
            del self.fields["lesson_key"]

    @staticmethod
    def of(question: Question) -> dict[str, Any]:
        source = {f"source_{name}": question.source.get(name) for name in ("name", "clause", "trust")}
        beside = {"lesson_key": question.lesson_key, "difficulty": question.difficulty}
        return parts("stem", question.stem) | parts("explanation", question.explanation) | source | beside

    @property
    def options(self) -> list[dict[str, Any]]:
        """As typed, or as stored, with empty rows behind."""
        return [self._typed(n) if self.is_bound else self._stored(n) for n in range(MOST_OPTIONS)]

    def _typed(self, n: int) -> dict[str, Any]:
        zh, en = (self.data.get(f"{name}-{n}", "").replace("\0", "").strip() for name in ("option", "option_en"))
        return {"zh": zh, "en": en, "is_right": str(n) in self.data.getlist("right")}  # type: ignore[attr-defined]

    def _stored(self, n: int) -> dict[str, Any]:
        if not self.question or n >= len(self.question.options):
            return {"zh": "", "en": "", "is_right": False}
        words = parts("zh", self.question.options[n])
        return {"zh": words["zh"], "en": words.get("zh_en", ""), "is_right": n in self.question.answer}

    @property
    def areas(self) -> list[dict[str, Any]]:
        stored = self.question.answer if self.question and self.kind == Question.Kind.HOT_SPOT else []
        if self.is_bound:
            rows = [{side: self.data.get(f"area-{n}-{side}", "") for side in "xywh"} for n in range(MOST_AREAS)]
        else:
            rows = [{side: f"{area[side]:g}" for side in "xywh"} for area in stored]
        return rows + [dict.fromkeys("xywh", "")] * (MOST_AREAS - len(rows))

    @property
    def is_true(self) -> bool | None:
        if self.is_bound:
            return {"true": True, "false": False}.get(self.data.get("truth", ""))
        return self.question.answer == [True] if self.question else None

    def facts(self) -> dict[str, Any]:
        """What the actions take, without the picture."""
        data = self.cleaned_data
        source = {"name": data["source_name"], "clause": data["source_clause"] or None, "trust": data["source_trust"]}
        options, answer = self._answered()
        return {
            "kind": self.kind,
            "lesson_key": data.get("lesson_key", ""),
            "stem": self.words("stem"),
            "options": options,
            "answer": answer,
            "explanation": self.words("explanation"),
            "source": source,
            "difficulty": data["difficulty"],
        }

    def _answered(self) -> tuple[list[dict[str, str]], list[Any]]:
        if self.kind == Question.Kind.TRUE_FALSE:
            return [], [] if self.is_true is None else [self.is_true]
        if self.kind == Question.Kind.HOT_SPOT:
            return [], [area for row in self.areas if any(row.values()) for area in [_area(row)]]
        rows = [row for row in self.options if row["zh"] or row["en"]]
        options = [{name: row[name] for name in ("zh", "en") if row[name]} for row in rows]
        return options, [n for n, row in enumerate(rows) if row["is_right"]]


def _area(row: dict[str, str]) -> dict[str, float]:
    """What is no number is no area, which the rules say."""
    try:
        return {side: round(float(text.replace("，", ".").replace(",", ".")), 1) for side, text in row.items()}
    except ValueError:
        return {}
