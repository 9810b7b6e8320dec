"""Through the pages: a stranger scans the poster and is let in; each step stands where it was left."""

import re
from datetime import timedelta

import pytest
import time_machine
from django.core.cache import cache
from django.db import DatabaseError, transaction
from django.urls import reverse
from django.utils import timezone

from notifications.models import Message
from partners import actions
from partners.models import CrewMember, EntryPermit, GatePass, SiteText
from partners.passes import code_of
from people.models import User
from people.permissions import Role
from tests import make
from tests.partners.reasons import REASONS, welder_s_permit
from training.models import Attempt

PHONE = "13955550001"


@pytest.fixture
def officer(factory):
    return make.person(Role.SAFETY_OFFICER, name="周敏")


@pytest.fixture
def guard(factory):
    return make.person(Role.GUARD, name="何大勇")


@pytest.fixture
def project(factory):
    cache.clear()
    make.site_texts()
    return make.project()


def with_code(browser, work_off, phone: str = PHONE):
    browser.post("/k/start/", {"phone": phone})
    work_off()
    text = Message.objects.filter(channel="sms", address=phone).latest("pk").text
    return browser.post("/k/code/", {"code": re.search(r"\d{6}", text)[0]})


def registered(browser, work_off, project) -> CrewMember:
    assert with_code(browser, work_off).url == "/k/join/"
    answer = browser.post("/k/join/", {"code": project.code, "name": "刘洋"})
    member = CrewMember.objects.get()
    assert answer.url == f"/k/crew/{member.pk}/"
    return member


def data(**more):
    facts = {"name": "刘洋", "id_number": make.id_number(), "trade": "fitter", "emergency_name": "刘大姐"}
    return facts | {"emergency_phone": "13912345678", "badge": make.photo_file()} | more


def read(browser, member: CrewMember) -> None:
    now = timezone.now()
    for beat in range(25):
        with time_machine.travel(now + timedelta(seconds=15 * beat), tick=False):
            browser.post(f"/k/crew/{member.pk}/briefing/beat/")


def answer_all(browser, attempt: Attempt, *, rightly: bool = True) -> None:
    for item in attempt.items.select_related("question"):
        shown = item.order.index(1 if rightly else 0)
        browser.post(reverse("contractor:answer", args=[attempt.pk, item.position]), {"given": str(shown)})
    browser.post(reverse("contractor:paper_end", args=[attempt.pk]))


def test_the_whole_way(browser, work_off, project, officer, guard):
    member = registered(browser, work_off, project)
    way = f"/k/crew/{member.pk}/"
    assert browser.post(f"{way}person/", data()).status_code == 302
    text = SiteText.objects.get(kind="briefing")
    signed = {"text": text.pk, "strokes": make.SIGNED}
    assert browser.post(f"{way}briefing/", signed).status_code == 422, "nobody signs what was not read"
    read(browser, member)
    assert browser.post(f"{way}briefing/", signed | {"strokes": "[]"}).status_code == 422, "an empty box"
    assert browser.post(f"{way}briefing/", signed).status_code == 302
    # Another phone, another day: the same number goes on where it was left.
    browser.logout()
    assert with_code(browser, work_off).url == "/k/"
    assert browser.get("/k/").url == way
    browser.post(f"{way}exam/")
    answer_all(browser, Attempt.objects.get())
    member.refresh_from_db()
    assert member.status == "waiting", "a passed exam hands it in by itself"
    browser.force_login(officer)
    assert browser.get(reverse("console:contractors")).status_code == 200
    assert browser.post(reverse("console:decide_crew", args=[member.pk, "approve"])).status_code == 302
    permit = EntryPermit.objects.get()
    assert "svg" in browser.get(reverse("console:crew", args=[member.pk])).content.decode()
    browser.force_login(User.objects.get(pk=member.user_id))
    assert permit.number in browser.get(f"{way}permit/").content.decode()
    browser.force_login(guard)
    assert browser.get("/").url == "/gate/"
    page = browser.post("/gate/", {"code": code_of(permit)}).content.decode()
    assert "刘洋" in page and 'class="permit"' in page
    assert 'value="out"' in browser.post(f"/gate/{permit.pk}/move/", {"kind": "in"}).content.decode()
    assert "刘洋" in browser.get("/gate/inside/").content.decode()
    assert list(GatePass.objects.order_by("received_at").values_list("kind", flat=True)) == ["check", "in"]


def test_what_was_typed_is_not_lost_and_the_id_number_is_nowhere_readable(browser, work_off, project, officer):
    member = registered(browser, work_off, project)
    answer = browser.post(f"/k/crew/{member.pk}/person/", data(id_number="330102199003070011"))
    assert answer.status_code == 422 and "刘大姐" in answer.content.decode()
    number = make.id_number()
    assert browser.post(f"/k/crew/{member.pk}/person/", data(id_number=number)).status_code == 302
    member.refresh_from_db()
    assert number not in member.sealed_id and member.id_end == number[-4:]
    browser.force_login(officer)
    page = browser.get(reverse("console:crew", args=[member.pk])).content.decode()
    assert number not in page and number[-4:] in page


def test_a_licence_that_ended_is_refused_at_once(browser, work_off, project):
    make.licence()  # the kinds are there
    member = registered(browser, work_off, project)
    browser.post(f"/k/crew/{member.pk}/person/", data(trade="welder"))
    old = timezone.localdate() - timedelta(days=3000)
    card = {"kind": "SW-WELD", "number": "T330", "issued_on": old, "expires_on": old + timedelta(days=2190)}
    answer = browser.post(f"/k/crew/{member.pk}/licence/", card | {"front": make.photo_file()})
    assert answer.status_code == 422
    assert not User.objects.get(pk=member.user_id).licences.exists()


def test_three_failed_exams_are_enough_for_a_day(browser, work_off, project):
    member = registered(browser, work_off, project)
    browser.post(f"/k/crew/{member.pk}/person/", data())
    make.has_read(CrewMember.objects.near().get(pk=member.pk))
    for n in range(3):
        browser.post(f"/k/crew/{member.pk}/exam/")
        answer_all(browser, Attempt.objects.order_by("-pk")[0], rightly=False)
        assert Attempt.objects.count() == n + 1
    assert browser.post(f"/k/crew/{member.pk}/exam/").status_code == 409
    assert Attempt.objects.count() == 3


def test_a_wrong_code_and_a_number_of_the_factory_open_nothing(browser, work_off, project, officer):
    browser.post("/k/start/", {"phone": PHONE})
    assert browser.post("/k/code/", {"code": "000000x"}).status_code == 422
    assert with_code(browser, work_off, officer.phone).status_code == 422
    assert browser.get("/k/join/").url == "/k/start/"


def test_the_picture_of_another_persons_permit_shows_the_other_face(browser, project, guard):
    permit = make.entry_permit(make.crew_member(project, name="马国平"))
    browser.force_login(guard)
    page = browser.post("/gate/", {"code": code_of(permit)}).content.decode()
    assert "马国平" in page and permit.member.face in page


def test_a_worker_of_a_contractor_sees_no_page_of_the_factory_and_nobody_elses(browser, project):
    mine, other = make.crew_member(project), make.crew_member(project, name="马国平")
    browser.force_login(User.objects.get(pk=mine.user_id))
    assert browser.get("/").url == "/k/"
    assert browser.get("/m/").url == "/k/" and browser.get("/desk/").url == "/k/"
    for name in ("way", "person", "licence", "briefing", "permit"):
        assert browser.get(reverse(f"contractor:{name}", args=[other.pk])).status_code == 404
    assert browser.get("/gate/").status_code == 403
    assert browser.get("/k/company/").status_code == 403


def test_the_company_signs_the_agreement_on_the_screen(browser, project, officer):
    from partners.actions import install_text
    from partners.actions.companies import add_member

    install_text("agreement", "# 协议\n\n{{company}} 和 {{factory}}", 1, by=None)
    project.company.documents.filter(kind="agreement").delete()
    boss = make.person(name="郭永福")
    add_member(project.company, boss, role=Role.CONTRACTOR_ADMIN)
    browser.force_login(boss)
    assert browser.get("/k/").url == "/k/company/"
    before = browser.get("/k/company/")
    assert before.status_code == 200 and "签安全协议" in before.content.decode()
    page = f"/k/company/agreement/{project.pk}/"
    assert project.company.name in browser.get(page).content.decode()
    assert browser.post(page, {"strokes": ""}).status_code == 422
    assert browser.post(page, {"strokes": make.SIGNED}).status_code == 302
    paper = project.company.documents.get(status="filed")
    assert paper.kind == "agreement" and paper.file.content_type == "application/pdf"
    assert "签安全协议" not in browser.get("/k/company/").content.decode(), "signed is signed"


@pytest.mark.parametrize("name", REASONS)
def test_each_reason_is_red_with_its_sentence_until_it_is_put_right(browser, project, officer, guard, name):
    permit, reason = welder_s_permit(project), REASONS[name]
    browser.force_login(guard)
    assert 'class="permit"' in browser.post("/gate/", {"code": code_of(permit)}).content.decode()
    reason.happen(permit, officer)
    page = browser.post("/gate/", {"code": code_of(permit)}).content.decode()
    assert 'class="permit no"' in page and reason.words in page
    assert browser.post(f"/gate/{permit.pk}/move/", {"kind": "in"}).status_code == 200
    assert not GatePass.objects.filter(kind="in").exists(), "nobody is written down as in with a red light"
    reason.mend(permit, officer)
    assert 'class="permit"' in browser.post("/gate/", {"code": code_of(permit)}).content.decode()


def test_the_guard_sends_the_link_to_what_is_missing(browser, project, officer, guard, work_off):
    permit = make.entry_permit(make.crew_member(project))
    REASONS["suspended"].happen(permit, officer)
    browser.force_login(guard)
    browser.post(f"/gate/{permit.pk}/send/")
    work_off()
    assert "/k/" in Message.objects.filter(channel="sms", address=permit.member.user.phone).latest("pk").text


def test_two_years_later_the_personal_data_are_gone(factory, project, work_off):
    permit = make.entry_permit(make.crew_member(project))
    with time_machine.travel(timezone.now() + timedelta(days=800)):
        actions.forget_member(permit.member)
    member = CrewMember.objects.get(pk=permit.member_id)
    assert (member.sealed_id, member.face, member.badge, member.emergency_phone) == ("", "", None, "")


def test_what_the_gate_saw_cannot_be_changed(project, guard):
    actions.scan("x", by=guard)
    for change in (lambda: GatePass.objects.update(words=""), lambda: GatePass.objects.all().delete()):
        with pytest.raises(DatabaseError), transaction.atomic():
            change()
