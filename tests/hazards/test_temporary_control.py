"""临时管控: what was done at once, by when it had to be, and the reminder when nothing was noted."""

import html
from datetime import timedelta

import pytest
import time_machine
from django.urls import reverse

from core.errors import DomainError, NotAllowed, WrongStatus
from core.models import Event
from hazards.actions import change_level, control_hazard, void_hazard
from hazards.actions.controls import control_due_at
from hazards.models import Evidence, Hazard, Level, Status
from notifications.models import Notification
from people.permissions import Role
from tenants.models import Due
from tests import make
from tests.hazards import levels
from tests.hazards.levels import MORNING

HOUR = timedelta(hours=1)


@pytest.fixture
def clock():
    with time_machine.travel(MORNING, tick=False) as clock:
        yield clock


@pytest.fixture
def people(factory, clock):
    return levels.crew()


def _row(hazard) -> Due | None:
    return Due.objects.filter(key=f"hazard:{hazard.pk}:control").first()


def test_the_page_says_by_when_and_the_owner_notes_it_on_the_phone_with_a_photo(browser, people):
    hazard = levels.confirmed(people, Level.SERIOUS)
    browser.force_login(people[Role.MAINTENANCE])
    assert "13:00" in browser.get(reverse("field:rectify", args=[hazard.pk])).content.decode()
    sent = {"control": "断电挂牌，拉警戒线", "photos": make.photo_file()}
    assert browser.post(reverse("field:decide", args=[hazard.pk, "control"]), sent).status_code == 302
    hazard.refresh_from_db()
    assert (hazard.control, hazard.controlled_at) == ("断电挂牌，拉警戒线", MORNING)
    assert hazard.evidence.get(stage="control").stage == Evidence.Stage.CONTROL
    assert _row(hazard) is None
    assert "断电挂牌" in browser.get(reverse("field:hazard", args=[hazard.pk])).content.decode()


def test_the_officer_notes_it_at_the_desk(browser, people):
    hazard = levels.confirmed(people, Level.MAJOR)
    browser.force_login(people[Role.SAFETY_OFFICER])
    url = reverse("console:decide", args=[hazard.pk, "control"])
    refused = browser.post(url, {"control": "", "photos": make.photo_file()})
    assert refused.status_code == 422
    assert browser.post(url, {"control": "停机上锁"}).status_code == 302
    assert "停机上锁" in browser.get(reverse("console:hazard", args=[hazard.pk])).content.decode()


def test_a_bad_photo_loses_neither_words_nor_the_good_one(browser, people):
    hazard = levels.confirmed(people, Level.MAJOR)
    browser.force_login(people[Role.MAINTENANCE])
    bad = make.photo_file("bad.jpg")
    bad.seek(0)
    bad.write(b"no picture at all")
    bad.truncate()
    bad.seek(0)
    url = reverse("field:decide", args=[hazard.pk, "control"])
    answer = browser.post(url, {"control": "停机上锁", "photos": [make.photo_file(), bad]})
    page = html.unescape(answer.content.decode())
    assert answer.status_code == 422
    assert "停机上锁" in page and 'name="photos-kept"' in page
    assert Hazard.objects.get(pk=hazard.pk).controlled_at is None


def test_when_the_time_is_over_the_owner_and_the_officer_hear_of_it(people, clock, work_off):
    hazard = levels.confirmed(people, Level.MAJOR)
    clock.move_to(MORNING + HOUR - timedelta(minutes=1))
    work_off()
    assert not Event.objects.filter(name="hazard.control_missed").exists()
    clock.move_to(MORNING + HOUR)
    work_off()
    assert Event.objects.get(name="hazard.control_missed").subject_id == str(hazard.pk)
    work_off()
    said = make.in_language("zh-hans", "%(number)s: no temporary control was noted in time", number=hazard.number)
    for role in (Role.MAINTENANCE, Role.SAFETY_OFFICER):
        assert Notification.objects.filter(user=people[role], line=said).exists()


def test_noted_in_time_nobody_hears_of_it(people, clock, work_off):
    hazard = levels.confirmed(people, Level.MAJOR)
    control_hazard(hazard, by=people[Role.MAINTENANCE], control="停机")
    clock.move_to(MORNING + 3 * HOUR)
    work_off()
    assert not Event.objects.filter(name="hazard.control_missed").exists()


def test_noted_anew_the_first_time_counts(people, clock):
    hazard = levels.confirmed(people, Level.MAJOR)
    control_hazard(hazard, by=people[Role.MAINTENANCE], control="停机")
    clock.move_to(MORNING + 3 * HOUR)
    control_hazard(hazard, by=people[Role.SAFETY_OFFICER], control="停机，加警戒线")
    hazard.refresh_from_db()
    assert (hazard.control, hazard.controlled_at) == ("停机，加警戒线", MORNING)
    assert [event.data["note"] for event in Event.objects.filter(name="hazard.controlled").order_by("seq")] == [
        "停机",
        "停机，加警戒线",
    ]


def test_a_level_without_it_waits_for_nothing(people):
    hazard = levels.confirmed(people, Level.GENERAL)
    assert control_due_at(hazard) is None
    assert _row(hazard) is None


def test_a_new_level_brings_its_own_time_for_it(people, clock):
    hazard = levels.confirmed(people, Level.GENERAL)
    clock.move_to(MORNING + 5 * HOUR)
    change_level(hazard, by=people[Role.SAFETY_OFFICER], level="serious", reason="复核")
    assert _row(hazard).due_at == MORNING + 9 * HOUR
    change_level(hazard, by=people[Role.SAFETY_OFFICER], level="general", reason="复核")
    assert _row(hazard) is None


def test_after_its_end_nobody_is_reminded(people):
    hazard = levels.confirmed(people, Level.MAJOR)
    void_hazard(hazard, by=people[Role.SAFETY_OFFICER], note="误报")
    assert _row(hazard) is None


@pytest.mark.parametrize("control", ["", "  "])
def test_it_says_what_was_done(people, control):
    with pytest.raises(DomainError):
        control_hazard(levels.confirmed(people), by=people[Role.MAINTENANCE], control=control)


@pytest.mark.parametrize("role", [Role.WORKER, Role.TEAM_LEADER, Role.WORKSHOP_HEAD, Role.LEADER, Role.HEAD])
def test_only_the_owner_and_the_officer_note_it(people, role):
    with pytest.raises(NotAllowed):
        control_hazard(levels.confirmed(people), by=people[role], control="停机")


@pytest.mark.parametrize("status", [Status.REPORTED, Status.FIRST_REVIEW, Status.CLOSED])
def test_only_between_confirmation_and_review(people, status):
    with pytest.raises(WrongStatus):
        control_hazard(make.hazard(status), by=people[Role.SAFETY_OFFICER], control="停机")
