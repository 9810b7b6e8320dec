"""What a question must be before anybody is asked it; a sentence for each thing that is wrong, by field."""

from typing import Any

from django.utils.translation import gettext as _

from core.errors import DomainError
from core.words import wordings
from training.models import Question

TRUSTS = ("primary", "secondary", "practice")
LEAST_OPTIONS, MOST_OPTIONS, MOST_AREAS = 2, 6, 5
# In percent of the picture: what a finger can meet, and what is still a place in it.
SMALLEST_AREA, LARGEST_AREA = 3, 60
LONGEST = {"stem": 400, "option": 200, "explanation": 800, "source": 200}


class QuestionRefused(DomainError):
    """errors: a sentence by the name of the field."""

    def __init__(self, errors: dict[str, str]) -> None:
        super().__init__(" ".join(dict.fromkeys(errors.values())))
        self.errors = errors


def question_faults(question: Question) -> dict[str, str]:
    judges = {
        Question.Kind.SINGLE: _options_fault,
        Question.Kind.MULTIPLE: _options_fault,
        Question.Kind.TRUE_FALSE: _truth_fault,
        Question.Kind.HOT_SPOT: _areas_fault,
    }
    if question.kind not in judges:
        return {"kind": _("Choose a kind of question.")}
    source = question.source or {}
    faults = {
        "stem": _wording_fault(question.stem, "stem", _("Write the question.")),
        "explanation": _wording_fault(
            question.explanation, "explanation", _("Write why it is so; people read it after the quiz.")
        ),
        "source_name": _wording_fault(
            source.get("name"), "source", _("Say where it comes from: a law, a standard, or the company's own rule.")
        ),
        "source_trust": "" if source.get("trust") in TRUSTS else _("Say how far the source was checked."),
        "difficulty": "" if question.difficulty in (1, 2, 3) else _("Choose how hard it is: 1, 2 or 3."),
        "answer": judges[Question.Kind(question.kind)](question),
    }
    return {field: sentence for field, sentence in faults.items() if sentence}


def _wording_fault(words: Any, name: str, missing: str) -> str:
    there = wordings(words)
    if not there:
        return missing
    if any(len(text) > LONGEST[name] for text in there):
        return _("Too long: %(n)d letters at most.") % {"n": LONGEST[name]}
    return ""


def _options_fault(question: Question) -> str:
    options = question.options
    if not LEAST_OPTIONS <= len(options) <= MOST_OPTIONS:
        return _("Give between %(least)d and %(most)d options.") % {"least": LEAST_OPTIONS, "most": MOST_OPTIONS}
    texts = [wordings(option) for option in options]
    if not all(texts) or any(len(text) > LONGEST["option"] for each in texts for text in each):
        return _("Each option needs words, %(n)d letters at most.") % {"n": LONGEST["option"]}
    if len({each[0] for each in texts}) < len(texts):
        return _("Two options say the same.")
    return _marks_fault(question)


def _marks_fault(question: Question) -> str:
    answer = question.answer
    if len(set(answer)) != len(answer) or not all(type(n) is int and 0 <= n < len(question.options) for n in answer):
        return _("Mark which options are right.")
    if question.kind == Question.Kind.SINGLE and len(answer) != 1:
        return _("Mark the one option that is right.")
    if question.kind == Question.Kind.MULTIPLE and len(answer) < 2:
        return _("Mark at least two right options, or make it a question with one.")
    return ""


def _truth_fault(question: Question) -> str:
    return "" if question.answer in ([True], [False]) else _("Say whether it is right or wrong.")


def _areas_fault(question: Question) -> str:
    if not question.picture_id:
        return _("Upload the picture in which people point.")
    if not 1 <= len(question.answer) <= MOST_AREAS:
        return _("Mark between one and %(n)d areas in the picture.") % {"n": MOST_AREAS}
    if not all(_is_area(area) for area in question.answer):
        return _("An area lies inside of the picture and is %(least)d to %(most)d percent wide and high.") % {
            "least": SMALLEST_AREA,
            "most": LARGEST_AREA,
        }
    return ""


def _is_area(area: Any) -> bool:
    if not isinstance(area, dict) or set(area) != set("xywh"):
        return False
    if not all(type(value) in (int, float) and 0 <= value <= 100 for value in area.values()):
        return False
    is_inside = area["x"] + area["w"] <= 100 and area["y"] + area["h"] <= 100
    return is_inside and all(SMALLEST_AREA <= area[side] <= LARGEST_AREA for side in "wh")
