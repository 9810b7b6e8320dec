"""What keeps a contractor's worker out, one reason after the other."""

from datetime import timedelta

import pytest
from django.utils import timezone

from core.errors import DomainError, WrongStatus
from partners import actions
from partners.entry import missing
from partners.models import Company, CompanyDocument, CrewMember, EntryPermit, Project, SiteText
from partners.passes import code_of, read_code
from people.models import User
from people.permissions import Role
from tests import make
from training.actions import hand_in


@pytest.fixture
def guard(factory):
    return make.person(Role.GUARD, name="何大勇")


@pytest.fixture
def officer(factory):
    return make.person(Role.SAFETY_OFFICER, name="周敏")


@pytest.fixture
def permit(factory) -> EntryPermit:
    return make.entry_permit()


def scanned(permit: EntryPermit, guard) -> list[str]:
    return [gap.code for gap in actions.scan(code_of(permit), by=guard).gaps]


def test_who_has_gone_the_whole_way_is_let_in(permit, guard):
    verdict = actions.scan(code_of(permit), by=guard)
    assert verdict.is_let_in and verdict.member == permit.member
    assert permit.ends_with == "project"


@pytest.mark.parametrize("code", ["", "AHP1.1.20270101.x", "AHP1.1.20270101." + "A" * 86, "RC-2026-9999", "http://x/"])
def test_a_forged_code_is_red(permit, guard, code):
    verdict = actions.scan(code, by=guard)
    assert not verdict.is_let_in and verdict.permit is None


def test_another_end_under_the_same_signature_is_red(permit, guard):
    head, pk, _ends, signature = code_of(permit).split(".")
    assert read_code(f"{head}.{pk}.20991231.{signature}") is None


def test_reasons_turn_it_red(permit, guard, officer):
    company = permit.member.project.company
    actions.change_standing(company, Company.Standing.SUSPENDED, by=officer, note="没戴安全帽")
    assert scanned(permit, guard) == ["company"]
    actions.change_standing(Company.objects.get(pk=company.pk), Company.Standing.ACTIVE, by=officer, note="改好了")
    assert scanned(permit, guard) == []
    CompanyDocument.objects.filter(company=company, kind="insurance").update(
        valid_until=timezone.localdate() - timedelta(days=1)
    )
    assert scanned(permit, guard) == ["paper"]
    CompanyDocument.objects.filter(company=company, kind="insurance").update(valid_until=timezone.localdate())
    actions.end_project(permit.member.project, by=officer)
    assert scanned(permit, guard) == ["project"]
    Project.objects.update(is_ended=False)
    EntryPermit.objects.update(ends_on=timezone.localdate() - timedelta(days=1))
    assert scanned(permit, guard) == ["expired"]
    EntryPermit.objects.update(ends_on=timezone.localdate())
    draft = actions.write_text("briefing", "新的规矩", by=officer, minutes=3, facts={})
    actions.publish_text(draft, by=officer)
    assert scanned(permit, guard) == ["briefing"]
    make.has_read(permit.member)
    assert scanned(permit, guard) == []
    actions.revoke_permit(permit, by=officer, note="借证给别人")
    assert scanned(permit, guard) == ["revoked"]
    new = actions.renew_permit(permit.member, by=officer)
    assert scanned(new, guard) == []


def test_the_permit_ends_with_whatever_ends_first(factory, officer):
    soon = timezone.localdate() + timedelta(days=9)
    place = make.project()
    CompanyDocument.objects.filter(company=place.company, kind="insurance").update(valid_until=soon)
    permit = make.entry_permit(make.crew_member(place))
    assert (permit.ends_on, permit.ends_with) == (soon, "insurance")


def test_a_welder_needs_the_licence(factory, officer):
    make.site_texts()
    make.licence()  # the kinds are there
    member = make.crew_member(trade="welder")
    assert [gap.step for gap in missing(member)][:1] == ["licence"]
    make.licence(User.objects.get(pk=member.user_id))
    assert "licence" not in [gap.step for gap in missing(member)]


def test_three_failed_exams_are_enough_for_a_day(factory):
    make.site_texts()
    member = make.crew_member()
    make.has_read(member)
    user = User.objects.get(pk=member.user_id)
    for _try in range(3):
        hand_in(actions.start_entry_exam(member, by=user), by=user)
    with pytest.raises(WrongStatus):
        actions.start_entry_exam(member, by=user)


def test_a_company_that_is_suspended_meanwhile_stops_the_permit_not_the_paper(factory, officer):
    make.site_texts()
    member = make.crew_member()
    make.has_read(member)
    user = User.objects.get(pk=member.user_id)
    attempt = actions.start_entry_exam(member, by=user)
    actions.change_standing(member.project.company, Company.Standing.SUSPENDED, by=officer, note="查出转包")
    assert actions.start_entry_exam(member, by=user) == attempt
    make.has_passed(member)
    actions.submit_member(member, by=user)
    with pytest.raises(DomainError):
        actions.approve_member(CrewMember.objects.near().get(pk=member.pk), by=officer)


@pytest.mark.parametrize("number", ["", "123", "330102199003070011", "33010219901307001X", "330102299003070010"])
def test_an_id_number_that_cannot_be_right_is_refused(factory, number):
    make.site_texts()
    member = make.crew_member()
    CrewMember.objects.update(sealed_id="")
    user = User.objects.get(pk=member.user_id)
    facts = {"name": "刘洋", "trade": "fitter", "emergency_name": "", "emergency_phone": "13912345678"}
    with pytest.raises(DomainError):
        actions.record_person(member, by=user, id_number=number, **facts)


def test_nobody_under_18(factory):
    from partners.idnumbers import normal_id

    with pytest.raises(DomainError):
        normal_id(make.id_number(born=f"{timezone.localdate().year - 17}0101"))


def test_an_offline_scan_counts_once(permit, guard):
    row = {"id": "7b0d9f6e-2a51-4a0e-9d56-0a3c7f6d1c11", "at": timezone.now().timestamp() * 1000, "kind": "in"}
    row |= {"permit": permit.pk, "ok": True}
    assert actions.take_offline([row, {"kind": "x"}], by=guard) == [row["id"]]
    assert actions.take_offline([row], by=guard) == [row["id"]]
    from partners.actions.gate import inside, log_of

    assert log_of().count() == 1 and [member.pk for member in inside()] == [permit.member_id]


def test_a_text_with_an_open_gap_is_not_published(factory, officer):
    draft = actions.write_text("briefing", "出事打 {{emergency_phone}}", by=officer, minutes=3, facts={})
    with pytest.raises(DomainError):
        actions.publish_text(draft, by=officer)
    draft = actions.write_text("briefing", draft.body, by=officer, minutes=3, facts={"emergency_phone": "6120"})
    assert actions.publish_text(draft, by=officer).published_at
    with pytest.raises(WrongStatus):
        actions.publish_text(SiteText.objects.get(pk=draft.pk), by=officer)
