"""L × E × C gives D, D one of four colours; each rating stays, and the next look follows from the colour."""

from datetime import date, timedelta

import pytest
import time_machine
from dateutil.relativedelta import relativedelta
from django.db import ProgrammingError, transaction
from django.utils import timezone

from core.accidents import standard_on
from core.errors import DomainError
from facilities.calendar import today
from notifications.models import Notification
from people.permissions import Role
from risks.actions import rate_risk, retire_risk
from risks.colours import colour_of
from risks.models import Assessment, Risk
from tests import make


@pytest.mark.parametrize(
    ("lec", "score", "colour"),
    [
        ((3, 6, 40), 720, "red"),
        ((3, 6, 15), 270, "orange"),
        ((3, 6, 7), 126, "yellow"),
        ((1, 6, 7), 42, "blue"),
        ((0.1, 0.5, 1), 0.05, "blue"),
    ],
)
def test_the_values_give_d_and_d_the_colour(desk, officer, facts, lec, score, colour):
    values = dict(zip(("likelihood", "exposure", "consequence"), map(str, lec), strict=True))
    answer = desk.post("/desk/risks/add/", facts | values, follow=True)
    assert answer.status_code == 200
    risk = Risk.objects.get()
    assert (risk.score, risk.colour, risk.number) == (score, colour, "R-0001")
    assert risk.controls == {"engineering": ["光幕", "双手按钮"], "emergency": ["按急停、断电"]}


@pytest.mark.parametrize(
    ("score", "higher", "lower"), [(320, "red", "orange"), (160, "orange", "yellow"), (70, "yellow", "blue")]
)
def test_an_edge_belongs_to_the_colour_that_the_factory_says(score, higher, lower):
    assert colour_of(score, is_edge_higher=True) == higher
    assert colour_of(score, is_edge_higher=False) == lower


def test_another_edge_rates_what_lies_on_it_anew(desk, officer):
    on_edge, other = make.risk(by=officer, lec=(10, 1, 7)), make.risk(by=officer)
    assert on_edge.colour == "yellow"
    desk.post("/desk/risks/scale/", {"edge": "lower"})
    on_edge.refresh_from_db()
    assert (on_edge.colour, on_edge.assessments.count(), other.assessments.count()) == ("blue", 2, 1)
    assert make.risk(by=officer, lec=(10, 1, 7)).colour == "blue"


def test_values_outside_the_lists_are_refused_and_nothing_typed_is_lost(desk, officer, facts):
    for wrong in ({"likelihood": "5"}, {"exposure": ""}, {"consequence": "nan"}, {"direct_red": "x"}):
        page = desk.post("/desk/risks/add/", facts | wrong)
        assert page.status_code == 422 and "双手按钮" in page.content.decode()
    assert (
        desk.post("/desk/risks/add/", facts | {"control_engineering": "", "control_emergency": " "}).status_code == 422
    )
    assert not Risk.objects.exists()
    with pytest.raises(DomainError):
        make.risk(by=officer, lec=(5, 6, 7))


def test_red_at_once_whatever_d_says(desk, officer, facts):
    desk.post("/desk/risks/add/", facts | {"likelihood": "0.1", "direct_red": "past_death"})
    risk = Risk.objects.get()
    assert (risk.colour, risk.score) == ("red", 9)


def test_a_new_rating_is_added_with_its_reason_and_the_old_one_stays(desk, officer):
    risk = make.risk(by=officer, lec=(6, 6, 15))
    values = {"likelihood": "1", "exposure": "6", "consequence": "7"}
    assert desk.post(f"/desk/risks/{risk.pk}/rate/", values | {"reason": " "}).status_code == 422
    desk.post(f"/desk/risks/{risk.pk}/rate/", values | {"reason": "装了光幕"})
    first, second = risk.assessments.all()
    assert (first.score, first.colour) == (540, "red")
    assert (second.score, second.colour, second.reason, second.by) == (42, "blue", "装了光幕", officer)
    page = desk.get(f"/desk/risks/{risk.pk}/").content.decode()
    assert "6 × 6 × 15 = <b>540</b>" in page and "1 × 6 × 7 = <b>42</b>" in page
    with pytest.raises(ProgrammingError), transaction.atomic():
        Assessment.objects.filter(pk=first.pk).update(score=1)


@pytest.mark.parametrize(("lec", "months"), [((3, 6, 40), 1), ((3, 6, 15), 3), ((3, 6, 7), 6), ((1, 6, 7), 12)])
def test_the_cycle_follows_from_the_colour(officer, lec, months):
    assert make.risk(by=officer, lec=lec).review_on == today() + relativedelta(months=months)


def test_whoever_answers_for_it_is_reminded_and_it_stands_as_overdue(desk, officer, work_off):
    owner = make.person(Role.TEAM_LEADER, name="李师傅")
    risk = make.risk(by=officer, lec=(3, 6, 40), owner=owner)
    work_off()
    with time_machine.travel(timezone.now() + timedelta(days=33)):
        work_off()
        for person in (owner, officer):
            assert Notification.objects.filter(user=person, event="risk.review_due").count() == 1
        desk.force_login(officer)
        assert risk.title in desk.get("/desk/risks/?standing=overdue").content.decode()
        rate_risk(risk, by=officer, likelihood=3, exposure=6, consequence=40, reason="看过，没变化")
        assert risk.title not in desk.get("/desk/risks/?standing=overdue").content.decode()
    assert risk.assessments.count() == 2


def test_out_of_the_register_it_is_reminded_of_no_more_and_can_come_back(desk, officer, work_off):
    risk = make.risk(by=officer, lec=(3, 6, 40))
    retire_risk(risk, by=officer, reason="设备拆了")
    with time_machine.travel(timezone.now() + timedelta(days=40)):
        work_off()
        assert not Notification.objects.filter(event="risk.review_due").exists()
    assert (
        desk.post(
            f"/desk/risks/{risk.pk}/rate/", {"likelihood": "1", "exposure": "6", "consequence": "7", "reason": "x"}
        ).status_code
        == 409
    )
    desk.post(f"/desk/risks/{risk.pk}/restore/")
    assert Risk.objects.in_force().get() == risk


def test_only_the_safety_officer_keeps_it_and_every_worker_may_read(browser, officer, facts):
    risk = make.risk(by=officer, name="砂轮破裂")
    for role, reads in ((Role.WORKSHOP_HEAD, 200), (Role.LEADER, 200), (Role.WORKER, 403)):
        browser.force_login(make.person(role))
        assert browser.get(f"/desk/risks/{risk.pk}/").status_code == reads
        assert browser.post("/desk/risks/add/", facts).status_code == 403
        assert browser.post(f"/desk/risks/{risk.pk}/retire/", {"note": "x"}).status_code == 403
        assert "砂轮破裂" in browser.get(f"/m/risks/areas/{risk.area_id}/").content.decode()
    assert Risk.objects.in_force().count() == 1


def test_the_classes_of_accidents_follow_the_day_of_the_event():
    old, new = standard_on(date(2026, 6, 30)), standard_on(date(2026, 7, 1))
    assert (old.code, len(old.classes)) == ("GB6441-1986", 20)
    assert (new.code, len(new.classes)) == ("GB6441-2025", 27)
    assert {each.gb_code for each in new.classes} == {None}
