"""Nobody checks a machine that is out of service: its checks are excused, and what was done before is kept."""

import json
import uuid
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.urls import reverse
from django.utils import timezone

from core.errors import NotAllowed
from core.models import Event
from facilities.qr import issue_sticker, token_of
from hazards.actions import OutOfService, stop_equipment, void_hazard
from hazards.models import Hazard
from inspections.actions import (
    Given,
    Handed,
    approve_pause,
    ask_pause,
    create_plan,
    end_pause,
    open_run,
    start_run,
    submit_run,
)
from inspections.models import Pause, Run
from notifications.models import Notification
from people.permissions import Role
from tests import make

SHANGHAI = ZoneInfo("Asia/Shanghai")


@pytest.fixture
def officer(factory):
    return make.person(Role.SAFETY_OFFICER, name="周敏")


@pytest.fixture
def worker(browser):
    make.policies()
    worker = make.person(Role.WORKER, name="王建国")
    browser.force_login(worker)
    return worker


@pytest.fixture
def press(factory):
    return make.machine()


def lock(press, officer, reason: str = "防护罩缺失") -> Hazard:
    hazard = make.hazard(equipment=press, area=press.area)
    stop_equipment(hazard, by=officer, equipment=press, reason=reason)
    return hazard


def free(hazard: Hazard, officer) -> None:
    void_hazard(Hazard.objects.get(pk=hazard.pk), by=officer, note="录错了")


def given(run: Run) -> list[Given]:
    return [Given(item, "pass") for item in run.checklist.items.all()]


def to(clock, hour: int, minute: int = 0, day: int = 2) -> None:
    clock.move_to(datetime(2026, 3, day, hour, minute, tzinfo=SHANGHAI))


def statuses() -> list[str]:
    return [run.status for run in Run.objects.exclude(status=Run.Status.WITHDRAWN).order_by("opens_at")]


def test_a_planned_check_does_not_begin(officer, worker, press):
    run = make.run(worker, equipment=press)
    hazard = lock(press, officer)
    with pytest.raises(OutOfService) as refusal:
        start_run(run, by=worker)
    assert hazard.number in refusal.value.message
    run.refresh_from_db()
    assert run.status == Run.Status.DUE


def test_a_check_that_nobody_planned_does_not_begin(officer, worker, press):
    checklist = make.checklist(kind=press.type)
    lock(press, officer)
    with pytest.raises(OutOfService):
        open_run(checklist, press, by=worker)
    assert not Run.objects.exists()
    open_run(checklist, press.area, by=worker)


def test_the_page_says_so_in_red_and_leads_to_a_report(browser, officer, worker, press):
    run = make.run(worker, equipment=press)
    token = token_of(issue_sticker(press, by=officer))
    checklist = make.checklist(kind=press.type)
    lock(press, officer)
    for answer in (
        browser.post(reverse("field:start_run", args=[run.pk])),
        browser.get(reverse("field:run", args=[run.pk])),
        browser.post(reverse("field:inspect", args=[token]), {"checklist": checklist.pk}),
    ):
        assert answer.status_code == 409
        page = answer.content.decode()
        assert "stop-x big-x" in page
        assert f"{reverse('field:report')}?equipment={press.pk}" in page


def test_a_check_that_was_begun_before_may_be_handed_in_and_bears_a_mark(officer, worker, press, work_off):
    run = start_run(make.run(worker, equipment=press), by=worker)
    hazard = lock(press, officer)
    work_off()
    start_run(run, by=worker)
    done = submit_run(run, given(run), by=worker)
    assert done.status == Run.Status.DONE
    assert done.stop_use.hazard == hazard
    assert not Event.objects.filter(name="run.on_locked").exists()


def test_a_new_one_is_not_handed_in_through_the_page(browser, officer, worker, press):
    run = make.run(worker, equipment=press)
    lock(press, officer)
    with pytest.raises(OutOfService):
        submit_run(run, given(run), by=worker)
    item = run.checklist.items.get()
    answer = browser.post(reverse("field:run", args=[run.pk]), {f"value-{item.pk}": "pass"})
    assert answer.status_code == 422
    run.refresh_from_db()
    assert run.status == Run.Status.DUE


def test_what_a_phone_did_without_network_is_kept_with_a_mark_and_the_officer_is_told(
    browser, officer, worker, press, work_off
):
    run = make.run(worker, equipment=press)
    hazard = lock(press, officer)
    work_off()
    run.refresh_from_db()
    now, item = timezone.now() + timedelta(minutes=10), run.checklist.items.get()
    told = {
        "id": str(uuid.uuid4()),
        "user": worker.pk,
        "fields": [[f"value-{item.pk}", "pass"]],
        "files": {},
        "started_at": (now - timedelta(minutes=4)).isoformat(),
        "submitted_at": (now - timedelta(minutes=1)).isoformat(),
    }
    with time_machine.travel(now, tick=False):
        answer = browser.post(
            reverse("field:sync_run", args=[run.pk]), json.dumps(told), content_type="application/json"
        )
        assert answer.status_code == 200, answer.content.decode()
        work_off()
    run.refresh_from_db()
    assert run.status == Run.Status.DONE
    assert run.stop_use.hazard == hazard
    assert Event.objects.get(name="run.on_locked").data["note"].startswith(hazard.number)
    assert any(hazard.number in note.line for note in Notification.objects.filter(user=officer))
    browser.force_login(officer)
    assert hazard.number in browser.get(reverse("console:run", args=[run.pk])).content.decode()


def test_one_that_the_phone_began_before_the_lock_is_only_marked(officer, worker, press):
    run = make.run(worker, equipment=press)
    began = timezone.now() - timedelta(minutes=2)
    lock(press, officer)
    now = timezone.now()
    handed = Handed(id=uuid.uuid4(), sha256="0" * 64, started_at=began, submitted_at=now, sent_at=now)
    done = submit_run(run, given(run), by=worker, handed=handed)
    assert done.stop_use is not None
    assert not Event.objects.filter(name="run.on_locked").exists()


def test_planned_checks_are_excused_as_long_as_it_is_locked_and_never_missed(officer, worker, press, clock, work_off):
    make.plan(worker, at=press)
    hazard = lock(press, officer)
    work_off()
    run = Run.objects.get(opens_at=datetime(2026, 3, 2, 8, tzinfo=SHANGHAI))
    assert run.status == Run.Status.EXCUSED
    assert run.pause.reason == f"{hazard.number} 防护罩缺失"
    for _quarter in range(6):
        clock.shift(timedelta(hours=6))
        work_off()
    assert set(statuses()) == {Run.Status.EXCUSED}
    assert not Event.objects.filter(name="run.missed").exists()
    to(clock, 18, day=3)
    free(hazard, officer)
    work_off()
    assert statuses()[:2] == [Run.Status.EXCUSED] * 2
    assert set(statuses()[2:]) == {Run.Status.DUE}, "they come back"
    to(clock, 9, 31, day=4)
    work_off()
    assert statuses()[2] == Run.Status.MISSED


def test_a_plan_made_while_it_is_locked_excuses_too(officer, worker, press, clock, work_off):
    lock(press, officer)
    work_off()
    make.plan(worker, at=press)
    assert set(statuses()) == {Run.Status.EXCUSED}


def test_one_that_was_begun_and_not_handed_in_is_excused_at_the_end_of_its_window(
    officer, worker, press, clock, work_off
):
    make.plan(worker, at=press)
    to(clock, 8)
    work_off()
    start_run(Run.objects.first(), by=worker)
    lock(press, officer)
    to(clock, 9, 31)
    work_off()
    assert statuses()[0] == Run.Status.EXCUSED


def test_two_locks_are_one_pause_that_ends_with_the_second(officer, worker, press, clock, work_off):
    make.plan(worker, at=press)
    first, second = lock(press, officer), lock(press, officer)
    work_off()
    assert Pause.objects.count() == 1
    free(first, officer)
    work_off()
    assert set(statuses()) == {Run.Status.EXCUSED}
    free(second, officer)
    work_off()
    assert set(statuses()) == {Run.Status.DUE}


def test_locked_and_freed_before_the_clock_came_by_leaves_nothing_behind(officer, worker, press, clock, work_off):
    make.plan(worker, at=press)
    free(lock(press, officer), officer)
    work_off()
    assert not Pause.objects.exists()
    assert set(statuses()) == {Run.Status.DUE}


def test_a_machine_that_was_paused_before_stays_paused_when_the_lock_ends_and_the_other_way(
    officer, worker, press, clock, work_off
):
    make.plan(worker, at=press)
    pause = ask_pause(press, by=worker, reason="换模具")
    approve_pause(pause, by=officer)
    hazard = lock(press, officer)
    work_off()
    free(hazard, officer)
    work_off()
    assert set(statuses()) == {Run.Status.EXCUSED}
    again = lock(press, officer)
    work_off()
    end_pause(Pause.objects.get(pk=pause.pk), by=worker)
    assert set(statuses()) == {Run.Status.EXCUSED}
    free(again, officer)
    work_off()
    assert set(statuses()) == {Run.Status.DUE}


def test_nobody_ends_that_pause_by_hand_or_asks_for_another(officer, worker, press, clock, work_off):
    lock(press, officer)
    work_off()
    pause = Pause.objects.get()
    for person in (worker, officer):
        with pytest.raises(NotAllowed):
            end_pause(pause, by=person)
    with pytest.raises(OutOfService):
        ask_pause(press, by=worker, reason="换模具")


def test_a_route_skips_the_stop_and_says_why(browser, officer, worker, press, clock, work_off):
    machines = [make.machine(), press, make.machine()]
    create_plan("路线", [make.checklist()], machines, by=None, opens_at=time(8), window_minutes=90, assignee=worker)
    to(clock, 8)
    work_off()
    hazard = lock(press, officer)
    work_off()
    page = browser.get("/m/").content.decode()
    assert page.count("data-task=") == 2
    assert f"{hazard.number} 防护罩缺失" in page
    assert "停用，跳过" in page


def test_the_board_counts_it_excused_and_says_why(browser, officer, worker, press, clock, work_off):
    make.plan(worker, at=press)
    hazard = lock(press, officer)
    work_off()
    to(clock, 12)
    work_off()
    browser.force_login(officer)
    page = browser.get("/desk/board/runs/?what=excused").content.decode()
    assert f"{hazard.number} 防护罩缺失" in page
    pauses = browser.get("/desk/plans/pauses/").content.decode()
    assert reverse("console:hazard", args=[hazard.pk]) in pauses
    assert "机器恢复运行" not in pauses
