"""The bank of a course: a question never changes, because papers point at it; a correction is its next revision."""

from collections.abc import Iterable
from typing import Any

from django.db.models import Max
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core.attachments import visible_through
from core.errors import WrongStatus
from core.events import action, emit, register
from people.models import User
from training.actions.media import refuse_unless_teacher
from training.models import Question
from training.rules import QuestionRefused, question_faults

register(
    {
        "question.added": gettext_lazy("Question added"),
        "question.corrected": gettext_lazy("Question corrected"),
        "question.retired": gettext_lazy("Question no longer asked"),
        "questions.imported": gettext_lazy("Questions read in from Excel"),
    }
)
_FACTS = ("kind", "stem", "options", "answer", "explanation", "source", "difficulty", "lesson_key")


@visible_through
def pictures(user):
    """They hold no answers; where to point in them does not go along."""
    if not (user.can("training.learn") or user.can("training.view")):
        return Question.objects.none().values("picture")
    return Question.objects.exclude(picture=None).values("picture")


@action
def add_question(course_code: str, *, by: User, **facts: Any) -> Question:
    """facts: lesson_key, kind, stem, options, answer, explanation, source, difficulty, picture."""
    refuse_unless_teacher(by)
    question = Question(code=next_codes(course_code, 1)[0], course_code=course_code, **facts)
    _keep(question)
    emit("question.added", question, by=by, **told(question))
    return question


@action
def correct_question(question: Question, *, by: User, **facts: Any) -> Question:
    """From now on this revision is asked; papers keep the one that they asked."""
    refuse_unless_teacher(by)
    former = _locked(question)
    latest = Question.objects.filter(code=former.code).aggregate(latest=Max("revision"))["latest"]
    fresh = Question(code=former.code, revision=latest + 1, course_code=former.course_code, **facts)
    former.retired_at = timezone.now()
    former.save(update_fields=["retired_at"])
    _keep(fresh)
    emit("question.corrected", fresh, by=by, **told(fresh))
    return fresh


@action
def retire_question(question: Question, *, by: User) -> Question:
    refuse_unless_teacher(by)
    row = _locked(question)
    row.retired_at = timezone.now()
    row.save(update_fields=["retired_at"])
    emit("question.retired", row, by=by, code=row.code, revision=row.revision)
    return row


def next_codes(course_code: str, count: int) -> list[str]:
    """Codes that no question of any course has had."""
    stem = f"{course_code[:16]}-Q"
    known = set(Question.objects.filter(code__startswith=stem).values_list("code", flat=True))
    free = (code for n in range(1, len(known) + count + 1) if (code := f"{stem}{n:02}") not in known)
    return [next(free) for _n in range(count)]


def told(question: Question) -> dict[str, Any]:
    """What the ledger seals: the whole question, so that a paper can be judged again after years."""
    facts = {name: getattr(question, name) for name in _FACTS}
    picture = question.picture.sha256 if question.picture else ""
    return {
        "code": question.code,
        "revision": question.revision,
        "course": question.course_code,
        "picture": picture,
    } | facts


def refuse_faulty(questions: Iterable[Question]) -> None:
    for question in questions:
        if faults := question_faults(question):
            raise QuestionRefused(faults)


def _keep(question: Question) -> None:
    refuse_faulty([question])
    question.save(force_insert=True)


def _locked(question: Question) -> Question:
    row = Question.objects.select_for_update(of=("self",), no_key=True).select_related("picture").get(pk=question.pk)
    if row.retired_at:
        raise WrongStatus(
            _("Somebody has corrected or retired this question meanwhile. Look at what stands there now.")
        )
    return row
