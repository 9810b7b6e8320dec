"""Handing in a check: what is refused, what becomes a hazard, and that twice is once."""

from datetime import datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.utils import timezone

from alerts.models import Alert
from core import ledger
from core.errors import DomainError, NotAllowed, WrongStatus
from core.models import Event
from hazards.models import Evidence, Hazard, Level
from inspections.actions import AnswersRefused, Given, open_run, start_run, submit_run
from inspections.models import Answer, Item, Run
from people.permissions import Role
from tenants.models import Due
from tests import make

NINE = datetime(2026, 3, 2, 9, 0, tzinfo=ZoneInfo("Asia/Shanghai"))
CHOOSE, TYPE, WRITE, PHOTO = (
    "Choose an answer.",
    "Type the number that the gauge shows.",
    "Write or choose an answer.",
    "Take a photo here.",
)


@pytest.fixture
def worker(factory):
    make.policies()
    return make.person(Role.WORKER)


def _run(worker, *items, **more) -> Run:
    return make.run(worker, of=make.checklist(*items), **more)


def _given(run: Run, *answers: dict) -> list[Given]:
    return [Given(item, **answer) for item, answer in zip(run.checklist.items.all(), answers, strict=True)]


def _hand_in(run: Run, worker, *answers: dict) -> Run:
    return submit_run(run, _given(run, *answers), by=worker)


def _faults(run: Run, worker, *answers: dict) -> list[str]:
    """The sentence at each item, empty where there is none; nothing of it is kept."""
    with pytest.raises(AnswersRefused) as refusal:
        _hand_in(run, worker, *answers)
    assert not Answer.objects.exists()
    assert not Hazard.objects.exists()
    assert not Event.objects.exists()
    return [refusal.value.errors.get(item.pk, "") for item in run.checklist.items.all()]


def _zh(text: str) -> str:
    return make.in_language("zh-hans", text)


def test_all_in_order_is_sealed(worker):
    run = _hand_in(_run(worker, {}, {}), worker, {"value": "pass"}, {"value": "not_in_use"})
    assert (run.status, run.result, run.inspector, run.is_late) == (Run.Status.DONE, Run.Result.PASS, worker, False)
    assert [answer.value for answer in run.answers.all()] == ["pass", "not_in_use"]
    assert not Hazard.objects.exists()
    assert Event.objects.get(name="run.submitted").data["result"] == "pass"
    assert ledger.verify().is_whole


def test_every_item_wants_an_answer(worker):
    run = _run(worker, {}, {})
    assert _faults(run, worker, {"value": "pass"}, {}) == ["", _zh(CHOOSE)]
    with pytest.raises(AnswersRefused):
        submit_run(run, [], by=worker)
    assert Run.objects.get(pk=run.pk).status == Run.Status.DUE


@pytest.mark.parametrize(
    ("item", "answer", "sentence"),
    [
        ({"kind": Item.Kind.NUMBER}, {"value": "pass"}, TYPE),
        ({"kind": Item.Kind.NUMBER}, {}, CHOOSE),
        ({"kind": Item.Kind.TEXT}, {"value": "pass"}, WRITE),
        ({"kind": Item.Kind.CHOICE}, {"value": "pass"}, WRITE),
        ({"kind": Item.Kind.PHOTO}, {"value": "pass"}, PHOTO),
        ({"photo": Item.PhotoRule.ALWAYS}, {"value": "pass"}, PHOTO),
        ({"photo": Item.PhotoRule.ON_FAIL}, {"value": "fail"}, PHOTO),
        ({}, {"value": "perhaps"}, CHOOSE),
    ],
)
def test_an_answer_without_what_the_item_asks_for_says_what(worker, item, answer, sentence):
    assert _faults(_run(worker, item), worker, answer) == [_zh(sentence)]


@pytest.mark.parametrize(
    ("item", "answer"),
    [
        ({"kind": Item.Kind.NUMBER, "photo": Item.PhotoRule.ALWAYS}, {"value": "not_in_use"}),
        ({"kind": Item.Kind.TEXT}, {"text": "无异常"}),
        ({"photo": Item.PhotoRule.NEVER}, {"value": "pass"}),
    ],
)
def test_what_is_not_running_or_needs_no_tick_is_accepted(worker, item, answer):
    assert _hand_in(_run(worker, item), worker, answer).result == Run.Result.PASS


@pytest.mark.parametrize(
    ("number", "result"),
    [("0.39", "fail"), ("0.4", "pass"), ("0.5", "pass"), ("0.6", "pass"), ("0.6001", "fail"), ("-1", "fail")],
)
@pytest.mark.parametrize("ticked", ["pass", "fail", ""])
def test_a_number_outside_its_limits_is_a_problem_whatever_was_ticked(worker, number, result, ticked):
    item = {"kind": Item.Kind.NUMBER, "minimum": Decimal("0.4"), "maximum": Decimal("0.6"), "unit": "MPa"}
    run = _run(worker, item | {"photo": Item.PhotoRule.NEVER})
    done = _hand_in(run, worker, {"value": ticked, "number": Decimal(number)})
    assert done.result == ("fail" if ticked == "fail" else result)
    assert Hazard.objects.count() == (done.result == "fail")


def test_a_number_with_one_limit_only(worker):
    item = {"kind": Item.Kind.NUMBER, "maximum": Decimal(60), "photo": Item.PhotoRule.NEVER}
    assert _hand_in(_run(worker, item), worker, {"number": Decimal(-40)}).result == Run.Result.PASS
    assert _hand_in(_run(worker, item), worker, {"number": Decimal(61)}).result == Run.Result.FAIL


def test_a_problem_becomes_a_hazard_with_its_photo(worker):
    kind, photo = make.category(Level.GENERAL), make.photo(worker)
    run = _run(worker, {}, {"category": kind, "shot": {"zh": "防护栏缺失", "en": "Guard missing"}})
    wrong = {"value": "fail", "photos": (photo,), "text": "左侧", "is_machine_stopped": True}
    run = _hand_in(run, worker, {"value": "pass"}, wrong)
    hazard = Hazard.objects.get()
    assert run.result == Run.Result.FAIL
    assert run.answers.get(value="fail").hazard == hazard
    assert (hazard.source, hazard.category, hazard.level, hazard.reporter) == (
        "inspection",
        kind,
        Level.GENERAL,
        worker,
    )
    assert (hazard.equipment, hazard.area, hazard.is_machine_stopped) == (run.equipment, run.area, True)
    assert "防护栏缺失" in hazard.title
    assert "左侧" in hazard.description
    assert Evidence.objects.get(hazard=hazard).attachment == photo
    assert Event.objects.get(name="run.submitted").data["hazards"] == [hazard.number]
    assert not Alert.objects.exists()


def test_an_urgent_item_rings_in_the_same_transaction(worker):
    run = _run(worker, {"is_urgent": True})
    _hand_in(run, worker, {"value": "fail", "photos": (make.photo(worker),)})
    assert Alert.objects.open().get().subject_id == str(Hazard.objects.get().pk)
    names = list(Event.objects.order_by("seq").values_list("name", flat=True))
    assert sorted(names) == ["alert.raised", "hazard.reported", "run.submitted"]
    published = [row.payload["ids"] for row in Due.objects.filter(handler="events.published")]
    assert [len(ids) for ids in published] == [3]


def test_what_fails_on_the_way_leaves_neither_run_nor_hazard_nor_alert(worker):
    used = make.photo(worker)
    Evidence.objects.create(hazard=make.hazard(), attachment=used, stage=Evidence.Stage.BEFORE)
    run = _run(worker, {"is_urgent": True}, {"is_urgent": True})
    fresh = make.photo(worker)
    with pytest.raises(DomainError):
        _hand_in(run, worker, {"value": "fail", "photos": (fresh,)}, {"value": "fail", "photos": (used,)})
    assert Run.objects.get(pk=run.pk).status == Run.Status.DUE
    assert Hazard.objects.count() == 1
    assert not Alert.objects.exists()
    assert not Answer.objects.exists()
    assert not Event.objects.exists()


def test_a_photo_of_an_earlier_check_proves_nothing_today(worker):
    item, photo = {"photo": Item.PhotoRule.ALWAYS}, make.photo(worker)
    _hand_in(_run(worker, item), worker, {"value": "pass", "photos": (photo,)})
    with pytest.raises(AnswersRefused) as refusal:
        _hand_in(_run(worker, item), worker, {"value": "pass", "photos": (photo,)})
    said = "One of these photos belongs to another record already. Take a new one."
    assert list(refusal.value.errors.values()) == [_zh(said)]


def test_handed_in_twice_is_handed_in_once(worker):
    run, wrong = _run(worker, {}), {"value": "fail", "photos": (make.photo(worker),)}
    first = _hand_in(run, worker, wrong)
    again = _hand_in(run, worker, wrong)
    assert again == first
    assert again.submitted_at == first.submitted_at
    assert Hazard.objects.count() == 1
    assert Event.objects.filter(name="run.submitted").count() == 1


def test_a_colleague_is_told_who_was_first(factory):
    first, second = make.person(Role.WORKER, name="李卫国"), make.person(Role.WORKER)
    team = make.team(first)
    second.team = team
    second.save()
    run = _run(None, {}, team=team)
    _hand_in(run, first, {"value": "pass"})
    with pytest.raises(WrongStatus, match="李卫国"):
        _hand_in(run, second, {"value": "pass"})


@pytest.mark.parametrize("role", [Role.WORKER, Role.SAFETY_OFFICER, Role.ADMIN])
def test_somebody_elses_task_is_refused(worker, role):
    run, other = _run(worker, {}), make.person(role)
    for attempt in (lambda: start_run(run, by=other), lambda: _hand_in(run, other, {"value": "pass"})):
        with pytest.raises(NotAllowed):
            attempt()
    assert Run.objects.get(pk=run.pk).status == Run.Status.DUE


def test_another_team_is_refused(factory):
    ours, theirs = make.person(Role.WORKER), make.person(Role.WORKER)
    make.team(theirs)
    run = _run(None, {}, team=make.team(ours))
    with pytest.raises(NotAllowed):
        _hand_in(run, theirs, {"value": "pass"})
    assert _hand_in(run, ours, {"value": "pass"}).inspector == ours


@pytest.mark.parametrize("role", sorted(set(Role) - {
    Role.WORKER, Role.TEAM_LEADER, Role.WORKSHOP_HEAD, Role.MAINTENANCE, Role.SAFETY_OFFICER
}))  # fmt: skip
def test_roles_that_do_no_checks_do_none_even_when_assigned(factory, role):
    person = make.person(role)
    with pytest.raises(NotAllowed):
        _hand_in(_run(person, {}), person, {"value": "pass"})
    with pytest.raises(NotAllowed):
        open_run(make.checklist(), make.machine(), by=person)


@pytest.fixture
def planned(worker):
    """Opened at 9:00, closes at 10:30."""
    with time_machine.travel(NINE, tick=False) as clock:
        yield clock, _run(worker, {}, opens_at=NINE, closes_at=NINE + timedelta(minutes=90))


@pytest.mark.parametrize(("after", "is_late"), [(90, False), (91, True), (90 + 24 * 60, True)])
def test_late_is_marked_as_late(planned, worker, after, is_late):
    clock, run = planned
    clock.move_to(NINE + timedelta(minutes=after))
    assert _hand_in(run, worker, {"value": "pass"}).is_late == is_late


def test_a_missed_check_may_still_be_handed_in_for_a_day(planned, worker, work_off):
    clock, run = planned
    Run.objects.filter(pk=run.pk).update(status=Run.Status.MISSED)
    clock.move_to(NINE + timedelta(hours=20))
    run = _hand_in(run, worker, {"value": "pass"})
    assert (run.status, run.is_late) == (Run.Status.DONE, True)


def test_after_a_day_it_is_too_late(planned, worker):
    clock, run = planned
    clock.move_to(NINE + timedelta(hours=25, minutes=31))
    with pytest.raises(WrongStatus) as refusal:
        _hand_in(run, worker, {"value": "pass"})
    assert "2026-03-02" in str(refusal.value)
    assert not Answer.objects.exists()


def test_the_day_that_is_named_is_the_factorys_day(worker):
    opened = datetime(2026, 3, 2, 6, 0, tzinfo=NINE.tzinfo)
    run = _run(worker, {}, opens_at=opened, closes_at=opened + timedelta(hours=1))
    with time_machine.travel(opened + timedelta(days=3), tick=False), pytest.raises(WrongStatus, match="2026-03-02"):
        _hand_in(run, worker, {"value": "pass"})


@pytest.mark.parametrize(
    ("phone_says", "kept"),
    [
        (timedelta(minutes=10), timedelta(minutes=10)),
        (timedelta(days=5), timedelta(minutes=30)),
        (timedelta(days=-5), timedelta()),
        (None, timedelta(minutes=30)),
    ],
)
def test_the_phones_clock_counts_only_between_the_opening_and_now(planned, worker, phone_says, kept):
    clock, run = planned
    clock.move_to(NINE + timedelta(minutes=30))
    said = None if phone_says is None else NINE + phone_says
    run = _hand_in(run, worker, {"value": "pass", "answered_at": said})
    assert run.answers.get().answered_at == NINE + kept
    assert run.submitted_at == NINE + timedelta(minutes=30)


def test_a_check_nobody_planned_is_begun_once_however_often_one_taps(worker):
    machine, listed = make.machine(), make.checklist()
    first = open_run(listed, machine, by=worker)
    assert open_run(listed, machine, by=worker) == first
    assert (first.status, first.assignee, first.closes_at) == (Run.Status.DOING, worker, None)
    _hand_in(first, worker, {"value": "pass"})
    assert open_run(listed, machine, by=worker) != first


def test_beginning_again_keeps_the_first_time(worker):
    with time_machine.travel(NINE, tick=False) as clock:
        run = start_run(_run(worker, {}), by=worker)
        clock.shift(timedelta(minutes=3))
        start_run(run, by=worker)
        clock.shift(timedelta(minutes=3))
        run = _hand_in(run, worker, {"value": "pass"})
    assert (run.started_at, run.seconds) == (NINE, 360)
    assert Event.objects.filter(name="run.started").count() == 1
    assert timezone.is_aware(run.started_at)


def test_before_it_opens_it_is_neither_begun_nor_handed_in(worker):
    run = make.run(worker, opens_at=timezone.now() + timedelta(hours=1), closes_at=timezone.now() + timedelta(hours=2))
    with pytest.raises(WrongStatus):
        start_run(run, by=worker)
    with pytest.raises(WrongStatus):
        submit_run(run, [Given(item, "pass") for item in run.checklist.items.all()], by=worker)
    assert Run.objects.get(pk=run.pk).status == Run.Status.DUE


@pytest.mark.parametrize(
    ("item", "answer", "title"),
    [
        ({"shot": {"zh": "防护罩", "en": "Guard"}}, {"text": "螺栓全掉了\n昨天还在"}, "防护罩，螺栓全掉了"),
        ({"shot": {"zh": "防护罩", "en": "Guard"}}, {}, "防护罩有问题"),
        (
            {"kind": "number", "maximum": 7, "unit": "MPa", "shot": {"zh": "气压表", "en": "Gauge"}},
            {"number": Decimal("9.50")},
            "气压表 9.5 MPa",
        ),
    ],
)
def test_the_hazard_is_called_by_what_is_wrong(worker, item, answer, title):
    run = make.run(worker, of=make.checklist(item))
    given = Given(run.checklist.items.get(), "fail", photos=(make.photo(worker),), **answer)
    submit_run(run, [given], by=worker)
    assert Hazard.objects.get().title == f"{run.equipment.name['zh']}：{title}"
