"""停用锁: a major hazard puts its machine out of service; nothing but the hazard's end frees it."""

from functools import partial

import pytest
from django.urls import reverse

from core.errors import DomainError, NotAllowed, WrongStatus
from core.models import Event
from facilities.models import Equipment
from facilities.qr import issue_sticker, token_of
from hazards.actions import (
    OutOfService,
    confirm_hazard,
    lock_equipment,
    locked,
    merge_hazard,
    refuse_locked,
    reject_hazard,
    review_hazard,
    stop_equipment,
    void_hazard,
)
from hazards.models import Hazard, Level, Status, StopUse
from notifications.models import Notification
from people.permissions import Role
from tests import make
from tests.threads import at_once


@pytest.fixture
def officer(factory):
    return make.person(Role.SAFETY_OFFICER, name="周敏")


@pytest.fixture
def press(factory):
    return make.machine()


def hazard_at(press: Equipment, status: str = Status.REPORTED, **columns) -> Hazard:
    return make.hazard(status, equipment=press, area=press.area, **columns)


def major_at(press: Equipment, officer) -> Hazard:
    return confirm_hazard(hazard_at(press), by=officer, level=Level.MAJOR)


def is_locked(press: Equipment) -> bool:
    return press.pk in locked([press.pk])


def said(name: str) -> list[dict]:
    return [event.data for event in Event.objects.filter(name=name)]


def test_a_confirmed_major_hazard_puts_its_machine_out_of_service(officer, press):
    hazard = major_at(press, officer)
    lock = StopUse.objects.get()
    assert (lock.hazard, lock.equipment, lock.locked_by, lock.reason) == (hazard, press, officer, hazard.title)
    assert said("hazard.locked")[0]["machine"] == press.code
    press.refresh_from_db()
    assert press.status == Equipment.Status.IN_SERVICE, "that field is the plant's own"


@pytest.mark.parametrize("level", [Level.GENERAL, Level.SERIOUS])
def test_other_levels_do_not(officer, press, level):
    confirm_hazard(hazard_at(press), by=officer, level=level)
    assert not is_locked(press)


def test_a_major_hazard_without_a_machine_locks_nothing(officer):
    confirm_hazard(make.hazard(), by=officer, level=Level.MAJOR)
    assert not StopUse.objects.exists()


def test_locking_it_again_for_the_same_hazard_changes_nothing(officer, press):
    hazard = major_at(press, officer)
    lock_equipment(hazard, by=officer)
    assert StopUse.objects.count() == len(said("hazard.locked")) == 1


@pytest.mark.parametrize("status", [Status.REPORTED, Status.RECTIFYING, Status.FINAL_REVIEW])
def test_the_officer_locks_by_hand_on_an_open_hazard_of_any_level(officer, press, status):
    lock = stop_equipment(hazard_at(press, status), by=officer, equipment=press, reason=" 先停下来看 ")
    assert lock.reason == "先停下来看"
    assert is_locked(press)


def test_further_machines_of_the_same_area_only(officer, press):
    hazard = major_at(press, officer)
    beside, elsewhere = make.machine(press.area), make.machine()
    stop_equipment(hazard, by=officer, equipment=beside, reason="共用一条气路")
    assert is_locked(beside)
    with pytest.raises(DomainError):
        stop_equipment(hazard, by=officer, equipment=elsewhere, reason="共用一条气路")
    assert not is_locked(elsewhere)


def test_by_hand_it_needs_a_reason_the_right_and_an_open_hazard(officer, press):
    hazard = hazard_at(press)
    with pytest.raises(DomainError):
        stop_equipment(hazard, by=officer, equipment=press, reason="  ")
    for role in set(Role) - {Role.SAFETY_OFFICER}:
        with pytest.raises(NotAllowed):
            stop_equipment(hazard, by=make.person(role), equipment=press, reason="停")
    with pytest.raises(WrongStatus):
        stop_equipment(hazard_at(press, Status.CLOSED), by=officer, equipment=press, reason="停")
    stop_equipment(hazard, by=officer, equipment=press, reason="停")
    with pytest.raises(WrongStatus):
        stop_equipment(hazard, by=officer, equipment=press, reason="再停")


def _close(hazard: Hazard, officer) -> None:
    Hazard.objects.filter(pk=hazard.pk).update(status=Status.FINAL_REVIEW, owner=make.person(Role.MAINTENANCE))
    review_hazard(Hazard.objects.get(pk=hazard.pk), by=make.person(Role.LEADER), is_passed=True)


ENDS = {
    "closed": _close,
    "rejected": lambda hazard, officer: reject_hazard(hazard, by=officer, note="没有这回事"),
    "voided": lambda hazard, officer: void_hazard(hazard, by=officer, note="录错了"),
    "merged": lambda hazard, officer: merge_hazard(hazard, by=officer, into=make.hazard()),
}


@pytest.mark.parametrize("how", ENDS)
def test_the_end_of_the_hazard_frees_it(officer, press, how):
    hazard = major_at(press, officer)
    ENDS[how](hazard, officer)
    hazard.refresh_from_db()
    assert hazard.status == how
    lock = hazard.stop_uses.get()
    assert lock.freed_at and lock.freed_by
    assert len(said("hazard.unlocked")) == 1
    assert is_locked(press) is (how == "merged"), "merged, it is locked by the other one"


def test_no_other_step_frees_it(officer, press):
    hazard = hazard_at(press, Status.FIRST_REVIEW)
    stop_equipment(hazard, by=officer, equipment=press, reason="停")
    leader = make.person(Role.TEAM_LEADER)
    review_hazard(hazard, by=leader, is_passed=True)
    review_hazard(hazard, by=officer, is_passed=False, note="没装牢")
    Hazard.objects.filter(pk=hazard.pk).update(level=Level.GENERAL)
    assert is_locked(press)


def test_a_lock_moves_to_the_hazard_that_it_was_merged_into(officer, press):
    first, second = major_at(press, officer), hazard_at(press)
    since = first.stop_uses.get().locked_at
    merge_hazard(first, by=officer, into=second)
    lock = StopUse.objects.in_force().get()
    assert (lock.hazard, lock.reason, lock.locked_at) == (second, first.title, since)
    void_hazard(second, by=officer, note="录错了")
    assert not is_locked(press)


def test_of_two_hazards_both_must_be_over(officer, press):
    first, second = major_at(press, officer), major_at(press, officer)
    void_hazard(first, by=officer, note="录错了")
    assert is_locked(press)
    assert second.number in said("hazard.unlocked")[0]["note"]
    void_hazard(second, by=officer, note="录错了")
    assert not is_locked(press)
    assert second.number not in said("hazard.unlocked")[1]["note"]


def test_nobody_is_told_that_it_may_run_while_another_hazard_locks_it(officer, press, work_off):
    head = make.person(Role.WORKSHOP_HEAD)
    first, second = major_at(press, officer), major_at(press, officer)
    void_hazard(first, by=officer, note="录错了")
    work_off()
    assert not _heard(head, "可以开了")
    void_hazard(second, by=officer, note="录错了")
    work_off()
    assert len(_heard(head, "可以开了")) == 1


def _heard(person, words: str) -> list[str]:
    return [note.line for note in Notification.objects.filter(user=person) if words in note.line]


def test_what_uses_the_machine_asks_first(officer, press):
    refuse_locked(press)
    refuse_locked(None)
    hazard = major_at(press, officer)
    with pytest.raises(OutOfService) as refusal:
        refuse_locked(press)
    assert hazard.number in refusal.value.message
    assert hazard.title in refusal.value.message
    assert refusal.value.lock == StopUse.objects.get()


def test_closing_and_locking_at_once_never_leaves_a_lock_of_a_closed_hazard(fresh_factory):
    officer, press = make.person(Role.SAFETY_OFFICER), make.machine()
    for _round in range(10):
        hazard = hazard_at(press)
        ends, locks = Hazard.objects.get(pk=hazard.pk), Hazard.objects.get(pk=hazard.pk)
        at_once(
            fresh_factory,
            partial(void_hazard, ends, by=officer, note="录错了"),
            partial(stop_equipment, locks, by=officer, equipment=press, reason="停"),
        )
        assert not hazard.stop_uses.in_force().exists()


# Pages


def _page(browser, user, url: str) -> str:
    browser.force_login(user)
    return browser.get(url).content.decode()


@pytest.fixture
def token(officer, press):
    return token_of(issue_sticker(press, by=officer))


def test_the_label_turns_red_for_everybody_who_scans(browser, officer, press, token):
    hazard = major_at(press, officer)
    url = reverse("field:qr", args=[token])
    for role in (Role.WORKER, Role.MAINTENANCE, Role.TEAM_LEADER, Role.ADMIN, Role.GUARD):
        page = _page(browser, make.person(role), url)
        assert "stop-x big-x" in page
        for words in ("停用", hazard.number, hazard.title, officer.name, "不要开"):
            assert words in page
        assert f"{reverse('field:report')}?equipment={press.pk}" in page
        assert reverse("field:inspect", args=[token]) not in page
    void_hazard(hazard, by=officer, note="录错了")
    assert "stop-x big-x" not in _page(browser, make.person(Role.WORKER), url)


def test_who_has_not_signed_in_reads_that_it_must_not_run_and_no_more(browser, officer, press, token):
    hazard = major_at(press, officer)
    page = browser.get(reverse("field:qr", args=[token])).content.decode()
    assert "停用" in page
    assert "不要开" in page
    for words in (hazard.number, hazard.title, officer.name):
        assert words not in page
    void_hazard(hazard, by=officer, note="录错了")
    assert "停用" not in browser.get(reverse("field:qr", args=[token])).content.decode()


def test_people_of_the_workshop_read_it_on_every_page_and_others_do_not(browser, officer, press):
    workshop = press.area.department
    near = make.person(Role.WORKER, in_department=workshop)
    far = make.person(Role.WORKER, in_department=make.department("喷涂车间"))
    hazard = major_at(press, officer)
    for url in ("/m/", "/m/me/", "/m/report/", "/m/hazards/"):
        assert hazard.title in _page(browser, near, url)
    assert hazard.title not in _page(browser, far, "/m/")
    assert "stop-x" in _page(browser, officer, "/desk/people/")
    assert 'id="locks"' in _page(browser, far, "/m/"), "it fetches itself as soon as there is one"
    assert hazard.title in _page(browser, near, reverse("locks"))


def test_the_officer_locks_at_the_desk_and_a_refusal_keeps_what_was_typed(browser, officer, press):
    hazard = hazard_at(press)
    browser.force_login(officer)
    url = reverse("console:decide", args=[hazard.pk, "lock"])
    answer = browser.post(url, {"equipment": press.pk, "reason": " "})
    assert answer.status_code == 422
    answer = browser.post(url, {"equipment": make.machine().pk, "reason": "先停下来看"})
    assert answer.status_code == 422
    assert "先停下来看" in answer.content.decode()
    assert browser.post(url, {"equipment": press.pk, "reason": "先停下来看"}).status_code == 302
    page = browser.get(reverse("console:hazard", args=[hazard.pk])).content.decode()
    assert "先停下来看" in page


def test_the_plant_shows_and_filters_locked_machines(browser, officer, press):
    other = make.machine()
    hazard = major_at(press, officer)
    everything = _page(browser, officer, reverse("console:machines"))
    assert everything.count("state stop") == 1
    only = _page(browser, officer, f"{reverse('console:machines')}?locked=1")
    assert press.code in only
    assert other.code not in only
    page = _page(browser, officer, reverse("console:machine", args=[press.pk]))
    assert hazard.number in page
    assert "state stop" in page


def test_the_screen_of_a_workshop_shows_its_locks_hazards_and_checks(browser, officer, press):
    workshop = press.area.department
    hazard = major_at(press, officer)
    there = make.hazard()
    make.run(equipment=press, plan=None)
    screen = reverse("console:screen")
    assert f"department={workshop.pk}" in _page(browser, officer, screen)
    page = _page(browser, officer, f"{screen}?department={workshop.pk}")
    assert "wall-x" in page
    assert 'data-bs-theme="dark"' in page
    assert hazard.title in page
    assert there.title not in page
    head = make.person(Role.WORKSHOP_HEAD, in_department=workshop, bound=True)
    assert hazard.title in _page(browser, head, screen), "there is only one to choose"
    browser.force_login(head)
    assert browser.get(f"{screen}?department=777777").status_code == 404
    assert browser.get(f"{screen}?department=x").status_code == 404
    browser.force_login(make.person(Role.WORKER))
    assert browser.get(screen).status_code == 403


def test_several_locks_are_one_line_that_opens_on_the_phone(browser, officer, press):
    workshop = press.area.department
    near = make.person(Role.WORKER, in_department=workshop)
    titles = [major_at(machine, officer).title for machine in (press, make.machine(press.area))]
    page = _page(browser, near, "/m/")
    assert "2 台设备停用" in page and page.count('<details class="stop-x') == 1
    assert all(title in page for title in titles)
    assert "2 台设备停用" in _page(browser, near, reverse("locks") + "?on=phone"), "also when it looks again by itself"
    assert '<details class="stop-x' not in _page(browser, officer, "/desk/people/")
