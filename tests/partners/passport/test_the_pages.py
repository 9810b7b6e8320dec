"""The passport as people meet it: on the phone of a worker at two factories, in a company's portal, at the desk."""

import re

import pytest
from django.test import Client
from django.urls import reverse

from partners import actions
from partners.actions.consents import code_of
from partners.models import Carried, CompanyDocument, Consent, CrewMember
from people.models import User
from people.permissions import Role
from tenants import provisioning
from tenants.current import in_factory
from tests import make
from tests.partners.passport.people import CARD, END, NAME, PHONE, agree, arrive


@pytest.fixture
def elsewhere(other_factory) -> Client:
    """A browser at the second factory's host."""
    return Client(HTTP_HOST=provisioning.host_of("two"))


def test_a_worker_ticks_agrees_brings_and_takes_back(browser, worker, other, elsewhere, work_off):
    browser.force_login(worker)
    page = browser.get("/k/passport/").content.decode()
    assert "checked" not in page and page.count('name="carry"') == 10
    assert browser.post("/k/passport/", {"days": "30"}).status_code == 422, "nothing is ticked"
    wrong = browser.post("/k/passport/", {"days": "5", "carry": ["name"]})
    assert wrong.status_code == 422 and "checked" in wrong.content.decode(), "what was ticked stays ticked"
    answer = browser.post("/k/passport/", {"days": "30", "carry": ["name", "phone", "id_number", "licence:SW-WELD"]})
    assert answer.status_code == 302
    assert re.search(r"\d{4} \d{4} \d{4}", browser.get("/k/passport/").content.decode())
    with other():
        member = arrive()
        elsewhere.force_login(User.objects.get(pk=member.user_id))
        bring = f"/k/crew/{member.pk}/bring/"
        assert bring in elsewhere.get(f"/k/crew/{member.pk}/").content.decode(), "offered by itself"
        assert not Carried.objects.exists(), "and taken only when it is asked for"
        assert 'name="take"' not in elsewhere.get(bring).content.decode(), "the phone alone opens nothing"
        assert elsewhere.post(bring, {"code": ""}).status_code == 422
        assert elsewhere.post(bring, {"code": "0000", "take": "1"}).status_code == 422
        shown = elsewhere.post(bring, {"code": END}).content.decode()
        assert 'name="take"' in shown and NAME not in shown and CARD not in shown, "only which fields they are"
        assert elsewhere.post(bring, {"code": END, "take": "1"}).url == f"/k/crew/{member.pk}/"
        assert Carried.objects.get().items.count() == 3
        assert elsewhere.post(bring, {"code": END, "take": "1"}).status_code == 422, "it was taken already"
        officer = make.person(Role.SAFETY_OFFICER)
        elsewhere.force_login(officer)
        desk = elsewhere.get(reverse("console:crew", args=[member.pk])).content.decode()
        licence = elsewhere.get(reverse("console:licence", args=[member.user.licences.get().pk])).content.decode()
        for page in (desk, licence):
            assert "package-import" in page and "一厂" not in page
    work_off()
    consent = Consent.objects.get()
    assert consent.status == "taken" and not consent.sealed_code
    assert browser.post(f"/k/passport/{consent.pk}/withdraw/").status_code == 302
    work_off()
    with other():
        desk = elsewhere.get(reverse("console:crew", args=[member.pk])).content.decode()
        assert "arrow-back-up" in desk and not member.user.licences.exists()
        notes = officer.notifications.filter(event="passport.dropped")
        assert notes.exists(), "the officer is told"
        where = elsewhere.get(reverse("go", args=["partners.carried", str(Carried.objects.get().pk)]))
        assert where.url == reverse("console:crew", args=[member.pk])


def test_a_code_typed_at_the_second_factory(worker, other, elsewhere):
    consent = agree(worker, ["trade", "origin"])
    with other():
        member = arrive("13755550002")
        elsewhere.force_login(User.objects.get(pk=member.user_id))
        bring = f"/k/crew/{member.pk}/bring/"
        assert elsewhere.post(bring, {"code": "1111 2222 3333"}).status_code == 422
        shown = elsewhere.post(bring, {"code": code_of(consent)}).content.decode()
        assert 'name="take"' in shown and not Carried.objects.exists()
        assert elsewhere.post(bring, {"code": code_of(consent), "take": "1"}).status_code == 302
        assert CrewMember.objects.get(pk=member.pk).trade == "welder" and Carried.objects.get().origin == "一厂"
        elsewhere.force_login(make.person(Role.SAFETY_OFFICER))
        assert "一厂" in elsewhere.get(reverse("console:crew", args=[member.pk])).content.decode()


def test_the_officer_lets_what_was_learned_count(worker, other, elsewhere):
    consent = agree(worker, ["training:C13"])
    with other():
        member = arrive("13755550002")
        course = make.course()
        type(course).objects.filter(pk=course.pk).update(code="C13")
        user = User.objects.get(pk=member.user_id)
        elsewhere.force_login(user)
        elsewhere.post(f"/k/crew/{member.pk}/bring/", {"code": code_of(consent), "take": "1"})
        elsewhere.force_login(make.person(Role.SAFETY_OFFICER))
        item = Carried.objects.get().items.get()
        answer = elsewhere.post(reverse("console:decide_crew", args=[member.pk, "recognise"]), {"which": item.pk})
        assert answer.status_code == 302
        item.refresh_from_db()
        assert item.counts


def test_a_worker_takes_it_back_where_it_was_brought(browser, worker, other, elsewhere, work_off):
    consent = agree(worker, ["name", "phone", "trade"])
    with other():
        member, stranger = arrive(), arrive("13755550002")
        elsewhere.force_login(User.objects.get(pk=member.user_id))
        bring, code = f"/k/crew/{member.pk}/bring/", code_of(consent)
        elsewhere.post(bring, {"code": code, "take": "1"})
        carried = Carried.objects.get()
        back = f"/k/passport/brought/{carried.pk}/back/"
        assert back in elsewhere.get("/k/passport/").content.decode()
        elsewhere.force_login(User.objects.get(pk=stranger.user_id))
        assert elsewhere.post(back).status_code == 404
        elsewhere.force_login(User.objects.get(pk=member.user_id))
        assert elsewhere.post(back).url == "/k/passport/"
        assert back not in elsewhere.get("/k/passport/").content.decode()
        assert CrewMember.objects.get(pk=member.pk).trade == ""
    work_off()
    browser.force_login(worker)
    assert f"/k/passport/{consent.pk}/withdraw/" not in browser.get("/k/passport/").content.decode()
    assert Consent.objects.get().status == "withdrawn"


def test_nobody_takes_back_what_is_somebody_elses(browser, worker):
    consent = agree(worker, ["name"])
    stranger = make.crew_member()
    browser.force_login(User.objects.get(pk=stranger.user_id))
    assert browser.post(f"/k/passport/{consent.pk}/withdraw/").status_code == 404
    consent.refresh_from_db()
    assert consent.status == "open"


def test_a_supplier_carries_papers_and_the_reviewer_sees_where_from(browser, boss, other_factory, elsewhere):
    browser.force_login(boss)
    paper = CompanyDocument.objects.get(kind="licence")
    answer = browser.post("/s/passport/", {"days": "7", "carry": [f"document:{paper.pk}", "origin"]})
    assert answer.status_code == 302 and browser.get("/s/passport/").status_code == 200
    code = code_of(Consent.objects.get())
    with in_factory(other_factory):
        theirs = make.company("联盛")
        user = make.supplier(theirs)
        elsewhere.force_login(user)
        assert elsewhere.get("/s/bring/").status_code == 200
        assert elsewhere.post("/s/bring/", {"code": code}).status_code == 200
        assert elsewhere.post("/s/bring/", {"code": code, "take": "1"}).url == "/s/documents/"
        elsewhere.force_login(make.person(Role.SAFETY_OFFICER))
        assert "一厂" in elsewhere.get(reverse("console:supplier", args=[theirs.pk])).content.decode()
        assert CompanyDocument.objects.get(company=theirs).status == "filed"
        elsewhere.force_login(user)
        back = reverse("supplier:take_back", args=[Carried.objects.get().pk])
        assert back in elsewhere.get("/s/passport/").content.decode()
        assert elsewhere.post(back).url == "/s/passport/"
        assert not CompanyDocument.objects.filter(company=theirs).exists()


def test_a_contractors_administrator_carries_papers_too(browser, factory):
    company = make.contractor()
    user = make.person(Role.CONTRACTOR_ADMIN)
    company.members.create(user=user)
    browser.force_login(user)
    assert browser.get("/k/company/").status_code == 200 and browser.get("/k/company/bring/").status_code == 200
    page = browser.get("/k/company/passport/").content.decode()
    assert page.count('name="carry"') == 3, "two papers and the origin, not the safety agreement"
    codes = re.findall(r'value="(document:\d+)"', page)
    assert browser.post("/k/company/passport/", {"days": "7", "carry": codes}).status_code == 302
    consent = Consent.objects.get()
    assert browser.post(f"/k/company/passport/{consent.pk}/withdraw/").status_code == 302


def test_whoever_has_carried_much_asks_no_more(browser, worker, django_assert_max_num_queries):
    for _time in range(6):
        agree(worker, ["name", "phone"])
    browser.force_login(worker)
    with django_assert_max_num_queries(24):
        browser.get("/k/passport/")


def test_the_phone_of_a_worker_is_taken_from_the_own_account(worker):
    assert worker.phone == PHONE
    actions.consent_to_carry(worker, ["phone"], by=worker, days=7)


def test_who_has_nothing_to_carry_is_told_so_and_not_asked_to_agree(browser):
    company = make.company(contact="", phone="", credit_code="")
    browser.force_login(make.supplier(company))
    page = browser.get("/s/passport/").content.decode()
    assert "还没有能带走的" in page and "同意带走勾选的" not in page
    assert browser.post("/s/passport/", {"days": 30, "carry": "origin"}).status_code == 422
