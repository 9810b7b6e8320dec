"""Every step of the table, a hundred times two at the same moment over connections of their own: one wins, one is told."""

import uuid
from collections.abc import Callable
from datetime import timedelta
from threading import Barrier, Thread
from typing import Any

import pytest
from django.db import connection
from django.utils import timezone

from core import ledger
from core.errors import NotAllowed, Refusal, WrongStatus
from core.models import Attachment, Event
from hazards import actions
from hazards.models import WORKFLOW, Evidence, Extension, Hazard, Level, LevelPolicy, Status
from people.models import User
from people.permissions import Role
from tenants.current import in_factory
from tenants.models import Due
from tests import make

RACES = 100
STAGES = {"first": Role.TEAM_LEADER, "second": Role.SAFETY_OFFICER, "final": Role.LEADER, "head": Role.HEAD}
Deed = Callable[[Hazard, int], Any]


@pytest.fixture
def crew(fresh_factory):
    """Two of each role; the factory's rows of the clock go with the test."""
    make.policies()
    people = {role: [make.person(role), make.person(role)] for role in Role}
    yield people
    Due.objects.filter(factory=fresh_factory).delete()


def _hazards(status: str, crew: dict[Role, list[User]], number: int = RACES) -> list[Hazard]:
    """Many at this status, with a photo from before, as rows."""
    kind, place, now = make.category(Level.GENERAL), make.area(), timezone.now()
    policy = LevelPolicy.objects.filter(level=Level.GENERAL).latest("version")
    rows = Hazard.objects.bulk_create(
        Hazard(
            number=f"YH-RACE-{uuid.uuid4().hex[:12]}",
            status=status,
            source=Hazard.Source.REPORT,
            title="防护栏缺失",
            category=kind,
            department=place.department,
            area=place,
            level=Level.GENERAL,
            policy=None if status == Status.REPORTED else policy,
            reporter=crew[Role.WORKER][0],
            owner=None if status in (Status.REPORTED, Status.CONFIRMED) else crew[Role.MAINTENANCE][0],
            reported_at=now,
            confirmed_at=now,
            assigned_at=now,
            due_at=now + timedelta(hours=48),
        )
        for _row in range(number)
    )
    befores = zip(rows, _photos(number), strict=True)
    Evidence.objects.bulk_create(Evidence(hazard=row, attachment=photo, stage="before") for row, photo in befores)
    return rows


def _photos(number: int) -> list[Attachment]:
    """As rows: what the pictures show plays no part here."""
    return Attachment.objects.bulk_create(
        Attachment(name="p.jpg", content_type="image/jpeg", size=1, sha256=uuid.uuid4().hex * 2)
        for _row in range(number)
    )


def _race(factory, hazards: list[Hazard], *deeds: Deed) -> list[tuple]:
    """For each hazard both deeds at once; what each gave or was refused with."""
    results: list[list] = [[], []]
    start = Barrier(len(deeds), timeout=15)

    def run(side: int) -> None:
        try:
            with in_factory(factory):
                for number, hazard in enumerate(hazards):
                    mine = Hazard.objects.select_related("policy", "category").get(pk=hazard.pk)
                    start.wait()
                    results[side].append(_outcome(deeds[side], mine, number))
                    start.wait()
        finally:
            connection.close()

    threads = [Thread(target=run, args=(side,)) for side in range(len(deeds))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return list(zip(*results, strict=True))


def _outcome(deed: Deed, hazard: Hazard, number: int) -> Any:
    """Nothing for the winner, the refusal for who was told."""
    try:
        deed(hazard, number)
    except Refusal as refusal:
        return refusal
    return None


def _rivals(verb: str, crew: dict[Role, list[User]]) -> tuple[Deed, Deed]:
    """The same step by two people; where only the owner may, by the same person in two places."""
    officers, fixer, owners = crew[Role.SAFETY_OFFICER], crew[Role.MAINTENANCE][0], crew[Role.WORKER]
    if verb.startswith(("pass", "return")):
        how, stage = verb.split("_")
        return _two(lambda by: _review(by, how == "pass"), crew[STAGES[stage]])
    if verb == "submit":
        return _two(lambda photos: _submit(fixer, photos), [_photos(RACES), _photos(RACES)])
    if verb == "merge":
        into = _hazards(Status.REPORTED, crew, 1)[0]
        return _two(lambda by: lambda hazard, n: actions.merge_hazard(hazard, by=by, into=into), officers)
    makers: dict[str, tuple[Callable, list]] = {
        "assign": (lambda pair: _assign(*pair), list(zip(officers, owners, strict=True))),
        "hand_over": (
            lambda to: lambda hazard, n: actions.hand_over_hazard(hazard, by=fixer, to=to, note="调班"),
            owners,
        ),
        "start": (lambda by: lambda hazard, n: actions.start_hazard(hazard, by=by), [fixer, fixer]),
        "confirm": (lambda by: lambda hazard, n: actions.confirm_hazard(hazard, by=by, level=Level.GENERAL), officers),
        "reject": (lambda by: lambda hazard, n: actions.reject_hazard(hazard, by=by, note="不属实"), officers),
        "void": (lambda by: lambda hazard, n: actions.void_hazard(hazard, by=by, note="误报"), officers),
    }
    makers["reassign"] = makers["assign"]
    return _two(*makers[verb])


def _two(make_deed: Callable, each: list) -> tuple[Deed, Deed]:
    return make_deed(each[0]), make_deed(each[1])


def _review(by: User, is_passed: bool) -> Deed:
    return lambda hazard, n: actions.review_hazard(hazard, by=by, is_passed=is_passed, note="看过")


def _assign(by: User, owner: User) -> Deed:
    return lambda hazard, n: actions.assign_hazard(hazard, by=by, owner=owner)


def _submit(by: User, photos: list[Attachment]) -> Deed:
    proof = {"measure": "装好了", "tests": make.PASSED}
    return lambda hazard, n: actions.submit_hazard(hazard, by=by, photos=[photos[n]], **proof)


@pytest.mark.parametrize("verb", sorted({step.verb for step in WORKFLOW.steps if step.permission}))
def test_of_two_at_once_one_wins_and_one_is_told(fresh_factory, crew, verb):
    step = WORKFLOW.step(verb)
    hazards = _hazards(step.source[0], crew)
    results = _race(fresh_factory, hazards, *_rivals(verb, crew))
    assert [sum(result is None for result in pair) for pair in results] == [1] * RACES
    refusals = [result for pair in results for result in pair if result]
    assert all(isinstance(refusal, WrongStatus | NotAllowed) and refusal.message for refusal in refusals)
    told = Event.objects.filter(
        name__in={other.event for other in WORKFLOW.steps if other.verb == verb},
        subject_id__in=[str(hazard.pk) for hazard in hazards],
    )
    assert told.count() == RACES
    assert ledger.verify().is_whole


def test_of_two_who_decide_on_more_time_one_does_a_hundred_times(fresh_factory, crew):
    hazards, now = _hazards(Status.RECTIFYING, crew), timezone.now()
    asked = Extension.objects.bulk_create(
        Extension(
            hazard=hazard,
            reason="配件未到",
            old_due_at=hazard.due_at,
            new_due_at=hazard.due_at + timedelta(days=1),
            requested_by=hazard.owner,
            requested_at=now,
        )
        for hazard in hazards
    )
    by = crew[Role.SAFETY_OFFICER]

    def decide(side: int) -> Deed:
        return lambda hazard, n: actions.decide_extension(
            Extension.objects.get(pk=asked[n].pk), by=by[side], is_approved=side == 0, note="看过"
        )

    results = _race(fresh_factory, hazards, decide(0), decide(1))
    assert [sum(result is None for result in pair) for pair in results] == [1] * RACES
    for extension in Extension.objects.select_related("hazard"):
        limit = extension.new_due_at if extension.is_approved else extension.old_due_at
        assert extension.hazard.due_at == limit


def test_two_reports_are_never_merged_into_each_other(fresh_factory, crew):
    ones, others = _hazards(Status.REPORTED, crew, 40), _hazards(Status.REPORTED, crew, 40)
    by = crew[Role.SAFETY_OFFICER]

    def into(side: int) -> Deed:
        def merge(hazard: Hazard, n: int) -> Any:
            pair = [ones[n], others[n]] if side == 0 else [others[n], ones[n]]
            mine, other = (Hazard.objects.get(pk=row.pk) for row in pair)
            return actions.merge_hazard(mine, by=by[side], into=other)

        return merge

    _race(fresh_factory, ones, into(0), into(1))
    standing = [Hazard.objects.filter(pk__in=(ones[n].pk, others[n].pk)).open().count() for n in range(40)]
    assert standing == [1] * 40
