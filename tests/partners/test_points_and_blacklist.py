"""Points within a year, the blacklist with its evidence and one objection, the weekly check, and the score."""

from datetime import timedelta

import pytest
import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone

from core.errors import DomainError, NotAllowed
from insight.contractors import scores_of
from partners import actions
from partners.entry import missing
from partners.models import Ban, CrewMember, Violation
from partners.passes import code_of
from people.models import User
from people.permissions import Role
from tests import make


@pytest.fixture
def officer(factory):
    return make.person(Role.SAFETY_OFFICER, name="周敏")


@pytest.fixture
def permit(factory):
    return make.entry_permit()


def codes(member) -> list[str]:
    return [gap.code for gap in missing(CrewMember.objects.near().get(pk=member.pk))]


def test_twelve_points_within_a_year_keep_somebody_out(permit, officer):
    member = permit.member
    actions.note_violation(member, by=officer, points=6, what="没系安全带")
    assert codes(member) == []
    second = actions.note_violation(member, by=officer, points=6, what="没票动火")
    assert codes(member) == ["points"]
    actions.withdraw_violation(second, by=officer, note="认错人了")
    assert codes(member) == []
    actions.note_violation(member, by=officer, points=12, what="酒后上岗")
    Violation.objects.update(at=timezone.now() - timedelta(days=367))
    assert codes(member) == []


def test_the_blacklist_follows_the_id_number_to_another_phone(permit, officer):
    member = permit.member
    with pytest.raises(DomainError):
        actions.ban(member, by=officer, reason="伪造电工证", evidence=None)
    actions.ban(member, by=officer, reason="伪造电工证", evidence=make.photo(officer))
    guard = make.person(Role.GUARD)
    assert [gap.code for gap in actions.scan(code_of(permit), by=guard).gaps] == ["banned"]
    other = make.crew_member(make.project(), name="换了手机")
    CrewMember.objects.filter(pk=other.pk).update(id_mark=member.id_mark)
    assert "banned" in codes(other)


def test_one_objection_decided_by_somebody_else(permit, officer):
    row = actions.ban(permit.member, by=officer, reason="伪造电工证", evidence=make.photo(officer))
    person = User.objects.get(pk=permit.member.user_id)
    row = actions.appeal(row, by=person, text="证是真的，可以去官网查")
    leader = make.person(Role.LEADER)
    with pytest.raises(NotAllowed):
        actions.answer_appeal(row, by=officer, is_lifted=True, note="查过了")
    actions.answer_appeal(row, by=leader, is_lifted=True, note="官网查到了")
    assert codes(permit.member) == []


def refused(answer) -> str:
    assert answer.status_code == 422
    return answer.content.decode()


def test_through_the_pages(browser, permit, officer):
    member = permit.member
    browser.force_login(officer)
    act = lambda verb, **sent: browser.post(reverse("console:decide_crew", args=[member.pk, verb]), sent)  # noqa: E731
    assert act("violation", points="3", what="没戴帽子", photo=make.photo_file()).status_code == 302
    assert 'value="没戴手套"' in refused(act("violation", points="99", what="没戴手套"))
    assert 'value="伪造证件"' in refused(act("ban", reason="伪造证件"))
    no_picture = SimpleUploadedFile("a.exe", b"MZ nothing")
    assert 'value="伪造证件"' in refused(act("ban", reason="伪造证件", evidence=no_picture))
    assert act("ban", reason="伪造证件", evidence=make.photo_file()).status_code == 302
    row = Ban.objects.get()
    assert browser.get(reverse("console:crew", args=[member.pk])).status_code == 200
    person = User.objects.get(pk=member.user_id)
    browser.force_login(person)
    assert reverse("contractor:appeal", args=[row.pk]) in browser.get(f"/k/crew/{member.pk}/").content.decode()
    assert browser.post(reverse("contractor:appeal", args=[row.pk]), {"text": "证是真的"}).status_code == 302
    browser.force_login(make.person(Role.LEADER))
    assert act("lift", which=row.pk, note="查过了").status_code == 302
    row.refresh_from_db()
    assert row.lifted_at


@pytest.mark.parametrize("weekday", [0, 5, 6])
def test_a_contractor_is_checked_each_week_by_an_inspection(browser, factory, weekday):
    """Also where somebody sets it up at a weekend."""
    ahead = timedelta(days=(weekday - timezone.localdate().weekday()) % 7)
    with time_machine.travel(timezone.now() + ahead):
        _is_checked_each_week(browser, make.entry_permit())


def _is_checked_each_week(browser, permit) -> None:
    officer = make.person(Role.SAFETY_OFFICER)
    project = permit.member.project
    browser.force_login(officer)
    act = lambda: browser.post(  # noqa: E731
        reverse("console:contractor_act", args=[project.company_id, "checks"]), {"project": project.pk}
    )
    assert act().status_code == 302
    project.refresh_from_db()
    assert project.plan and project.plan.ends_on == project.ends_on
    assert act().status_code == 409, "once is enough"
    assert browser.get(reverse("console:contractor", args=[project.company_id])).status_code == 200


def test_the_score_says_what_it_is_made_of(permit, officer):
    company = permit.member.project.company
    assert scores_of([company.pk])[company.pk].points == 100
    actions.note_violation(permit.member, by=officer, points=4, what="没系安全带")
    actions.scan("forged", by=officer)
    score = scores_of([company.pk])[company.pk]
    assert score.points == 92 and len(score.lines) == 1
