"""A bank as an Excel sheet: what goes out comes in again with the same columns, all of it or nothing."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.text import format_lazy
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy
from django.utils.translation import override

from core.errors import DomainError
from core.events import action, emit
from core.sheets import Column, Row
from core.words import wordings
from people.models import User
from training.actions.media import refuse_unless_teacher
from training.actions.questions import next_codes, told
from training.banks import Bank
from training.models import Lesson, Question
from training.rules import MOST_OPTIONS, question_faults

LETTERS = "ABCDEF"[:MOST_OPTIONS]
TRUST_WORDS = {
    "practice": _lazy("company rule"),
    "secondary": _lazy("secondary source"),
    "primary": _lazy("text of the law"),
}
_TRUE, _FALSE = _lazy("Right"), _lazy("Wrong")
_EXAMPLES: tuple[str | Promise, ...] = (_lazy("Go on working"), _lazy("Stop and report it"), "", "", "", "")
COLUMNS = (
    Column("code", _lazy("Question number")),
    Column("lesson", _lazy("Lesson"), "1", is_required=True),
    Column("kind", _lazy("Kind"), _lazy("One is right"), is_required=True),
    Column("stem", _lazy("Question"), _lazy("The guard is loose. What now?"), is_required=True),
    Column("stem_en", _lazy("Question, in English")),
    *(
        Column(f"option_{letter}", format_lazy("{} {}", _lazy("Option"), letter), example)
        for letter, example in zip(LETTERS, _EXAMPLES, strict=True)
    ),
    *(Column(f"option_{letter}_en", format_lazy("{} {}", _lazy("English option"), letter)) for letter in LETTERS),
    Column("answer", _lazy("Right answer"), "B", is_required=True),
    Column("explanation", _lazy("Why it is so"), _lazy("First nobody gets hurt, then it is repaired."), is_required=True),
    Column("explanation_en", _lazy("Why it is so, in English")),
    Column("source", _lazy("Where it comes from"), _lazy("Rules of the press workshop"), is_required=True),
    Column("clause", _lazy("Clause")),
    Column("trust", _lazy("How far the source was checked"), _lazy("company rule"), is_required=True),
    Column("difficulty", _lazy("How hard"), "1"),
)  # fmt: skip
_FACTS = ("lesson_key", "kind", "stem", "options", "answer", "explanation", "source", "difficulty")


def columns_of(bank: Bank) -> tuple[Column, ...]:
    return COLUMNS if bank.has_lessons else tuple(column for column in COLUMNS if column.key != "lesson")


@dataclass(frozen=True)
class Entry:
    """What a row asks for: a question that is new, or the next revision of the one that is asked now."""

    row: Row
    question: Question
    former: Question | None

    @property
    def is_change(self) -> bool:
        former = self.former
        return former is None or any(_plain(former, name) != _plain(self.question, name) for name in _FACTS)


def _plain(question: Question, name: str) -> Any:
    """As a sheet can hold it: without empty words, and in the order of the sheet."""
    value = getattr(question, name)
    if name in ("stem", "explanation"):
        return wordings(value)
    if name == "options":
        return [wordings(option) for option in value]
    if name == "source":
        return [value.get(key) or "" for key in ("name", "clause", "trust")]
    return value


def rows_of(questions: Iterable[Question], lessons: Sequence[Lesson]) -> list[Row]:
    places = {lesson.key: str(lesson.position) for lesson in lessons}
    return [Row(number, _texts(question, places)) for number, question in enumerate(questions, 2)]


def _texts(question: Question, places: dict[str, str]) -> dict[str, str]:
    texts = dict.fromkeys((column.key for column in COLUMNS), "")
    for name in ("stem", "explanation"):
        texts[name], texts[f"{name}_en"] = _pair(getattr(question, name))
    for letter, option in zip(LETTERS, question.options, strict=False):
        texts[f"option_{letter}"], texts[f"option_{letter}_en"] = _pair(option)
    trust = question.source.get("trust", "")
    return texts | {
        "code": question.code,
        "lesson": places.get(question.lesson_key, question.lesson_key),
        "kind": str(question.get_kind_display()),
        "answer": _answer_text(question),
        "source": question.source.get("name") or "",
        "clause": question.source.get("clause") or "",
        "trust": str(TRUST_WORDS.get(trust, trust)),
        "difficulty": str(question.difficulty),
    }


def _pair(words: Any) -> tuple[str, str]:
    return (words, "") if isinstance(words, str) else ((words or {}).get("zh", ""), (words or {}).get("en", ""))


def _answer_text(question: Question) -> str:
    if question.kind == Question.Kind.TRUE_FALSE:
        return str(_TRUE if question.answer == [True] else _FALSE)
    if question.kind == Question.Kind.HOT_SPOT:
        return "; ".join(" ".join(f"{area[side]:g}" for side in "xywh") for area in question.answer)
    return "".join(LETTERS[n] for n in sorted(question.answer) if n < len(LETTERS))


def check_rows(rows: list[Row], into: Bank) -> list[Entry]:
    """Writes into each row what is wrong with it."""
    asked = Question.objects.asked().filter(course_code=into.code).select_related("picture")
    bank = {question.code: question for question in asked}
    entries, seen = [], set()
    for row in rows:
        code = row.texts["code"]
        former = bank.get(code)
        if code and former is None:
            row.faults.append(
                _("There is no question %(code)s in this bank. Leave the number empty for a new one.")
                % {"code": code[:24]}
            )
        if code and code in seen:
            row.faults.append(_("The number %(code)s stands in the sheet twice.") % {"code": code[:24]})
        seen.add(code)
        question = _question(row, former, into)
        faults = question_faults(question) if not row.faults else {}
        row.faults += dict.fromkeys(faults.values())
        entries.append(Entry(row, question, former))
    return entries


def _question(row: Row, former: Question | None, into: Bank) -> Question:
    texts = row.texts
    kind = _chosen(texts["kind"], Question.Kind.choices)
    if kind == Question.Kind.HOT_SPOT and former is None:
        row.faults.append(_("A question with a picture is added on the page, not in Excel."))
    options = [_words(texts[f"option_{letter}"], texts[f"option_{letter}_en"]) for letter in LETTERS]
    there = [option for option in options if option]
    if there != options[: len(there)]:
        row.faults.append(_("Fill the options from A on, without a gap."))
    return Question(
        lesson_key=_lesson_key(row, former, into.lessons) if into.has_lessons else "",
        kind=kind,
        stem=_words(texts["stem"], texts["stem_en"]),
        options=there if kind in (Question.Kind.SINGLE, Question.Kind.MULTIPLE) else [],
        answer=_answer(texts["answer"], kind),
        explanation=_words(texts["explanation"], texts["explanation_en"]),
        source={
            "name": texts["source"],
            "clause": texts["clause"] or None,
            "trust": _chosen(texts["trust"], TRUST_WORDS.items()),
        },
        difficulty=int(texts["difficulty"] or 1) if texts["difficulty"] in ("", "1", "2", "3") else 0,
        picture=former.picture if former else None,
    )


def _words(zh: str, en: str) -> dict[str, str]:
    return {language: clean for language, text in (("zh", zh), ("en", en)) if (clean := text.replace("\0", "").strip())}


def _lesson_key(row: Row, former: Question | None, lessons: Sequence[Lesson]) -> str:
    """By its number in the course or its name; a question of a lesson that is gone keeps it."""
    text = row.texts["lesson"]
    for lesson in lessons:
        if text in {str(lesson.position), *wordings(lesson.title)}:
            return lesson.key
    if former and text == former.lesson_key:
        return text
    row.faults.append(_("There is no lesson “%(lesson)s”. Give its number.") % {"lesson": text[:40]})
    return ""


def _chosen(text: str, choices: Iterable[tuple[Any, Any]]) -> str:
    """By its code or its word in either language; empty where it is none of them."""
    for value, label in choices:
        names = {str(value)}
        for language, _name in settings.LANGUAGES:
            with override(language):
                names.add(str(label).lower())
        if text.strip().lower() in names:
            return str(value)
    return ""


def _answer(text: str, kind: str) -> list[Any]:
    if kind == Question.Kind.TRUE_FALSE:
        found = _chosen(text, (("true", _TRUE), ("false", _FALSE), ("true", "√"), ("false", "×")))
        return [found == "true"] if found else []
    if kind == Question.Kind.HOT_SPOT:
        return [_area(part) for part in text.replace("；", ";").split(";") if part.strip()]
    letters = [letter for letter in text.upper() if letter not in " ,，;；、"]
    return [LETTERS.find(letter) for letter in letters]


def _area(text: str) -> dict[str, float]:
    try:
        return dict(zip("xywh", map(float, text.replace(",", " ").split()), strict=True))
    except ValueError:
        return {}


@action
def import_questions(entries: Sequence[Entry], into: Bank, *, by: User) -> tuple[int, int]:
    """All of them or none; how many are new and how many are corrected. What says the same as before stays."""
    refuse_unless_teacher(by)
    if any(entry.row.faults for entry in entries):
        raise DomainError(_("Nothing was read in: some rows need a look first."))
    changes = [entry for entry in entries if entry.is_change]
    formers = [entry.former.pk for entry in changes if entry.former]
    now = timezone.now()
    if Question.objects.asked().filter(pk__in=formers).update(retired_at=now) != len(formers):
        raise DomainError(_("Somebody changed the bank meanwhile. Read the sheet in once more."))
    codes = iter(next_codes(into.code, len(changes) - len(formers)))
    questions = [_revised(entry, into.code, codes) for entry in changes]
    Question.objects.bulk_create(questions)
    content = [told(question) for question in questions]
    emit("questions.imported", into.subject, by=by, code=into.code, title=into.title, questions=content)
    return len(changes) - len(formers), len(formers)


def _revised(entry: Entry, course_code: str, codes: Any) -> Question:
    question, former = entry.question, entry.former
    question.course_code = course_code
    question.code, question.revision = (former.code, former.revision + 1) if former else (next(codes), 1)
    return question
