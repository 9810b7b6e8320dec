"""Where a hazard goes: by its kind, by its kind in one area, to a company from outside, or handed over."""

import pytest
from django.urls import reverse

from core.errors import DomainError, NotAllowed, WrongStatus
from core.models import Event
from hazards.actions import assign_hazard, confirm_hazard, hand_over_hazard, route_category, send_out
from hazards.actions.invitations import link_of
from hazards.actions.routing import keep_maintainer, route_of
from hazards.models import Hazard, Invitation, Level, Maintainer, Route, Status
from notifications.models import Message
from people.models import User
from people.permissions import Role
from tests import make


@pytest.fixture
def officer(factory):
    return make.person(Role.SAFETY_OFFICER)


@pytest.fixture
def company(officer):
    return keep_maintainer(by=officer, company="安泰电梯", person="周工", phone="139 0000 1234")


def led(name="维修"):
    return make.team(make.person(Role.MAINTENANCE, name=name))


def reported(kind, place):
    return Hazard.objects.get(pk=make.hazard(category=kind, area=place).pk)


def test_the_area_goes_before_everywhere(officer):
    kind, here, there, usual, special = make.category(), make.area(), make.area(), led("常规"), led("专门")
    route_category(kind, by=officer, team=usual)
    route_category(kind, by=officer, team=special, area=here)
    owners = [confirm_hazard(reported(kind, place), by=officer, level=Level.GENERAL).owner for place in (here, there)]
    assert owners == [special.leader, usual.leader]


def test_without_the_exception_it_goes_as_everywhere(officer):
    kind, here, usual = make.category(), make.area(), led()
    route_category(kind, by=officer, team=usual)
    route_category(kind, by=officer, team=led(), area=here)
    route_category(kind, by=officer, team=None, area=here)
    assert route_of(kind, here).team == usual


def test_a_leader_whose_account_is_closed_gets_nothing(officer):
    kind, team = make.category(), led()
    route_category(kind, by=officer, team=team)
    User.objects.filter(pk=team.leader_id).update(is_active=False)
    hazard = confirm_hazard(reported(kind, make.area()), by=officer, level=Level.GENERAL)
    assert (hazard.status, hazard.owner) == (Status.CONFIRMED, None)


def test_a_company_from_outside_is_sent_a_link_and_fixes_it(officer, company, work_off):
    kind, team = make.category(), led()
    route_category(kind, by=officer, team=team, maintainer=company)
    hazard = confirm_hazard(reported(kind, make.area()), by=officer, level=Level.GENERAL)
    invitation = Invitation.objects.get()
    assert (hazard.owner, hazard.team, invitation.may_fix) == (invitation.user, team, True)
    work_off()
    text = Message.objects.get(address="13900001234").text
    assert link_of(invitation) in text


def test_a_company_out_of_use_gets_nothing_new(officer, company):
    kind, team = make.category(), led()
    route_category(kind, by=officer, team=team, maintainer=company)
    keep_maintainer(
        by=officer, maintainer=company, company="安泰电梯", person="周工", phone="13900001234", is_active=False
    )
    assert confirm_hazard(reported(kind, make.area()), by=officer, level=Level.GENERAL).owner == team.leader
    with pytest.raises(DomainError):
        send_out(make.hazard(Status.CONFIRMED), Maintainer.objects.get(), by=officer)


def test_a_company_needs_a_team_that_looks_after_it(officer, company):
    with pytest.raises(DomainError):
        route_category(make.category(), by=officer, team=None, maintainer=company)


def test_the_officer_sends_one_out_at_the_desk(browser, officer, company):
    hazard = make.hazard(Status.CONFIRMED)
    browser.force_login(officer)
    assert "安泰电梯" in browser.get(reverse("console:hazard", args=[hazard.pk])).content.decode()
    browser.post(reverse("console:decide", args=[hazard.pk, "send_out"]), {"maintainer": company.pk})
    assert Hazard.objects.get(pk=hazard.pk).owner == Invitation.objects.get().user


def test_an_outsider_is_not_in_the_list_of_those_who_fix(browser, officer, company):
    send_out(make.hazard(Status.CONFIRMED), company, by=officer)
    page = _desk(browser, officer, make.hazard(Status.CONFIRMED))
    assert "周工" not in page


def _desk(browser, person, hazard):
    browser.force_login(person)
    return browser.get(reverse("console:hazard", args=[hazard.pk])).content.decode()


def test_others_send_nothing_out(factory, officer, company):
    with pytest.raises(NotAllowed):
        send_out(make.hazard(Status.CONFIRMED), company, by=make.person(Role.TEAM_LEADER))
    assert not Invitation.objects.exists()


def test_the_owner_hands_it_over_and_the_limit_stands(officer):
    hazard, colleague = make.hazard(Status.RECTIFYING), make.person(Role.MAINTENANCE)
    owner, limit = hazard.owner, hazard.due_at
    hand_over_hazard(hazard, by=owner, to=colleague, note="调到夜班")
    hazard.refresh_from_db()
    assert (hazard.status, hazard.owner, hazard.due_at) == (Status.ASSIGNED, colleague, limit)
    assert Event.objects.get(name="hazard.handed_over").data["note"] == "调到夜班"
    with pytest.raises(NotAllowed):
        hand_over_hazard(hazard, by=owner, to=colleague, note="再交")


def test_handing_over_needs_a_reason_and_somebody_who_can(officer):
    hazard = make.hazard(Status.ASSIGNED)
    for to, note in ((make.person(Role.MAINTENANCE), " "), (make.person(Role.GUARD), "调班"), (hazard.owner, "调班")):
        with pytest.raises(DomainError):
            hand_over_hazard(hazard, by=hazard.owner, to=to, note=note)


def test_handed_over_on_the_phone(browser, officer):
    hazard, colleague = make.hazard(Status.RECTIFYING), make.person(Role.MAINTENANCE, name="李敏")
    browser.force_login(hazard.owner)
    url = reverse("field:hand_over", args=[hazard.pk])
    refused = browser.post(url, {"to": "没有这个人", "note": "调到夜班"})
    assert refused.status_code == 422
    assert "调到夜班" in refused.content.decode()
    browser.post(url, {"to": "李敏", "note": "调到夜班"})
    assert Hazard.objects.get(pk=hazard.pk).owner == colleague


def test_the_officer_takes_it_back_while_it_is_being_fixed(officer):
    hazard, other = make.hazard(Status.RECTIFYING), make.person(Role.MAINTENANCE)
    assign_hazard(hazard, by=officer, owner=other)
    assert (hazard.status, hazard.owner) == (Status.ASSIGNED, other)
    with pytest.raises(WrongStatus):
        assign_hazard(make.hazard(Status.FIRST_REVIEW), by=officer, owner=other)


def test_the_table_is_kept_as_a_whole_or_not_at_all(browser, officer, company):
    first, second, team = make.category(), make.category(), led()
    browser.force_login(officer)
    sent = {f"team-{first.pk}": team.pk, f"maintainer-{second.pk}": company.pk}
    refused = browser.post(reverse("console:routes"), sent)
    assert refused.status_code == 422
    assert not Route.objects.exists()
    assert f'value="{team.pk}" selected' in refused.content.decode()
    browser.post(reverse("console:routes"), sent | {f"team-{second.pk}": team.pk})
    assert set(Route.objects.values_list("category", "team", "maintainer")) == {
        (first.pk, team.pk, None),
        (second.pk, team.pk, company.pk),
    }


def test_an_exception_is_added_and_taken_away_at_the_desk(browser, officer):
    kind, place, team = make.category(), make.area(), led()
    browser.force_login(officer)
    url = reverse("console:except_area")
    assert browser.post(url, {"category": kind.pk}).status_code == 422
    browser.post(url, {"category": kind.pk, "area": place.pk, "team": team.pk})
    assert Route.objects.get().area == place
    browser.post(url, {"category": kind.pk, "area": place.pk})
    assert not Route.objects.exists()


def test_companies_are_written_down_and_changed(browser, officer):
    browser.force_login(officer)
    url = reverse("console:maintainers")
    wrong = browser.post(url, {"company": "安泰电梯", "person": "周工", "phone": "12"})
    assert wrong.status_code == 422
    assert "安泰电梯" in wrong.content.decode()
    browser.post(url, {"company": "安泰电梯", "person": "周工", "phone": "13900001234", "is_active": "on"})
    assert browser.post(url, {"company": "安泰电梯", "person": "另一个", "phone": "13900001235"}).status_code == 422
    made = Maintainer.objects.get()
    browser.post(
        reverse("console:maintainer", args=[made.pk]), {"company": "安泰", "person": "周工", "phone": "13900001234"}
    )
    made.refresh_from_db()
    assert (made.company, made.is_active) == ("安泰", False)
