"""Classes: people sign in and out by a code that changes; whoever was not there cannot use a photo of it."""

from decimal import Decimal

import pytest
from django.urls import reverse
from django.utils import timezone

from core.errors import DomainError, NotAllowed, WrongStatus
from people.permissions import Role
from tests import make
from training import actions
from training.actions.sessions import code_now
from training.models import Attendance, TrainingSession

pytestmark = pytest.mark.django_db


@pytest.fixture
def trainer(factory):
    return make.person(Role.TRAINER, name="林晓燕")


@pytest.fixture
def session(trainer):
    made = actions.plan_session(
        "灭火器实操", by=trainer, place="二号门空地", starts_at=timezone.now(), hours=Decimal("1.5")
    )
    return actions.open_session(made, by=trainer)


def test_who_signs_in_and_out_is_credited_with_the_time_between(session, clock):
    worker = make.person(Role.WORKER)
    actions.sign_in(code_now(session), by=worker)
    clock.shift(65 * 60)
    row = actions.sign_out(code_now(session), by=worker)
    assert row.hours == Decimal("1.0")


def test_nobody_is_credited_with_more_than_the_class_took(session, clock):
    worker = make.person(Role.WORKER)
    actions.sign_in(code_now(session), by=worker)
    clock.shift(5 * 3600)
    assert actions.sign_out(code_now(session), by=worker).hours == Decimal("1.5")


def test_a_photo_of_the_code_is_soon_worth_nothing(session, clock):
    photographed = code_now(session)
    clock.shift(20)
    actions.sign_in(photographed, by=make.person(Role.WORKER))  # slow hands
    clock.shift(20)
    with pytest.raises(DomainError):
        actions.sign_in(photographed, by=make.person(Role.WORKER))
    assert Attendance.objects.count() == 1


@pytest.mark.parametrize("way", [actions.sign_in, actions.sign_out])
def test_made_up_codes_open_nothing(session, clock, way):
    number, turn, signature = code_now(session).split("-")
    worker = make.person(Role.WORKER)
    later = f"{int(turn, 16) + 1:x}"
    for guess in (
        "",
        "1",
        "x-y-z",
        f"{number}-{turn}-{'0' * 16}",
        f"{number}-{later}-{signature}",
        f"{9**20}-1-1",
        "１-1-1",
    ):
        with pytest.raises(DomainError):
            way(guess, by=worker)
    assert not Attendance.objects.exists()


def test_who_never_signed_out_is_credited_with_nothing(session, trainer):
    worker = make.person(Role.WORKER)
    live = code_now(session)
    actions.sign_in(live, by=worker)
    actions.close_session(session, by=trainer)
    with pytest.raises(WrongStatus):
        actions.sign_out(live, by=worker)
    assert Attendance.objects.get().hours == 0


def test_signing_in_twice_is_one_attendance(session, clock):
    worker = make.person(Role.WORKER)
    first = actions.sign_in(code_now(session), by=worker)
    clock.shift(60)
    assert actions.sign_in(code_now(session), by=worker).signed_in_at == first.signed_in_at


def test_by_hand_only_with_a_reason_and_never_for_oneself(session, trainer):
    worker = make.person(Role.WORKER)
    with pytest.raises(DomainError):
        actions.enter_attendance(session, worker, by=trainer, hours=Decimal(1), note="")
    with pytest.raises(DomainError):
        actions.enter_attendance(session, trainer, by=trainer, hours=Decimal(1), note="忘了")
    with pytest.raises(DomainError):
        actions.enter_attendance(session, worker, by=trainer, hours=Decimal(2), note="没带手机")
    with pytest.raises(NotAllowed):
        actions.enter_attendance(session, worker, by=make.person(Role.TEAM_LEADER), hours=Decimal(1), note="没带手机")
    row = actions.enter_attendance(session, worker, by=trainer, hours=Decimal(1), note="没带手机")
    assert (row.hours, row.note) == (1, "没带手机")


def test_the_whole_way_over_the_pages(browser, trainer):
    browser.force_login(trainer)
    facts = {
        "title": "触电急救", "kind": "class", "level": "workshop", "place": "培训室", "starts_at": "2026-11-03T09:00",
        "hours": "2",
    }  # fmt: skip
    assert browser.post(reverse("console:plan_class"), facts | {"hours": "0"}).status_code == 422
    assert browser.post(reverse("console:plan_class"), facts).status_code == 302
    session = TrainingSession.objects.get()
    browser.post(reverse("console:move_class", args=[session.pk, "open"]))
    shown = browser.get(reverse("console:class_code", args=[session.pk]))
    assert b"<svg" in shown.content

    session.refresh_from_db()
    worker = make.person(Role.WORKER, name="王建国")
    browser.force_login(worker)
    address = reverse("field:attend", args=[code_now(session)])
    assert "触电急救" in browser.get(address).content.decode()
    assert not Attendance.objects.exists(), "opening the link signs nobody in"
    assert browser.post(address, {"way": "in"}).status_code == 302
    assert browser.post(address, {"way": "out"}, follow=True).status_code == 200
    assert browser.get(reverse("console:class_code", args=[session.pk])).status_code == 403

    browser.force_login(trainer)
    browser.post(reverse("console:move_class", args=[session.pk, "close"]), {"note": "都学会了"})
    closed = browser.get(reverse("console:class", args=[session.pk])).content.decode()
    assert "王建国" in closed
    assert "都学会了" in closed
    assert browser.post(reverse("console:move_class", args=[session.pk, "close"])).status_code == 409


def test_a_team_leader_sees_no_code_of_somebody_elses_class(browser, session):
    browser.force_login(make.person(Role.TEAM_LEADER))
    assert browser.get(reverse("console:class_code", args=[session.pk])).status_code == 403
