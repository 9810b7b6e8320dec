"""Whoever does whatever in whatever order: no walk through the actions ends where the law forbids a hazard to be."""

import contextlib
import random
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from core.errors import Refusal
from core.events import history
from core.models import Event
from hazards import actions
from hazards.models import WORKFLOW, Evidence, Hazard, Level, LevelPolicy, RectificationPlan, Status
from people.models import User
from people.permissions import Role
from tests import make

WALKS, STEPS = 8, 70
# The only facts by which a limit moves.
MOVES_LIMIT = {
    "hazard.confirmed",
    "hazard.extension_decided",
    "hazard.returned",
    "hazard.level_changed",
    "hazard.limit_planned",
}
FIX = {"measure": "装好了", "tests": make.PASSED}


@pytest.fixture
def crew(factory) -> list[User]:
    """Two of every role in one workshop, so that somebody else can always be found, or not."""
    workshop = make.department()
    return [make.person(role, in_department=workshop) for role in Role for _twice in range(2)]


def _policies(dice: random.Random) -> None:
    """Every way of approval that a factory may choose; major ones always need plan and release."""
    for level in Level:
        LevelPolicy.objects.create(
            level=level,
            version=LevelPolicy.objects.filter(level=level).count() + 1,
            acknowledge_minutes=60,
            rectify_hours=dice.choice((4, 24, 72)),
            clock=dice.choice(list(LevelPolicy.Clock)),
            escalate_before_hours=dice.choice((0, 12, 48)),
            stages=dice.choice((["first", "second", "final"], ["second", "final"], ["first", "second"], ["second"])),
            needs_plan=level == Level.MAJOR or dice.random() < 0.2,
            needs_release=level == Level.MAJOR or dice.random() < 0.2,
        )


def _report(dice: random.Random, crew: list[User], area: Any) -> Hazard:
    by = dice.choice([person for person in crew if person.can("hazards.report")])
    photos = [make.photo(by)] if dice.random() < 0.95 else []
    level = dice.choice(list(Level))
    return actions.report_hazard(by=by, title="防护栏缺失", category=make.category(level), area=area, photos=photos)


def _write_plan(hazard: Hazard, by: User) -> None:
    """A plan that both leaders have approved."""
    fields = ("situation", "gravity", "goal", "methods", "funds", "people", "schedule", "emergency")
    facts = {"author": by, "written_at": timezone.now(), "due_at": timezone.now() + timedelta(days=5)}
    if hazard.policy and not hazard.plans.exists():
        RectificationPlan.objects.create(hazard=hazard, status="approved", **facts, **dict.fromkeys(fields, "写明"))


def _decide_extension(hazard: Hazard, by: User, is_approved: bool) -> None:
    for extension in hazard.extensions.filter(is_approved=None):
        actions.decide_extension(extension, by=by, is_approved=is_approved, note="看过")


def _deeds(dice: random.Random, crew: list[User], hazards: list[Hazard]) -> dict[str, Callable]:
    fixers = [person for person in crew if person.can("hazards.rectify")]

    def somebody() -> User:
        return dice.choice(fixers if dice.random() < 0.8 else crew)

    def later() -> Any:
        return timezone.now() + timedelta(hours=dice.choice((-5, 30, 100, 200)))

    def submit(hazard: Hazard, by: User) -> None:
        photos = [make.photo(by)] if dice.random() < 0.8 else []
        proof = FIX if dice.random() < 0.8 else dice.choice((FIX | {"tests": []}, FIX | {"measure": ""}))
        actions.submit_hazard(hazard, by=by, photos=photos, **proof)

    return {
        "confirm": lambda hazard, by: actions.confirm_hazard(hazard, by=by, level=dice.choice(list(Level))),
        "assign": lambda hazard, by: actions.assign_hazard(hazard, by=by, owner=somebody()),
        "hand_over": lambda hazard, by: actions.hand_over_hazard(hazard, by=by, to=somebody(), note="调班"),
        "plan": _write_plan,
        "start": lambda hazard, by: actions.start_hazard(hazard, by=by),
        "submit": submit,
        "review": lambda hazard, by: actions.review_hazard(hazard, by=by, is_passed=dice.random() < 0.8, note="看过"),
        "ask": lambda hazard, by: actions.request_extension(hazard, by=by, new_due_at=later(), reason="配件未到"),
        "decide": lambda hazard, by: _decide_extension(hazard, by, dice.random() < 0.7),
        "tell": lambda hazard, by: actions.escalate_hazard(hazard),
        "merge": lambda hazard, by: actions.merge_hazard(hazard, by=by, into=dice.choice(hazards)),
        "reject": lambda hazard, by: actions.reject_hazard(hazard, by=by, note="不属实"),
        "void": lambda hazard, by: actions.void_hazard(hazard, by=by, note="误报"),
    }


# Mostly what comes next is tried, else no walk would get far; setting a hazard aside ends its walk, so it is rare.
NEXT = {
    Status.REPORTED: ["confirm"],
    Status.CONFIRMED: ["assign"],
    Status.ASSIGNED: ["plan", "start", "start"],
    Status.RECTIFYING: ["submit", "submit", "ask", "decide"],
}
WEIGHTS = {
    "confirm": 6, "assign": 6, "hand_over": 2, "plan": 2, "start": 4, "submit": 6, "review": 12,
    "ask": 3, "decide": 3, "tell": 3, "merge": 0.2, "reject": 0.1, "void": 0.1,
}  # fmt: skip


def _deed(dice: random.Random, status: str, care: float) -> str:
    if dice.random() < care:
        return dice.choice(NEXT.get(Status(status), ["review"]))
    return dice.choices(list(WEIGHTS), list(WEIGHTS.values()))[0]


# Who may take a deed: its steps in the table; what only the owner may is left to the owner.
VERBS = {"confirm": ("confirm",), "assign": ("assign", "reassign"), "review": ("pass", "return")}
BY_OWNER = {"start", "submit", "ask", "hand_over"}


def _likely(dice: random.Random, crew: list[User], hazard: Hazard, deed: str, care: float) -> User:
    """Mostly somebody who may; often enough anybody at all."""
    able: list[User] = []
    if dice.random() < care and deed in BY_OWNER:
        able = [person for person in crew if person.pk == hazard.owner_id]
    elif deed in VERBS and dice.random() < care:
        able = [person for person in crew if _may(person, hazard, VERBS[deed])]
    return dice.choice(able or crew)


def _may(person: User, hazard: Hazard, verbs: tuple[str, ...]) -> bool:
    return any(step.verb.startswith(verbs) for step in WORKFLOW.open_to(person, hazard))


def test_no_walk_reaches_what_must_not_be(crew):
    """The dice are thrown the same way in every run; a walk that fails is named by its seed."""
    walks = [(seed, _walk(random.Random(seed), crew, care=(0.6, 0.9)[seed % 2])) for seed in range(WALKS)]
    ends = [(seed, level, status) for seed, hazards in walks for level, status in hazards]
    closed = {level for _seed, level, status in ends if status == Status.CLOSED}
    assert closed == set(Level), "the walks did not get far enough to show anything"


def _walk(dice: random.Random, crew: list[User], care: float) -> list[tuple[str, str]]:
    _policies(dice)
    area = make.area(crew[0].department)
    hazards = [_report(dice, crew, area) for _three in range(3)]
    deeds = _deeds(dice, crew, hazards)
    for _step in range(STEPS):
        standing = [hazard for hazard in map(_loaded, hazards) if hazard.is_open]
        before = _loaded(dice.choice(standing if standing and dice.random() < 0.9 else hazards))
        seen = Event.objects.count()
        # A refusal is an answer, with a sentence; whatever else is raised is a fault.
        with contextlib.suppress(Refusal):
            deed = _deed(dice, before.status, care)
            deeds[deed](_loaded(before), _likely(dice, crew, before, deed, care))
        after = _loaded(before)
        news = list(history(after).filter(seq__gt=seen))
        _was_a_step(before, after, news)
        _limit_moved_aloud(before, after, news)
        _one_stage_each(after)
        if after.status == Status.CLOSED:
            _is_proved(after)
    return list(Hazard.objects.filter(pk__in=[hazard.pk for hazard in hazards]).values_list("level", "status"))


def _loaded(hazard: Hazard) -> Hazard:
    return Hazard.objects.select_related("policy", "category", "area").get(pk=hazard.pk)


def _was_a_step(before: Hazard, after: Hazard, news: list[Event]) -> None:
    """Each change of status is a step of the table, with its event; two in one deed where a route assigned it."""
    assert after.status in Status
    moves = [(event.data["before"], event.data["after"]) for event in news if "after" in event.data]
    known = {(source, step.target) for step in WORKFLOW.steps for source in step.source}
    assert set(moves) <= known
    assert [before.status, *(target for _source, target in moves)][-1] == after.status


def _limit_moved_aloud(before: Hazard, after: Hazard, news: list[Event]) -> None:
    assert before.due_at == after.due_at or {event.name for event in news} & MOVES_LIMIT


def _one_stage_each(hazard: Hazard) -> None:
    fixers = {event.data["round"]: event.actor_id for event in history(hazard).filter(name="hazard.submitted")}
    for number in range(1, hazard.round + 1):
        reviewers = list(hazard.reviews.filter(round=number).values_list("reviewer_id", flat=True))
        assert len(reviewers) == len(set(reviewers))
        assert fixers.get(number) not in reviewers


def _is_proved(hazard: Hazard) -> None:
    stages = set(hazard.evidence.values_list("stage", flat=True))
    assert stages == {Evidence.Stage.BEFORE, Evidence.Stage.AFTER}
    assert hazard.tests
    assert all(test["is_passed"] for test in hazard.tests)
    passed = set(hazard.reviews.filter(round=hazard.round, is_passed=True).values_list("stage", flat=True))
    assert passed == {*hazard.policy.stages, *(["head"] if hazard.policy.needs_release else [])}
    assert not hazard.policy.needs_plan or hazard.plans.filter(status="approved").exists()
    assert hazard.level != Level.MAJOR or (hazard.policy.needs_plan and "head" in passed)
