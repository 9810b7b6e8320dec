"""While somebody is away a stand-in holds their roles too, for that time only and under the own name."""

from datetime import timedelta

import pytest
import time_machine
from django.urls import reverse
from django.utils import timezone

from core.errors import DomainError, NotAllowed, WrongStatus
from core.models import Event
from hazards.actions import (
    add_member,
    add_post,
    add_subtask,
    assign_hazard,
    open_group,
    review_hazard,
    start_hazard,
)
from hazards.models import Status
from people.absences import declare_absence, end_absence
from people.models import Absence, User, with_powers
from people.permissions import Role
from tests import make


def away(person, stand_in, *, hours=48, starts_in=0, by=None):
    starts_at = timezone.now() + timedelta(hours=starts_in)
    times = {"starts_at": starts_at, "ends_at": starts_at + timedelta(hours=hours)}
    return declare_absence(person, by=by or person, stand_in=stand_in, **times)


def fresh(person):
    return User.objects.get(pk=person.pk)


def test_the_stand_in_reviews_and_the_record_says_for_whom(factory):
    workshop = make.department()
    leader, colleague = make.person(Role.TEAM_LEADER, in_department=workshop, bound=True), make.person(Role.WORKER)
    hazard = make.hazard(Status.FIRST_REVIEW, area=make.area(workshop))
    away(leader, colleague)
    review_hazard(hazard, by=fresh(colleague), is_passed=True)
    passed = Event.objects.get(name="hazard.reviewed")
    assert (passed.actor, passed.data["acts_for_name"]) == (colleague, leader.name)


def test_whoever_may_anyway_acts_for_nobody(factory):
    leader, other = make.person(Role.TEAM_LEADER), make.person(Role.TEAM_LEADER)
    away(leader, other)
    review_hazard(make.hazard(Status.FIRST_REVIEW), by=fresh(other), is_passed=True)
    assert "acts_for" not in Event.objects.get(name="hazard.reviewed").data


def test_a_lent_role_keeps_its_workshop(factory):
    here, there = make.department("冲压车间"), make.department("喷涂车间")
    leader, colleague = make.person(Role.TEAM_LEADER, in_department=here, bound=True), make.person(Role.WORKER)
    away(leader, colleague)
    assert fresh(colleague).can("hazards.review_first", make.hazard(area=make.area(here)))
    assert not fresh(colleague).can("hazards.review_first", make.hazard(area=make.area(there)))


def test_before_and_after_nothing_is_lent(factory):
    leader, colleague = make.person(Role.LEADER), make.person(Role.WORKER)
    away(leader, colleague, starts_in=1, hours=8)
    now = timezone.now()
    lent = []
    for hours in (0, 2, 10):
        with time_machine.travel(now + timedelta(hours=hours), tick=False):
            lent.append(fresh(colleague).can("hazards.review_final"))
    assert lent == [False, True, False]


def test_ended_early_nothing_is_lent_any_more(factory):
    leader, colleague = make.person(Role.LEADER), make.person(Role.WORKER)
    absence = away(leader, colleague)
    end_absence(absence, by=leader)
    end_absence(absence, by=leader)
    assert not fresh(colleague).can("hazards.review_final")
    assert Event.objects.filter(name="absence.ended").count() == 1


def test_the_administrators_role_and_a_lent_role_are_never_lent_on(factory):
    admin, leader = make.person(Role.ADMIN), make.person(Role.LEADER)
    first, second = make.person(Role.WORKER), make.person(Role.WORKER)
    away(admin, first)
    away(leader, first)
    away(first, second)
    assert not fresh(first).can("people.manage")
    assert fresh(first).can("hazards.review_final")
    assert not fresh(second).can("hazards.review_final")


def test_a_closed_account_lends_nothing(factory):
    leader, colleague = make.person(Role.LEADER), make.person(Role.WORKER)
    away(leader, colleague)
    User.objects.filter(pk=leader.pk).update(is_active=False)
    assert not fresh(colleague).can("hazards.review_final")


def test_new_work_for_somebody_away_goes_to_the_stand_in(factory):
    fixer, colleague = make.person(Role.MAINTENANCE), make.person(Role.MAINTENANCE)
    away(fixer, colleague)
    hazard = assign_hazard(make.hazard(Status.CONFIRMED), by=make.person(Role.SAFETY_OFFICER), owner=fixer)
    assert hazard.owner == colleague
    assert Event.objects.get(name="hazard.assigned").data["instead_of"] == fixer.name


def test_the_stand_in_is_told_and_hears_what_the_other_would(factory, work_off):
    leader, colleague = make.person(Role.LEADER), make.person(Role.WORKER, in_department=make.department())
    away(leader, colleague)
    work_off()
    assert [note.line for note in colleague.notifications.all()] == [
        f"{leader.name} 不在时由你代理，他的验收和任务会转到你这里"
    ]


def test_who_is_called_by_name_while_away_is_heard_by_the_stand_in(factory, work_off):
    officer, leader, colleague = (
        make.person(Role.SAFETY_OFFICER),
        make.person(Role.LEADER, name="赵国庆"),
        make.person(Role.WORKER),
    )
    group = open_group(make.hazard(Status.RECTIFYING), by=officer)
    add_member(group, by=officer, user=leader)
    away(leader, colleague)
    work_off()
    add_post(group.hazard, by=officer, text="@赵国庆 今天能停吗？")
    add_subtask(group, by=officer, title="批停机", owner=leader, due_at=timezone.now() + timedelta(hours=2))
    work_off()
    for person in (leader, colleague):
        said = " ".join(note.line for note in person.notifications.all())
        assert "今天能停吗" in said and "批停机" in said


@pytest.mark.parametrize(
    "wrong",
    [
        {"starts_in": -72, "hours": 24},
        {"hours": -1},
        {"hours": 24 * 91},
    ],
)
def test_times_that_make_no_sense_are_refused(factory, wrong):
    with pytest.raises(DomainError):
        away(make.person(Role.LEADER), make.person(Role.WORKER), **wrong)
    assert not Absence.objects.exists()


def test_oneself_a_closed_account_and_an_outsider_cannot_stand_in(factory):
    leader, gone = make.person(Role.LEADER), make.person(Role.WORKER)
    gone.is_active = False
    for somebody in (leader, gone, make.person(Role.OUTSIDER)):
        with pytest.raises(DomainError):
            away(leader, somebody)


def test_one_stand_in_at_a_time(factory):
    leader = make.person(Role.LEADER)
    away(leader, make.person(Role.WORKER))
    with pytest.raises(WrongStatus):
        away(leader, make.person(Role.WORKER), starts_in=24)


def test_nobody_names_a_stand_in_for_others_but_the_office(factory):
    leader, colleague = make.person(Role.LEADER), make.person(Role.WORKER)
    with pytest.raises(NotAllowed):
        away(leader, colleague, by=colleague)
    away(leader, colleague, by=make.person(Role.SAFETY_OFFICER))


def test_on_the_phone_a_person_names_the_own_stand_in_and_takes_it_back(browser, factory):
    leader, colleague = make.person(Role.LEADER, name="赵国庆"), make.person(Role.WORKER, name="李敏")
    browser.force_login(leader)
    sent = {"stand_in": "李敏", "starts_at": "2026-01-05T08:00", "ends_at": "2026-01-01T08:00", "reason": "出差"}
    refused = browser.post(reverse("field:me"), sent)
    assert refused.status_code == 422
    assert "出差" in refused.content.decode()
    start = timezone.localtime()
    end = start + timedelta(days=2)
    browser.post(
        reverse("field:me"), sent | {"starts_at": f"{start:%Y-%m-%dT%H:%M}", "ends_at": f"{end:%Y-%m-%dT%H:%M}"}
    )
    absence = Absence.objects.get()
    assert absence.stand_in == colleague
    assert "李敏" in browser.get(reverse("field:me")).content.decode()
    browser.post(reverse("end_absence", args=[absence.pk]))
    assert Absence.objects.get().ended_at


def test_the_office_names_one_at_the_desk(browser, factory):
    leader = make.person(Role.LEADER)
    make.person(Role.WORKER, name="李敏")
    browser.force_login(make.person(Role.SAFETY_OFFICER))
    start = timezone.localtime()
    sent = {
        "stand_in": "李敏",
        "starts_at": f"{start:%Y-%m-%dT%H:%M}",
        "ends_at": f"{start + timedelta(days=1):%Y-%m-%dT%H:%M}",
    }
    assert browser.post(reverse("console:lend", args=[leader.pk]), sent).status_code == 302
    assert Absence.objects.get().person == leader
    assert browser.post(reverse("console:lend", args=[leader.pk]), sent | {"stand_in": "没有这个人"}).status_code == 422


def test_what_somebody_has_to_fix_goes_to_the_stand_in_when_the_absence_begins(factory, work_off):
    fixer, colleague = make.person(Role.MAINTENANCE, name="陈志强"), make.person(Role.MAINTENANCE)
    hazard, reviewed = make.hazard(Status.RECTIFYING, owner=fixer), make.hazard(Status.FIRST_REVIEW, owner=fixer)
    limit = hazard.due_at
    absence = away(fixer, colleague, starts_in=2)
    work_off()
    hazard.refresh_from_db()
    assert (hazard.owner, hazard.status) == (fixer, Status.RECTIFYING)
    with time_machine.travel(absence.starts_at + timedelta(minutes=1)):
        work_off()
    hazard.refresh_from_db()
    reviewed.refresh_from_db()
    assert (hazard.owner, hazard.status, hazard.due_at) == (colleague, Status.ASSIGNED, limit)
    assert Event.objects.get(name="hazard.assigned").data["instead_of"] == "陈志强"
    assert reviewed.owner == fixer, "who fixed it stays who fixed it"


def test_an_absence_that_was_ended_before_it_began_passes_nothing_on(factory, work_off):
    fixer, colleague = make.person(Role.MAINTENANCE), make.person(Role.MAINTENANCE)
    hazard = make.hazard(Status.RECTIFYING, owner=fixer)
    absence = away(fixer, colleague, starts_in=2)
    end_absence(absence, by=fixer)
    with time_machine.travel(absence.starts_at + timedelta(minutes=1)):
        work_off()
    hazard.refresh_from_db()
    assert hazard.owner == fixer


def test_whoever_stands_in_for_a_fixer_fixes_under_the_lent_role(factory, work_off):
    fixer, trainer = make.person(Role.MAINTENANCE), make.person(Role.TRAINER)
    hazard = make.hazard(Status.ASSIGNED, owner=fixer)
    away(fixer, trainer)
    work_off()
    hazard.refresh_from_db()
    assert hazard.owner == trainer
    assert start_hazard(hazard, by=fresh(trainer)).status == Status.RECTIFYING


def test_many_people_asked_at_once_may_do_what_each_of_them_may(factory, django_assert_max_num_queries):
    workshop = make.department()
    leader, head = make.person(Role.TEAM_LEADER, in_department=workshop, bound=True), make.person(Role.LEADER)
    admin, colleague = make.person(Role.ADMIN, Role.SAFETY_OFFICER), make.person(Role.WORKER)
    for person in (leader, admin):
        away(person, colleague)
    people = list(User.objects.filter(pk__in=[leader.pk, head.pk, admin.pk, colleague.pk]))
    with django_assert_max_num_queries(4):  # two questions, each after a look at whose schema it is
        found = with_powers(people)
    assert found == people
    for person in found:
        assert {grant.pk for grant in person.powers} == {grant.pk for grant in fresh(person).powers}
    assert Role.ADMIN not in {grant.role for grant in fresh(colleague).powers}
