"""Several people of one company: work goes from one to another, colleagues come and go, and it stays in the company."""

import re

import pytest
from django.test import Client
from django.urls import reverse

from core.errors import DomainError, NotAllowed
from core.models import Event
from hazards.actions import (
    add_before_photos,
    assign_hazard,
    hand_over_hazard,
    review_hazard,
    start_hazard,
    submit_hazard,
)
from hazards.models import Status
from notifications.models import Message, Notification
from partners import actions
from partners.models import CompanyInvitation, CompanyMember
from people.actions import close_account
from people.models import User
from people.permissions import Role
from tests import make


@pytest.fixture
def colleague(company, supplier):
    return make.supplier(company, name="江小雨")


@pytest.fixture
def stranger(factory):
    return make.supplier(name="别家")


@pytest.fixture
def correction(company, supplier, officer):
    make.category()
    return actions.correct_at_partner(company, by=officer, title="排风软管破口")


def give(browser, by, correction, to, note="我出差"):
    browser.force_login(by)
    sent = {"to": getattr(to, "pk", to), "note": note}
    return browser.post(reverse("supplier:correct", args=[correction.pk, "hand_over"]), sent)


def owner_of(correction) -> User:
    correction.hazard.refresh_from_db()
    return correction.hazard.owner


def test_who_has_it_hands_it_to_a_colleague_who_is_told(browser, officer, supplier, colleague, correction, work_off):
    limit = correction.hazard.due_at
    assert give(browser, supplier, correction, colleague).status_code == 302
    assert owner_of(correction) == colleague and correction.hazard.due_at == limit
    work_off()
    told = Notification.objects.get(user=colleague, event="hazard.handed_over")
    browser.force_login(colleague)
    page = browser.get(told.url, follow=True)
    assert page.redirect_chain[-1][0] == reverse("supplier:correction", args=[correction.pk])
    assert "我出差" in page.content.decode() and supplier.name in page.content.decode()
    browser.force_login(officer)
    for address in (
        reverse("console:hazard", args=[correction.hazard_id]),
        reverse("console:supplier", args=[correction.company_id]),
    ):
        assert "江小雨" in browser.get(address).content.decode()


def test_begun_work_is_handed_over_too(browser, supplier, colleague, correction):
    start_hazard_with_photo(correction, supplier)
    give(browser, supplier, correction, colleague)
    assert owner_of(correction) == colleague and correction.hazard.status == Status.ASSIGNED


def start_hazard_with_photo(correction, by) -> None:
    add_before_photos(correction.hazard, by=by, photos=[make.photo(by)])
    start_hazard(correction.hazard, by=by)


def test_the_administrator_of_the_company_gives_it_to_somebody_else(browser, supplier, colleague, correction):
    third = make.supplier(correction.company, name="梁工")
    give(browser, supplier, correction, colleague)
    assert give(browser, third, correction, third).status_code == 403, "neither hers nor in her charge"
    assert owner_of(correction) == colleague
    assert give(browser, supplier, correction, third, "小雨休假").status_code == 302
    assert owner_of(correction) == third
    assert Event.objects.filter(name="hazard.handed_over").latest("seq").actor_id == supplier.pk


def test_it_never_goes_to_another_company_nor_to_who_is_closed(
    browser, officer, supplier, colleague, stranger, correction
):
    User.objects.filter(pk=colleague.pk).update(is_active=False)
    for to in (stranger, colleague, officer, supplier, 0, "x", ""):
        assert give(browser, supplier, correction, to).status_code == 422, to
    assert give(browser, supplier, correction, colleague, note=" ").status_code == 422
    assert owner_of(correction) == supplier
    for to in (stranger, User.objects.get(pk=colleague.pk), officer):
        with pytest.raises(DomainError):
            actions.hand_over_correction(correction, by=supplier, to=to, note="给你")
    with pytest.raises(DomainError):
        hand_over_hazard(correction.hazard, by=supplier, to=stranger, note="给你")
    browser.force_login(supplier)
    sent = {"to": officer.phone, "note": "给你"}
    assert browser.post(reverse("field:hand_over", args=[correction.hazard_id]), sent).status_code == 403
    assert owner_of(correction) == supplier


def test_what_was_typed_stays_when_it_is_refused(browser, supplier, colleague, correction):
    page = give(browser, supplier, correction, 0, note="明天我不在").content.decode()
    assert "明天我不在" in page


def test_somebody_of_another_company_hands_nothing_over(browser, supplier, colleague, stranger, correction):
    assert give(browser, stranger, correction, stranger).status_code == 404
    with pytest.raises(NotAllowed):
        actions.hand_over_correction(correction, by=stranger, to=colleague, note="给你")
    assert owner_of(correction) == supplier


def test_a_suspended_company_hands_nothing_over(browser, officer, supplier, colleague, correction):
    actions.change_standing(correction.company, "suspended", by=officer, note="欠资料")
    assert give(browser, supplier, correction, colleague).status_code == 422


def test_what_the_factory_gave_to_one_of_its_own_is_not_the_companys_to_give(officer, supplier, colleague, correction):
    ours = make.person(Role.MAINTENANCE)
    assign_hazard(correction.hazard, by=officer, owner=ours)
    with pytest.raises(NotAllowed):
        actions.hand_over_correction(correction, by=supplier, to=colleague, note="给你")


# Who comes and who goes.


def invite(browser, by, phone=""):
    browser.force_login(by)
    return browser.post(reverse("supplier:people"), {"phone": phone})


def test_who_came_first_looks_after_the_companys_people(company, supplier, colleague):
    assert company.administrator == supplier
    assert not colleague.membership.is_administrator


def test_the_administrator_invites_a_colleague_by_a_link(browser, company, supplier):
    page = invite(browser, supplier)
    assert page.status_code == 200 and "data-copy-word" in page.content.decode()
    link = re.search(r"/j/[^/<]+/", page.content.decode())[0]
    browser.logout()
    sent = {"name": "江小雨", "phone": "13911112222", "password": "a-long-password"}
    assert browser.post(link, sent).url == reverse("supplier:home")
    made = User.objects.get(phone="13911112222")
    assert actions.company_of(made) == company and company.administrator == supplier
    assert "江小雨" in browser.get(reverse("supplier:people")).content.decode()


def test_the_administrator_invites_a_colleague_by_a_text(browser, supplier, work_off):
    assert invite(browser, supplier, "139 1111 2222").status_code == 302
    work_off()
    assert "/j/" in Message.objects.get(channel="sms", address="13911112222").text
    assert invite(browser, supplier, "123").status_code == 422


def test_only_the_administrator_invites_and_ends(browser, supplier, colleague):
    assert invite(browser, colleague).status_code == 403
    assert not CompanyInvitation.objects.exists()
    assert end(browser, colleague, supplier).status_code == 403
    assert browser.get(reverse("supplier:people")).status_code == 200


def test_invitations_are_not_without_end(browser, supplier):
    for _number in range(actions.companies.MOST_INVITED):
        assert invite(browser, supplier).status_code == 200
    assert invite(browser, supplier).status_code == 422


def test_an_invitation_is_taken_back(browser, supplier, stranger):
    page = invite(browser, supplier).content.decode()
    link = re.search(r"/j/[^/<]+/", page)[0]
    made = CompanyInvitation.objects.get()
    browser.force_login(stranger)
    assert browser.post(reverse("supplier:withdraw_invitation", args=[made.pk])).status_code == 404
    browser.force_login(supplier)
    assert browser.post(reverse("supplier:withdraw_invitation", args=[made.pk])).status_code == 302
    browser.logout()
    assert browser.get(link).status_code == 410


def end(browser, by, whom, note="离职"):
    browser.force_login(by)
    return browser.post(reverse("supplier:person_act", args=[whom.membership.pk, "end"]), {"note": note})


def test_who_leaves_cannot_sign_in_and_the_work_goes_back(browser, supplier, colleague, correction):
    give(browser, supplier, correction, colleague)
    theirs = Client(HTTP_HOST=browser.defaults["HTTP_HOST"])
    theirs.force_login(colleague)
    assert theirs.get(reverse("supplier:home")).status_code == 200
    assert end(browser, supplier, colleague).status_code == 302
    colleague.refresh_from_db()
    assert not colleague.is_active and owner_of(correction) == supplier
    assert theirs.get(reverse("supplier:home")).status_code == 302
    left = Event.objects.get(name="company.left")
    assert (left.data["name"], left.data["note"]) == ("江小雨", "离职")


def test_a_reason_is_asked_for_and_nobody_ends_the_own_access(browser, supplier, colleague):
    assert end(browser, supplier, colleague, note=" ").status_code == 422
    assert end(browser, supplier, supplier).status_code == 422
    assert User.objects.filter(membership__isnull=False, is_active=True).count() == 2


def test_nobody_of_another_company_is_reached(browser, supplier, stranger):
    assert end(browser, supplier, stranger).status_code == 404
    browser.post(reverse("supplier:person_act", args=[stranger.membership.pk, "administrator"]))
    with pytest.raises(NotAllowed):
        actions.end_access(stranger.membership, by=supplier, note="离职")
    with pytest.raises(NotAllowed):
        actions.name_administrator(stranger.membership, by=supplier)
    stranger.refresh_from_db()
    assert stranger.is_active


def test_the_administrator_makes_a_colleague_the_administrator(browser, company, supplier, colleague):
    browser.force_login(supplier)
    address = reverse("supplier:person_act", args=[colleague.membership.pk, "administrator"])
    assert browser.post(address).status_code == 302
    assert company.administrator == colleague
    assert end(browser, User.objects.get(pk=colleague.pk), supplier).status_code == 302


def test_the_factory_ends_an_access_and_the_next_one_looks_after_the_people(
    browser, officer, company, supplier, colleague, correction
):
    browser.force_login(officer)
    address = reverse("console:supplier_act", args=[company.pk, "end"])
    assert browser.post(address, {"member": supplier.membership.pk, "note": ""}).status_code == 422
    assert browser.post(address, {"member": supplier.membership.pk, "note": "电话打不通"}).status_code == 302
    assert company.administrator == colleague
    assert owner_of(correction) == colleague


def test_an_account_that_is_closed_on_the_page_of_people_leaves_the_work_to_the_next_one(
    browser, company, supplier, colleague, correction, work_off
):
    browser.force_login(make.person(Role.ADMIN))
    assert supplier.name in browser.get(reverse("console:person", args=[supplier.pk])).content.decode()
    assert browser.post(reverse("console:close_account", args=[supplier.pk]), {"note": "离职"}).status_code == 302
    work_off()
    assert company.administrator == colleague and owner_of(correction) == colleague
    handed = Event.objects.get(name="hazard.handed_over")
    assert handed.actor is None and supplier.name in handed.data["note"]
    work_off()
    assert Notification.objects.filter(user=colleague, event="hazard.handed_over").exists()


@pytest.mark.parametrize("is_in_the_portal", [True, False])
def test_when_nobody_is_left_the_officer_names_a_new_owner(officer, supplier, correction, work_off, is_in_the_portal):
    if is_in_the_portal:
        actions.end_access(supplier.membership, by=officer, note="离职")
    else:
        close_account(supplier, by=make.person(Role.ADMIN), note="离职")
    work_off()
    assert owner_of(correction) is None and correction.hazard.status == Status.CONFIRMED
    work_off()
    assert Notification.objects.filter(user=officer, event="hazard.taken_back").exists()


def test_what_was_handed_in_before_comes_back_to_nobody_who_is_closed(officer, supplier, correction, work_off):
    start_hazard_with_photo(correction, supplier)
    tests = [{"name": "漏风", "required": "不漏", "result": "不漏", "is_passed": True}]
    submit_hazard(correction.hazard, by=supplier, measure="换了软管", tests=tests, photos=[make.photo(supplier)])
    close_account(supplier, by=make.person(Role.ADMIN), note="离职")
    work_off()
    assert owner_of(correction) == supplier and correction.hazard.status == Status.FIRST_REVIEW
    review_hazard(correction.hazard, by=make.person(Role.WORKSHOP_HEAD), is_passed=False, note="还漏风")
    assert owner_of(correction) is None and correction.hazard.status == Status.CONFIRMED


def test_the_factory_ends_nobody_of_another_company_by_this_page(browser, officer, company, supplier, stranger):
    browser.force_login(officer)
    sent = {"member": stranger.membership.pk, "note": "走了"}
    assert browser.post(reverse("console:supplier_act", args=[company.pk, "end"]), sent).status_code == 404


def test_who_comes_when_nobody_is_left_looks_after_the_people(officer, company, supplier):
    actions.end_access(supplier.membership, by=officer, note="离职")
    assert company.administrator is None
    assert make.supplier(company, name="新来").membership.is_administrator
    assert CompanyMember.objects.filter(company=company, is_administrator=True).count() == 1


def test_a_password_that_is_too_short_is_refused_in_chinese(browser, supplier):
    link = re.search(r"/j/[^/<\"]+/", invite(browser, supplier).content.decode())[0]
    browser.logout()
    sent = {"name": "江小雨", "phone": "13911112222", "password": "short"}
    page = browser.post(link, sent, headers={"Accept-Language": "zh-CN"})
    assert page.status_code == 422
    assert (
        make.in_language("zh-hans", "Too short. Choose a password of %(n)d signs or more.", n=8)
        in page.content.decode()
    )
