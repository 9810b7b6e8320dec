"""作业票: who may apply, what is measured, how long it holds, and what ends it."""

from datetime import datetime, timedelta
from decimal import Decimal

import pytest
import time_machine
from django.urls import reverse
from django.utils import timezone

from core.errors import DomainError, NotAllowed, WrongStatus
from hazards.actions import stop_equipment
from partners import actions
from partners.actions.companies import add_member
from partners.actions.works import kinds_on
from partners.models import Company, CrewMember, WorkPermit
from people.models import User
from people.permissions import Role
from tenants.models import Due
from tests import make

GOOD = {"oxygen": Decimal("20.9"), "lel": Decimal(0), "h2s": Decimal(0), "co": Decimal(2)}
# A workday in the forenoon: nothing here depends on when the tests run.
WORKDAY = datetime.fromisoformat("2026-11-25T10:00:00+08:00")


@pytest.fixture(autouse=True)
def forenoon():
    with time_machine.travel(WORKDAY, tick=True):
        yield


@pytest.fixture
def officer(factory):
    return make.person(Role.SAFETY_OFFICER, name="周敏")


@pytest.fixture
def crew(factory):
    """Two who may come in, of one project."""
    place = make.project()
    return [make.entry_permit(make.crew_member(place, name=name)).member for name in ("刘洋", "马国平")]


def user_of(member) -> User:
    return User.objects.get(pk=member.user_id)


def asked(people, kind: str = "confined", hours: int = 4, **more) -> WorkPermit:
    (guardian, worker), now = people, timezone.now()
    facts = {"kind": kind, "area": worker.project.area, "what": "清池", "measures": "通风、监护", "crew": [worker]}
    facts |= {"guardian": guardian, "starts_at": now, "ends_at": now + timedelta(hours=hours)}
    return actions.apply_for_work(worker.project, by=user_of(worker), **(facts | more))


def running(crew, officer, kind: str = "confined", **more) -> WorkPermit:
    permit, guardian = asked(crew, kind, **more), user_of(crew[0])
    actions.approve_work(permit, by=officer)
    if permit.limits:
        actions.measure_gas(permit, GOOD, by=guardian)
    return actions.start_work(permit, by=guardian)


def test_from_the_application_to_the_hand_back(crew, officer):
    permit = running(crew, officer)
    assert permit.status == "running"
    assert actions.hand_back_work(permit, by=user_of(crew[0])).status == "handed_back"
    assert not Due.objects.filter(key=f"work:{permit.pk}").exists()


def test_nobody_begins_without_a_fresh_reading_within_the_limits(crew, officer):
    permit, guardian = asked(crew), user_of(crew[0])
    actions.approve_work(permit, by=officer)
    with pytest.raises(DomainError):
        actions.start_work(permit, by=guardian)
    assert not actions.measure_gas(permit, GOOD | {"oxygen": Decimal("18.9")}, by=guardian).is_within
    with pytest.raises(DomainError):
        actions.start_work(permit, by=guardian)
    with pytest.raises(DomainError):
        actions.measure_gas(permit, GOOD | {"co": None}, by=guardian)
    actions.measure_gas(permit, GOOD, by=guardian)
    with time_machine.travel(timezone.now() + timedelta(minutes=31)), pytest.raises(DomainError):
        actions.start_work(permit, by=guardian)
    assert actions.start_work(permit, by=guardian).status == "running"


def test_gas_out_of_its_limits_interrupts_and_only_a_new_reading_goes_on(crew, officer):
    permit, guardian = running(crew, officer), user_of(crew[0])
    actions.measure_gas(permit, GOOD | {"lel": Decimal(12)}, by=guardian)
    permit.refresh_from_db()
    assert permit.status == "paused"
    with pytest.raises(DomainError):
        actions.resume_work(permit, by=guardian)
    actions.measure_gas(permit, GOOD, by=guardian)
    assert actions.resume_work(permit, by=guardian).status == "running"


def test_it_is_blocked_without_permit_licence_or_on_a_locked_machine(crew, officer):
    make.licence()  # the kinds are there
    with pytest.raises(DomainError):
        asked(crew, "hot", grade="first")
    worker = crew[1]
    make.licence(user_of(worker))
    assert asked(crew, "hot", grade="first").status == "applied"
    press = make.machine(worker.project.area)
    stopping = make.hazard(equipment=press, area=press.area)
    stop_equipment(stopping, by=officer, equipment=press, reason="防护罩缺失")
    with pytest.raises(WrongStatus):
        asked(crew, "lockout", equipment=press)
    actions.revoke_permit(worker.permits.get(), by=officer, note="借证")
    with pytest.raises(DomainError):
        asked(crew)


def test_a_machine_that_is_locked_meanwhile_interrupts_the_work_on_it(crew, officer, work_off):
    press = make.machine(crew[1].project.area)
    permit, elsewhere = running(crew, officer, "lockout", equipment=press), running(crew, officer)
    stop_equipment(make.hazard(equipment=press, area=press.area), by=officer, equipment=press, reason="防护罩缺失")
    work_off()
    permit.refresh_from_db()
    elsewhere.refresh_from_db()
    assert (permit.status, elsewhere.status) == ("paused", "running")
    with pytest.raises(WrongStatus):
        actions.resume_work(permit, by=user_of(crew[0]))


def taken_back(member, officer):
    actions.revoke_permit(member.permits.get(), by=officer, note="借证")


def suspended(member, officer):
    actions.change_standing(member.project.company, Company.Standing.SUSPENDED, by=officer, note="转包")


def banned(member, officer):
    CrewMember.objects.filter(pk=member.pk).update(id_mark="1" * 64)
    member.refresh_from_db()
    actions.ban(member, by=officer, reason="酒后作业", evidence=make.photo(officer))


def out_of_points(member, officer):
    actions.note_violation(member, by=officer, points=12, what="动火无监护")


@pytest.mark.parametrize("happens", [taken_back, suspended, banned, out_of_points])
def test_who_may_no_longer_be_here_interrupts_the_work_that_runs(crew, officer, work_off, happens):
    permit = running(crew, officer)
    happens(crew[1], officer)
    work_off()
    permit.refresh_from_db()
    assert permit.status == "paused"
    with pytest.raises(DomainError):
        actions.resume_work(permit, by=user_of(crew[0]))


def test_a_company_that_is_suspended_meanwhile_is_not_approved(crew, officer):
    permit = asked(crew)
    actions.change_standing(permit.company, Company.Standing.SUSPENDED, by=officer, note="转包")
    with pytest.raises(DomainError):
        actions.approve_work(permit, by=officer)


def test_how_long_each_holds(crew, officer):
    make.licence()
    make.licence(user_of(crew[1]))
    for kind, hours, more in (("confined", 25, {}), ("hot", 9, {"grade": "first"}), ("hot", 73, {"grade": "second"})):
        with pytest.raises(DomainError):
            asked(crew, kind, hours, **more)
    assert asked(crew, "hot", 72, grade="second").grade == "second"
    night = WORKDAY.replace(hour=22)
    at_night = {"starts_at": night, "ends_at": night + timedelta(hours=4)}
    assert asked(crew, "hot", grade="second", **at_night).grade == "first", "one class stricter at night"
    with pytest.raises(DomainError):
        asked(crew, "digging")
    actions.switch_kind("digging", by=officer, is_on=True)
    assert "digging" in kinds_on() and asked(crew, "digging").kind == "digging"


def test_only_some_are_extended_and_only_once(crew, officer):
    permit = running(crew, officer)
    with pytest.raises(DomainError):
        actions.extend_work(permit, by=officer, ends_at=permit.ends_at + timedelta(hours=1))
    actions.switch_kind("digging", by=officer, is_on=True)
    longer = running(crew, officer, "digging")
    longer = actions.extend_work(longer, by=officer, ends_at=longer.ends_at + timedelta(days=3))
    with pytest.raises(DomainError):
        actions.extend_work(longer, by=officer, ends_at=longer.ends_at + timedelta(days=1))


def test_the_clock_ends_what_nobody_handed_back(crew, officer, work_off):
    permit = running(crew, officer)
    with time_machine.travel(permit.ends_at + timedelta(seconds=1)):
        work_off()
        permit.refresh_from_db()
        assert permit.status == "expired"


def test_who_may_do_what(crew, officer):
    permit = asked(crew)
    with pytest.raises(NotAllowed):
        actions.approve_work(permit, by=user_of(crew[0]))
    stranger = make.entry_permit(make.crew_member()).member
    with pytest.raises(NotAllowed):
        actions.apply_for_work(
            permit.project, by=user_of(stranger), kind="confined", area=permit.area, what="x", measures="x",
            guardian=crew[0], crew=[crew[1]], starts_at=timezone.now(), ends_at=timezone.now() + timedelta(hours=1),
        )  # fmt: skip
    with pytest.raises(DomainError):
        asked(crew, crew=[crew[0]])
    actions.approve_work(permit, by=officer)
    leader = make.person(Role.TEAM_LEADER)
    assert actions.stop_work(permit, by=leader, note="没人监护").status == "stopped"


def test_through_the_pages(browser, crew, officer):
    guardian, worker = crew
    browser.force_login(user_of(worker))
    now = timezone.localtime()
    sent = {
        "kind": "confined", "area": worker.project.area_id, "what": "清池", "measures": "通风", "guardian": guardian.pk,
        "crew": [worker.pk], "starts_at": f"{now:%Y-%m-%dT%H:%M}", "ends_at": f"{now + timedelta(hours=3):%Y-%m-%dT%H:%M}",
    }  # fmt: skip
    page = reverse("contractor:apply", args=[worker.project_id])
    assert browser.get(page).status_code == 200
    assert browser.post(page, sent | {"guardian": worker.pk}).status_code == 422
    assert browser.post(page, sent).status_code == 302
    permit = WorkPermit.objects.get()
    browser.force_login(officer)
    assert browser.get(reverse("console:works")).status_code == 200
    assert browser.post(reverse("console:work_act", args=[permit.pk, "approve"])).status_code == 302
    browser.force_login(user_of(guardian))
    act = lambda verb, **said: browser.post(reverse("contractor:work_act", args=[permit.pk, verb]), said)  # noqa: E731
    assert act("start").status_code == 422
    assert act("gas", **{name: str(value) for name, value in GOOD.items()}).status_code == 302
    assert act("start").status_code == 302
    assert act("hand_back", note="清好了").status_code == 302
    permit.refresh_from_db()
    assert permit.status == "handed_back"


def test_the_companys_administrator_applies_too_and_a_suppliers_does_not(browser, crew):
    boss = make.person(name="郭永福")
    add_member(crew[0].project.company, boss, role=Role.CONTRACTOR_ADMIN)
    browser.force_login(boss)
    assert browser.get(reverse("contractor:works")).status_code == 200
    browser.force_login(make.supplier())
    assert browser.get(reverse("contractor:works")).status_code == 403
