"""Drills: planned, held as a session with who was there, evaluated by the sheet, followed by what has to be better."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from django.utils import timezone
from django.utils.translation import gettext as _

from core.errors import DomainError, NotAllowed, WrongStatus
from core.events import action, emit
from facilities.models import Area
from hazards.actions import report_hazard
from hazards.guessing import guess_category
from hazards.models import Hazard
from incidents.drill_rules import questions
from incidents.models import Drill, DrillCheck, DrillFeedback
from people.models import User
from training.actions import plan_session
from training.models import Attendance, TrainingSession


@dataclass(frozen=True)
class Answer:
    """is_met=None: it did not come up."""

    is_met: bool | None
    problem: str = ""


@action
def plan_drill(
    title: str,
    *,
    by: User,
    kind: str,
    form: str,
    scenario: str,
    place: str,
    starts_at: datetime,
    hours: Decimal,
    area: Area | None = None,
    trainer: User | None = None,
    people: Collection[User] = (),
) -> Drill:
    """people: who is told of it; who was there signs in at its session."""
    _refuse_others(by)
    if not scenario.strip():
        raise DomainError(_("Say what is assumed: what happens, where, and how bad it gets."))
    session = plan_session(
        title, by=by, place=place, starts_at=starts_at, hours=hours, kind=TrainingSession.Kind.DRILL, trainer=trainer,
        people=people,
    )  # fmt: skip
    drill = Drill.objects.create(session=session, kind=kind, form=form, scenario=scenario.strip(), area=area)
    emit("drill.planned", drill, by=by, name=session.title, kind=kind, form=form, until=starts_at)
    return drill


@action
def evaluate_drill(
    drill: Drill, *, by: User, answers: Mapping[str, Answer], comment: str = "", self_review: str = ""
) -> Drill:
    """answers: by code, to each question of its sheet. Corrected, the sheet says who did it last."""
    _refuse_others(by)
    drill = Drill.objects.select_for_update(of=("self",)).select_related("session").get(pk=drill.pk)
    if not drill.is_held:
        raise WrongStatus(_("It was not held yet. End its session first."))
    asked = [question.code for question in questions(drill.form)]
    if missing := set(asked) - answers.keys():
        raise DomainError(_("Answer all questions; %(n)d are still open.") % {"n": len(missing)})
    rows = [_check(drill, code, answers[code]) for code in asked]
    followed = set(drill.checks.filter(hazard__isnull=False).values_list("code", flat=True))
    if any(row.code in followed and row.is_met is not False for row in rows):
        raise WrongStatus(_("A hazard follows from one of these answers already. It stays as it is."))
    DrillCheck.objects.bulk_create(
        rows, update_conflicts=True, unique_fields=["drill", "code"], update_fields=["is_met", "problem"]
    )
    drill.comment, drill.self_review = comment.strip(), self_review.strip()
    drill.evaluated_at, drill.evaluated_by = timezone.now(), by
    drill.save(update_fields=["comment", "self_review", "evaluated_at", "evaluated_by"])
    unmet = sum(row.is_met is False for row in rows)
    emit("drill.evaluated", drill, by=by, name=drill.session.title, unmet=unmet, of=len(rows))
    return drill


def _check(drill: Drill, code: str, answer: Answer) -> DrillCheck:
    problem = " ".join(answer.problem.split())[:200] if answer.is_met is False else ""
    if answer.is_met is False and not problem:
        raise DomainError(_("Where something was not met, say in a few words what went wrong."))
    return DrillCheck(drill=drill, code=code, is_met=answer.is_met, problem=problem)


@action
def follow_up(check: DrillCheck, *, by: User, area: Area) -> Hazard:
    """What was not met becomes a hazard of the ordinary kind; it is confirmed, fixed, proved and reviewed as any."""
    _refuse_others(by)
    check = DrillCheck.objects.select_for_update(of=("self",)).select_related("drill__session").get(pk=check.pk)
    if check.is_met is not False:
        raise DomainError(_("Only what was not met needs something to be done."))
    if check.hazard_id:
        raise WrongStatus(_("A hazard follows from this already."))
    hazard = report_hazard(
        by=by, area=area, title=check.problem[:120], category=guess_category(check.problem, None).category,
        description=_("After the drill “%(title)s”") % {"title": check.drill.session.title}, source=Hazard.Source.DRILL,
    )  # fmt: skip
    check.hazard = hazard
    check.save(update_fields=["hazard"])
    emit("drill.followed_up", check.drill, by=by, hazard=hazard.number, note=check.problem)
    return hazard


@action
def give_feedback(drill: Drill, *, by: User, stars: int, words: str = "") -> DrillFeedback:
    """By who was there; said again it is changed."""
    if not Attendance.objects.filter(session=drill.session_id, person=by).exists():
        raise NotAllowed(_("Only who was there says how it went."))
    if not drill.is_held:
        raise WrongStatus(_("It is not over yet. Say it when the session has ended."))
    if stars not in range(1, 6):
        raise DomainError(_("Choose between one and five stars."))
    facts = {"stars": stars, "words": words.strip()[:300], "at": timezone.now()}
    row, _is_new = DrillFeedback.objects.update_or_create(drill=drill, person=by, defaults=facts)
    emit("drill.feedback", drill, by=by, stars=stars)
    return row


def _refuse_others(by: User) -> None:
    if not by.can("drills.manage"):
        raise NotAllowed(_("Only safety officers and training officers plan and evaluate drills."))
