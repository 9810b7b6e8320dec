"""停机免检: asked for by one, approved by another, never for what was missed before somebody asked."""

from datetime import datetime, time, timedelta
from functools import partial
from zoneinfo import ZoneInfo

import pytest

from core.errors import DomainError, NotAllowed, WrongStatus
from core.models import Event
from facilities.qr import issue_sticker, token_of
from insight.figures import Scope, measure
from inspections.actions import approve_pause, ask_pause, end_pause, plan_runs, refuse_pause
from inspections.models import PAUSE_WORKFLOW, Pause, Run
from notifications.models import Notification
from people.models import User
from people.permissions import PERMISSIONS, Role
from tests import make
from tests.threads import at_once

SHANGHAI = ZoneInfo("Asia/Shanghai")


@pytest.fixture
def worker(factory):
    return make.person(Role.WORKER, name="王建国")


@pytest.fixture
def officer(factory):
    return make.person(Role.SAFETY_OFFICER, name="周敏")


@pytest.fixture
def press(factory):
    return make.machine()


def at(hour: int, minute: int = 0, day: int = 2) -> datetime:
    return datetime(2026, 3, day, hour, minute, tzinfo=SHANGHAI)


def statuses() -> dict[str, str]:
    return {
        f"{run.opens_at.astimezone(SHANGHAI):%d %H:%M}": run.status
        for run in Run.objects.exclude(status=Run.Status.WITHDRAWN)
    }


def heard(person: User) -> list[str]:
    return list(Notification.objects.filter(user=person).order_by("seq").values_list("line", flat=True))


def test_from_the_request_to_the_end(worker, officer, press, clock, work_off):
    head = make.person(Role.WORKSHOP_HEAD)
    make.plan(worker, at=press)
    make.plan(worker, opens_at=time(7))
    pause = ask_pause(press, by=worker, reason=" 换模具 ")
    work_off()
    assert heard(officer) == heard(head) == [f"王建国申请停机免检：{press.name['zh']}，换模具"]
    assert set(statuses().values()) == {Run.Status.DUE}, "not before it is approved"
    approve_pause(pause, by=officer)
    work_off()
    run = Run.objects.get(equipment=press)
    assert (run.status, run.pause) == (Run.Status.EXCUSED, pause)
    assert heard(worker)[-1] == f"{press.name['zh']}已批准停机免检"
    for _quarter in range(6):
        clock.shift(timedelta(hours=6))
        work_off()
    assert set(Run.objects.filter(equipment=press).values_list("status", flat=True)) == {Run.Status.EXCUSED}
    assert not any(press.name["zh"] in line for line in heard(worker)[1:]), "nobody is called to it"
    end_pause(Pause.objects.get(), by=worker)
    work_off()
    live = Run.objects.filter(equipment=press).order_by("opens_at")
    assert [run.status for run in live] == [Run.Status.EXCUSED, Run.Status.EXCUSED, Run.Status.DUE]
    assert live[2].pause is None and live[0].pause == pause, "what was excused says why for ever"
    assert heard(officer)[-1] == f"{press.name['zh']}恢复运行，检查照常做"
    clock.move_to(at(9, 30, day=4))
    work_off()
    assert Run.objects.get(pk=live[2].pk).status == Run.Status.MISSED, "and the clock watches over it again"


def test_what_was_missed_between_request_and_approval_is_excused_and_what_was_before_is_not(
    worker, officer, press, clock, work_off
):
    make.plan(worker, at=press, opens_at=time(6, 0), window_minutes=60)
    make.plan(worker, at=press, opens_at=time(8, 0), window_minutes=60)
    clock.move_to(at(7, 30))
    work_off()
    pause = ask_pause(press, by=worker, reason="断电")
    clock.move_to(at(9, 30))
    work_off()
    assert statuses()["02 06:00"] == statuses()["02 08:00"] == Run.Status.MISSED
    approve_pause(pause, by=officer)
    assert statuses()["02 06:00"] == Run.Status.MISSED
    assert statuses()["02 08:00"] == Run.Status.EXCUSED


def test_a_check_whose_window_ends_after_the_pause_has_to_be_done(worker, officer, press, clock, work_off):
    make.plan(worker, at=press, opens_at=time(8), window_minutes=240)
    make.plan(worker, at=press, opens_at=time(9), window_minutes=30)
    pause = ask_pause(press, by=worker, reason="换模具", until_at=at(10))
    approve_pause(pause, by=officer)
    assert statuses() == {"02 08:00": Run.Status.DUE, "02 09:00": Run.Status.EXCUSED}


def test_one_that_was_begun_and_whose_window_ends_in_the_pause_is_excused(worker, officer, press, clock, work_off):
    make.plan(worker, at=press)
    Run.objects.update(status=Run.Status.DOING, inspector=worker)
    approve_pause(ask_pause(press, by=worker, reason="断电"), by=officer)
    clock.move_to(at(9, 30))
    work_off()
    assert statuses()["02 08:00"] == Run.Status.EXCUSED


def test_a_pause_with_an_end_ends_by_itself(worker, officer, press, clock, work_off):
    make.plan(worker, at=press, opens_at=time(12))
    approve_pause(ask_pause(press, by=worker, reason="换模具", until_at=at(11)), by=officer)
    clock.move_to(at(11))
    work_off()
    pause = Pause.objects.get()
    assert pause.status == Pause.Status.ENDED and pause.ended_at == at(11)
    assert Event.objects.get(name="pause.ended").actor is None
    assert statuses()["02 12:00"] == Run.Status.DUE


def test_a_pause_in_the_future_excuses_only_its_own_time(worker, officer, press, clock, work_off):
    make.plan(worker, at=press)
    pause = ask_pause(press, by=worker, reason="大修", from_at=at(0, day=3), until_at=at(0, day=4))
    approve_pause(pause, by=officer)
    for _quarter in range(12):
        clock.shift(timedelta(hours=6))
        work_off()
    found = statuses()
    assert (found["02 08:00"], found["03 08:00"], found["04 08:00"]) == (
        Run.Status.MISSED,
        Run.Status.EXCUSED,
        Run.Status.MISSED,
    )


def test_excused_runs_are_not_due_not_missed_and_not_counted(worker, officer, press, clock, work_off):
    make.plan(worker, at=press)
    make.plan(worker)
    approve_pause(ask_pause(press, by=worker, reason="断电"), by=officer)
    clock.move_to(at(8, 30))
    work_off()
    due_now = Run.objects.assigned_to(worker).due_now()
    assert [run.equipment == press for run in due_now] == [False]
    clock.move_to(at(10))
    work_off()
    day = at(0).date()
    assert measure(Scope(officer), (day, day))["on_time"].bottom == 1


def test_the_one_who_asked_does_not_approve_or_refuse(press, clock):
    officer = make.person(Role.SAFETY_OFFICER)
    pause = ask_pause(press, by=officer, reason="断电")
    for step in (approve_pause, partial(refuse_pause, note="不行")):
        with pytest.raises(NotAllowed):
            step(pause, by=officer)
    assert PAUSE_WORKFLOW.open_to(officer, pause) == []
    approve_pause(pause, by=make.person(Role.WORKSHOP_HEAD))


@pytest.mark.parametrize("role", list(Role))
def test_each_step_is_for_its_roles_only(factory, clock, role):
    here = make.department()
    person = make.person(role, in_department=here, bound=True)
    stranger = make.person(role, in_department=make.department(), bound=True)
    asker, machine = make.person(Role.WORKER), make.machine(make.area(here))

    def allowed(step) -> bool:
        try:
            step()
        except NotAllowed:
            return False
        return True

    assert not allowed(partial(ask_pause, machine, by=stranger, reason="断电"))
    if allowed(partial(ask_pause, machine, by=person, reason="断电")):
        Pause.objects.all().delete()
        assert role in PERMISSIONS["inspections.pause"]
    else:
        assert role not in PERMISSIONS["inspections.pause"]
    pause = ask_pause(machine, by=asker, reason="断电")
    assert not allowed(partial(approve_pause, pause, by=stranger))
    assert allowed(partial(approve_pause, pause, by=person)) == (role in PERMISSIONS["inspections.approve_pause"])
    Pause.objects.update(status=Pause.Status.APPROVED)
    pause.refresh_from_db()
    assert not allowed(partial(end_pause, pause, by=stranger))
    assert allowed(partial(end_pause, pause, by=person)) == (role in PERMISSIONS["inspections.pause"])


@pytest.mark.parametrize("status", Pause.Status.values)
@pytest.mark.parametrize("verb", ["approve", "refuse", "end"])
def test_each_step_leads_from_where_the_table_says_and_nowhere_else(worker, officer, press, clock, status, verb):
    pause = Pause.objects.create(
        equipment=press, reason="断电", from_at=at(6), asked_by=worker, asked_at=at(6), status=status
    )
    act = {"approve": approve_pause, "refuse": partial(refuse_pause, note="不行"), "end": end_pause}[verb]
    step = PAUSE_WORKFLOW.step(verb)
    if status in step.source:
        act(pause, by=officer)
        assert Pause.objects.get().status == step.target
    else:
        with pytest.raises(WrongStatus):
            act(pause, by=officer)
        assert Pause.objects.get().status == status


WRONG = {
    "no reason": {"reason": "  "},
    "the past": {"from_at": at(5)},
    "backwards": {"from_at": at(8), "until_at": at(7)},
    "over already": {"until_at": at(5)},
    "for ever": {"until_at": datetime(2099, 1, 1, tzinfo=SHANGHAI)},
    "some day": {"from_at": datetime(2099, 1, 1, tzinfo=SHANGHAI)},
}


@pytest.mark.parametrize("wrong", WRONG.values(), ids=WRONG)
def test_a_faulty_request_is_refused_with_a_sentence(worker, press, clock, wrong):
    with pytest.raises(DomainError) as refusal:
        ask_pause(press, by=worker, **({"reason": "断电"} | wrong))
    assert len(str(refusal.value)) > 4 and not Pause.objects.exists()


def test_a_form_that_lay_open_for_some_minutes_still_begins_now(worker, press, clock):
    assert ask_pause(press, by=worker, reason="断电", from_at=at(5, 55)).from_at == at(6)


def test_a_second_request_for_a_paused_machine_is_refused(worker, officer, press, clock):
    pause = ask_pause(press, by=worker, reason="断电")
    with pytest.raises(WrongStatus):
        ask_pause(press, by=officer, reason="断电")
    refuse_pause(pause, by=officer, note="机器在转")
    ask_pause(press, by=worker, reason="断电")


def test_a_refusal_needs_a_reason_and_the_asker_reads_it(worker, officer, press, clock, work_off):
    pause = ask_pause(press, by=worker, reason="断电")
    with pytest.raises(DomainError):
        refuse_pause(pause, by=officer, note=" ")
    refuse_pause(pause, by=officer, note="机器在转")
    work_off()
    assert "机器在转" in heard(worker)[-1]


def test_of_two_who_decide_at_once_one_is_told(fresh_factory):
    press, worker = make.machine(), make.person(Role.WORKER)
    first, second = make.person(Role.SAFETY_OFFICER), make.person(Role.WORKSHOP_HEAD)
    plan = make.plan(worker, at=press, opens_at=time(0), window_minutes=1439)
    Run.objects.all().delete()
    plan.planned_until = None
    plan.save()
    pause = ask_pause(press, by=worker, reason="断电")
    results = at_once(
        fresh_factory,
        partial(approve_pause, Pause.objects.get(pk=pause.pk), by=first),
        partial(approve_pause, Pause.objects.get(pk=pause.pk), by=second),
        partial(plan_runs, plan),
    )
    assert sum(isinstance(result, WrongStatus) for result in results) == 1
    assert Event.objects.filter(name="pause.approved").count() == 1
    assert {run.status for run in Run.objects.all()} == {Run.Status.EXCUSED}, "planned before or after, all are excused"


def test_two_requests_at_once_are_one(fresh_factory):
    press = make.machine()
    people = [make.person(Role.WORKER) for _number in range(3)]
    results = at_once(fresh_factory, *(partial(ask_pause, press, by=person, reason="断电") for person in people))
    assert sum(isinstance(result, Pause) for result in results) == 1 == Pause.objects.count()


# On the phone and at the desk


def test_from_the_machines_page_to_the_desk_and_back(browser, worker, officer, press, clock):
    token = token_of(issue_sticker(press, by=officer))
    browser.force_login(worker)
    assert browser.post(f"/m/q/{token}/pause/", {"reason": ""}).status_code == 422
    wrong = browser.post(f"/m/q/{token}/pause/", {"reason": "换模具", "until_at": "2020-01-01T08:00"})
    assert wrong.status_code == 422 and "换模具" in wrong.content.decode(), "what was typed is still there"
    assert browser.post(f"/m/q/{token}/pause/", {"reason": "换模具"}).status_code == 302
    body = browser.get(f"/m/q/{token}/").content.decode()
    assert "换模具" in body and "待批准" in body and "王建国" in body
    pause = Pause.objects.get()
    assert browser.post(f"/m/q/{token}/pause/decide/", {"verb": "approve"}).status_code == 403

    browser.force_login(officer)
    assert "换模具" in browser.get("/desk/plans/pauses/").content.decode()
    assert browser.post(f"/desk/plans/pauses/{pause.pk}/", {"verb": "nonsense"}).status_code == 422
    assert browser.post(f"/desk/plans/pauses/{pause.pk}/", {"verb": "refuse", "note": ""}).status_code == 422
    assert browser.post(f"/desk/plans/pauses/{pause.pk}/", {"verb": "approve"}).status_code == 302
    assert browser.post(f"/desk/plans/pauses/{pause.pk}/", {"verb": "approve"}).status_code == 409

    browser.force_login(worker)
    body = browser.get(f"/m/q/{token}/").content.decode()
    assert "停机免检" in body and "周敏" in body and "换模具" in body
    assert browser.post(f"/m/q/{token}/pause/decide/", {"verb": "end"}).status_code == 302
    assert Pause.objects.get().status == Pause.Status.ENDED
    assert browser.post(f"/m/q/{token}/pause/decide/", {"verb": "end"}).status_code == 404


def test_a_pause_asked_for_at_the_desk(browser, officer, press, clock):
    browser.force_login(officer)
    url = "/desk/plans/pauses/"
    for wrong in (
        {"machine": press.pk},
        {"machine": "x", "reason": "断电"},
        {"machine": 10**9, "reason": "断电"},
        {"machine": press.pk, "reason": "断电", "from_at": "2020-01-01T08:00"},
        {"machine": press.pk, "reason": "断电", "until_at": "soon"},
        {"machine": press.pk, "reason": "\0"},
        {"machine": press.pk, "reason": "长" * 501},
    ):
        assert browser.post(url, wrong).status_code == 422, wrong
    assert not Pause.objects.exists()
    assert browser.post(url, {"machine": press.pk, "reason": "断电", "until_at": "2026-03-03T08:00"}).status_code == 302
    assert Pause.objects.get().until_at == at(8, day=3)
    assert "由别人批准" in browser.get(url).content.decode()


def test_an_area_has_no_pause(browser, worker, officer, clock):
    token = token_of(issue_sticker(make.area(), by=officer))
    browser.force_login(worker)
    assert browser.post(f"/m/q/{token}/pause/", {"reason": "断电"}).status_code == 404


def test_who_answers_for_another_workshop_sees_and_decides_nothing(browser, worker, press, clock):
    pause = ask_pause(press, by=worker, reason="换模具")
    browser.force_login(make.person(Role.WORKSHOP_HEAD, in_department=make.department(), bound=True))
    assert "换模具" not in browser.get("/desk/plans/pauses/").content.decode()
    assert browser.post(f"/desk/plans/pauses/{pause.pk}/", {"verb": "approve"}).status_code == 404


def test_a_message_about_a_pause_opens_for_everybody_who_gets_one(browser, worker, officer, press, clock, work_off):
    issue_sticker(press, by=officer)
    approve_pause(ask_pause(press, by=worker, reason="断电"), by=officer)
    work_off()
    for person in (worker, officer):
        browser.force_login(person)
        for note in Notification.objects.filter(user=person):
            answer = browser.get(note.url, follow=True)
            assert answer.status_code == 200 and "断电" in answer.content.decode()
