"""Every step of the closed loop: which roles take it, from which statuses, and that a refusal changes nothing."""

from collections.abc import Callable
from datetime import timedelta

import pytest

from core.errors import NotAllowed, WrongStatus
from core.models import Event
from hazards.actions import (
    assign_hazard,
    confirm_hazard,
    decide_extension,
    hand_over_hazard,
    merge_hazard,
    reject_hazard,
    report_hazard,
    request_extension,
    review_hazard,
    start_hazard,
    submit_hazard,
    void_hazard,
)
from hazards.models import WORKFLOW, Hazard, Level, Status
from people.models import User
from people.permissions import Role
from tests import make

SHOP_FLOOR = {Role.WORKER, Role.TEAM_LEADER, Role.WORKSHOP_HEAD, Role.MAINTENANCE, Role.SAFETY_OFFICER}
FIXERS = SHOP_FLOOR | {Role.OUTSIDER, Role.SUPPLIER}
# Written out on purpose: whoever changes the table of permissions says it here a second time.
WHO: dict[str, set[Role]] = {
    "confirm": {Role.SAFETY_OFFICER},
    "assign": {Role.SAFETY_OFFICER, Role.WORKSHOP_HEAD},
    "reassign": {Role.SAFETY_OFFICER, Role.WORKSHOP_HEAD},
    "hand_over": FIXERS,
    "start": FIXERS,
    "submit": FIXERS,
    "pass_first": {Role.TEAM_LEADER, Role.WORKSHOP_HEAD},
    "pass_second": {Role.SAFETY_OFFICER},
    "pass_final": {Role.LEADER},
    "pass_head": {Role.HEAD},
    "return_first": {Role.TEAM_LEADER, Role.WORKSHOP_HEAD},
    "return_second": {Role.SAFETY_OFFICER},
    "return_final": {Role.LEADER},
    "return_head": {Role.HEAD},
    "merge": {Role.SAFETY_OFFICER},
    "reject": {Role.SAFETY_OFFICER},
    "void": {Role.SAFETY_OFFICER},
}
BY_OWNER = {"hand_over", "start", "submit"}
# One action serves both: which of the two steps it is follows from where the hazard stands.
SAME = {"assign": "reassign", "reassign": "assign"}


def _take(verb: str, hazard: Hazard, by: User) -> None:
    """The step with everything that it asks for, so that only who and when can be wrong."""
    stage = verb.partition("_")[2] if verb.startswith(("pass", "return")) else ""
    steps: dict[str, Callable] = {
        "confirm": lambda: confirm_hazard(hazard, by=by, level=Level.SERIOUS),
        "assign": lambda: assign_hazard(hazard, by=by, owner=make.person(Role.MAINTENANCE)),
        "reassign": lambda: assign_hazard(hazard, by=by, owner=make.person(Role.MAINTENANCE)),
        "hand_over": lambda: hand_over_hazard(hazard, by=by, to=make.person(Role.MAINTENANCE), note="调班"),
        "start": lambda: start_hazard(hazard, by=by),
        "submit": lambda: submit_hazard(hazard, by=by, measure="装好了", tests=make.PASSED, photos=[make.photo(by)]),
        "merge": lambda: merge_hazard(hazard, by=by, into=make.hazard()),
        "reject": lambda: reject_hazard(hazard, by=by, note="不属实"),
        "void": lambda: void_hazard(hazard, by=by, note="误报"),
    }
    if stage:
        review_hazard(hazard, by=by, is_passed=verb.startswith("pass"), note="螺丝松动")
    else:
        steps[verb]()


def _hazard_for(verb: str, status: str, by: User) -> Hazard:
    return make.hazard(status, owner=by) if verb in BY_OWNER else make.hazard(status)


def test_the_two_tables_name_the_same_steps():
    assert {step.verb for step in WORKFLOW.steps if step.permission} == set(WHO)


@pytest.mark.parametrize("role", list(Role))
@pytest.mark.parametrize("verb", WHO)
def test_a_step_is_taken_by_its_roles_and_refused_to_all_others(factory, verb, role):
    step = WORKFLOW.step(verb)
    person = make.person(role)
    hazard = _hazard_for(verb, step.source[0], person)
    if role in WHO[verb]:
        _take(verb, hazard, person)
        hazard.refresh_from_db()
        assert hazard.status == step.target
        assert Event.objects.filter(name=step.event, actor=person, subject_id=str(hazard.pk)).count() == 1
    else:
        with pytest.raises(NotAllowed):
            _take(verb, hazard, person)
        hazard.refresh_from_db()
        assert hazard.status == step.source[0]
        assert not Event.objects.exists()


@pytest.mark.parametrize(
    ("verb", "status"),
    [
        (verb, status)
        for verb in WHO
        for status in Status
        if not any(status in WORKFLOW.step(name).source for name in (verb, SAME.get(verb, verb)))
    ],
)
def test_a_step_is_refused_where_the_hazard_stands_elsewhere(factory, verb, status):
    person = make.person(*WHO[verb])
    hazard = _hazard_for(verb, status, person)
    if verb.startswith(("pass", "return")) and status.endswith("_review"):
        # One decision serves all three stages: who holds one stage only may not decide at another.
        with pytest.raises(NotAllowed):
            _take(verb, hazard, person)
    else:
        with pytest.raises(WrongStatus):
            _take(verb, hazard, person)
    hazard.refresh_from_db()
    assert hazard.status == status
    assert not Event.objects.exists()


@pytest.mark.parametrize("verb", sorted(BY_OWNER))
def test_only_the_one_it_is_assigned_to_starts_it_and_hands_it_in(factory, verb):
    colleague = make.person(Role.MAINTENANCE)
    hazard = make.hazard(WORKFLOW.step(verb).source[0])
    with pytest.raises(NotAllowed):
        _take(verb, hazard, colleague)


@pytest.mark.parametrize("verb", sorted(set(WHO) - BY_OWNER))
def test_a_role_bound_to_one_workshop_ends_at_its_door(factory, verb):
    here, there = make.department("冲压车间"), make.department("喷涂车间")
    person = make.person(*WHO[verb], in_department=here, bound=True)
    status = WORKFLOW.step(verb).source[0]
    with pytest.raises(NotAllowed):
        _take(verb, make.hazard(status, area=make.area(there)), person)
    _take(verb, make.hazard(status, area=make.area(here)), person)


@pytest.mark.parametrize("verb", ["start", "submit"])
def test_a_closed_account_does_nothing_more(factory, verb):
    person = make.person(Role.MAINTENANCE)
    hazard = _hazard_for(verb, WORKFLOW.step(verb).source[0], person)
    person.is_active = False
    with pytest.raises(NotAllowed):
        _take(verb, hazard, person)


@pytest.mark.parametrize("role", list(Role))
def test_everybody_reports_but_who_only_reads_or_only_helps(factory, role):
    person, kind, place = make.person(role), make.category(), make.area()
    make.policies()
    if role in (Role.INSPECTOR, Role.OUTSIDER):
        with pytest.raises(NotAllowed):
            report_hazard(by=person, title="油污", category=kind, area=place)
        assert not Hazard.objects.exists()
    else:
        assert report_hazard(by=person, title="油污", category=kind, area=place).reporter == person


@pytest.mark.parametrize("role", list(Role))
def test_more_time_is_allowed_by_those_who_assign(factory, role):
    hazard = make.hazard(Status.RECTIFYING)
    asked = request_extension(hazard, by=hazard.owner, new_due_at=hazard.due_at + timedelta(days=2), reason="配件未到")
    if role in WHO["assign"]:
        decide_extension(asked, by=make.person(role), is_approved=True)
        assert Hazard.objects.get(pk=hazard.pk).due_at == asked.new_due_at
    else:
        with pytest.raises(NotAllowed):
            decide_extension(asked, by=make.person(role), is_approved=True)
        assert Hazard.objects.get(pk=hazard.pk).due_at == asked.old_due_at
