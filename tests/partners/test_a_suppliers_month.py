"""From the invitation to the grade, and to what has to be put right."""

import re

from django.urls import reverse

from hazards.models import Status
from notifications.models import Message
from partners.models import CorrectiveAction, SelfInspection
from people.models import User
from tests import make

PASSWORD = {"name": "许文", "phone": "13911112222", "password": "a-long-password"}


def invited(browser, officer, company, phone="") -> str:
    browser.force_login(officer)
    page = browser.post(reverse("console:supplier_act", args=[company.pk, "invite"]), {"phone": phone}).content.decode()
    return re.search(r"/j/[^/<]+/", page)[0]


def answered(report, choices: dict[int, int], *, note: str = "下周改完") -> dict[str, str]:
    """By the position of the question."""
    items = {item.position: item for item in report.checklist.items.all()}
    said = {f"{items[position].pk}-choice": str(choice) for position, choice in choices.items()}
    return said | {f"{items[position].pk}-note": note for position, choice in choices.items() if choice}


def test_from_invitation_to_grade_and_corrective_action(browser, officer, company):
    report = make.self_inspection(company)
    link = invited(browser, officer, company)
    browser.logout()
    assert "联盛表面处理" in browser.get(link).content.decode()
    assert browser.post(link, PASSWORD).url == reverse("supplier:home")
    supplier = User.objects.get(phone=PASSWORD["phone"])
    assert browser.get("/").url == reverse("supplier:home")
    assert report.title in browser.get(reverse("supplier:home")).content.decode()
    second = report.checklist.items.get(position=2)
    sent = answered(report, {1: 0, 2: 0, 3: 2, 4: 2}) | {f"{second.pk}-photos": make.photo_file(), "submit": "1"}
    assert browser.post(reverse("supplier:save", args=[report.pk]), sent).status_code == 302
    report.refresh_from_db()
    assert (report.status, report.score, report.grade) == ("submitted", 50, "D")
    browser.force_login(officer)
    page = browser.get(reverse("console:self_inspection", args=[report.pk])).content.decode()
    assert "许文" in page or "下周改完" in page
    browser.post(reverse("console:decide_report", args=[report.pk, "accept"]))
    report.refresh_from_db()
    assert report.status == "accepted"
    corrections = list(CorrectiveAction.objects.filter(company=company).select_related("hazard"))
    assert len(corrections) == 2
    assert {each.hazard.owner_id for each in corrections} == {supplier.pk}
    assert {each.hazard.status for each in corrections} == {Status.ASSIGNED}
    fixed(browser, supplier, corrections[0])


def fixed(browser, supplier, correction) -> None:
    """Photographed, begun and handed in by the supplier; reviewed by the factory as any other."""
    browser.force_login(supplier)
    act = lambda verb, **sent: browser.post(reverse("supplier:correct", args=[correction.pk, verb]), sent)  # noqa: E731
    assert act("before", before=make.photo_file()).status_code == 302
    assert act("start").status_code == 302
    assert act("rectify", photos=make.photo_file(size=(800, 500)), measure="换了", passed_1="yes").status_code == 302
    correction.hazard.refresh_from_db()
    assert correction.hazard.status == Status.FIRST_REVIEW


def test_a_link_makes_one_account_only(browser, officer, company):
    link = invited(browser, officer, company)
    browser.logout()
    browser.post(link, PASSWORD)
    browser.logout()
    assert browser.get(link).status_code == 410
    assert browser.post(link, PASSWORD | {"phone": "13911113333"}).status_code == 410
    assert company.members.count() == 1


def test_a_link_that_went_to_a_phone_is_for_that_phone(browser, officer, company, work_off):
    browser.force_login(officer)
    browser.post(reverse("console:supplier_act", args=[company.pk, "invite"]), {"phone": "139 1111 2222"})
    work_off()
    text = Message.objects.get(channel="sms", address="13911112222").text
    link = re.search(r"/j/[^/]+/", text)[0]
    browser.logout()
    assert browser.post(link, PASSWORD | {"phone": "13911113333"}).status_code == 422
    assert browser.post(link, PASSWORD).status_code == 302


def test_what_is_missing_is_said_and_nothing_is_lost(browser, supplier, report):
    browser.force_login(supplier)
    page = browser.post(reverse("supplier:save", args=[report.pk]), answered(report, {1: 0, 2: 0}) | {"submit": "1"})
    text = page.content.decode()
    assert page.status_code == 422
    assert make.in_language("zh-hans", "Question %(n)d needs a photo.", n=2) in text
    assert make.in_language("zh-hans", "Question %(n)d is not answered yet.", n=3) in text
    assert report.replies.filter(choice=0).count() == 2


def test_what_is_not_in_order_needs_a_word(browser, supplier, report):
    browser.force_login(supplier)
    sent = answered(report, {1: 0, 2: 2, 3: 0, 4: 0}, note="") | {"submit": "1"}
    page = browser.post(reverse("supplier:save", args=[report.pk]), sent)
    assert make.in_language("zh-hans", "Say at question %(n)d what you do about it.", n=2) in page.content.decode()


def test_each_answer_is_kept_at_once_and_the_score_comes_back(browser, supplier, report):
    browser.force_login(supplier)
    item = report.checklist.items.get(position=1)
    address, json = reverse("supplier:answer", args=[report.pk]), {"Accept": "application/json"}
    said = browser.post(address, {"item": item.pk, f"{item.pk}-choice": "1"}, headers=json).json()
    assert (said["score"], said["grade"], said["answered"], len(said["asked"])) == (50, "D", 1, 4)
    said = browser.post(address, {"item": item.pk, f"{item.pk}-choice": "9"}, headers=json)
    assert said.status_code == 422 and report.replies.get().choice == 1


def test_a_photo_that_is_sent_twice_is_kept_once(browser, supplier, report):
    browser.force_login(supplier)
    item = report.checklist.items.get(position=2)
    photo = make.photo_file()
    for _again in range(2):
        photo.seek(0)
        sent = {
            "item": item.pk,
            f"{item.pk}-photos": photo,
            f"{item.pk}-photos-ids": "7c0f1e6e-0c2e-4e55-9d3d-3f7a52d6c001",
        }
        said = browser.post(reverse("supplier:answer", args=[report.pk]), sent, headers={"Accept": "application/json"})
        assert len(said.json()["photos"]) == 1


def test_returned_it_comes_back_with_the_reason_and_is_handed_in_again(browser, officer, supplier, report):
    send(browser, supplier, report)
    browser.force_login(officer)
    decide = lambda verb, **sent: browser.post(reverse("console:decide_report", args=[report.pk, verb]), sent)  # noqa: E731
    assert decide("return").status_code == 422
    decide("return", note="第 2 题照片看不清")
    browser.force_login(supplier)
    assert "第 2 题照片看不清" in browser.get(reverse("supplier:report", args=[report.pk])).content.decode()
    send(browser, supplier, report)
    report.refresh_from_db()
    assert (report.status, report.returns, report.grade) == ("submitted", 1, "A")


def send(browser, supplier, report) -> None:
    browser.force_login(supplier)
    second = report.checklist.items.get(position=2)
    sent = answered(report, {1: 0, 2: 0, 3: 0, 4: 0}) | {f"{second.pk}-photos": make.photo_file(), "submit": "1"}
    assert browser.post(reverse("supplier:save", args=[report.pk]), sent).status_code == 302
    assert SelfInspection.objects.get(pk=report.pk).status == "submitted"


def test_handed_in_it_does_not_change_any_more(browser, supplier, report):
    send(browser, supplier, report)
    item = report.checklist.items.get(position=1)
    sent = {"item": item.pk, f"{item.pk}-choice": "2"}
    assert browser.post(reverse("supplier:answer", args=[report.pk]), sent).status_code == 409
    assert report.replies.get(item=item).choice == 0


def test_a_supplier_reports_a_hazard_with_a_photo_and_a_line(browser, officer, supplier):
    make.category()
    browser.force_login(supplier)
    answer = browser.post(reverse("supplier:report_hazard"), {"title": "槽边护栏断了", "photos": make.photo_file()})
    hazard = CorrectiveAction.objects.get().hazard
    assert answer.url == reverse("supplier:correction", args=[hazard.correction.pk])
    assert (hazard.source, hazard.reporter_id, hazard.status) == ("supplier", supplier.pk, Status.REPORTED)
    assert browser.get(answer.url).status_code == 200
    browser.force_login(officer)
    assert browser.get(reverse("console:hazard", args=[hazard.pk])).status_code == 200


def test_a_page_that_slept_takes_no_answer_back(browser, supplier, report):
    browser.force_login(supplier)
    item = report.checklist.items.get(position=1)
    browser.post(reverse("supplier:answer", args=[report.pk]), {"item": item.pk, f"{item.pk}-choice": "0"})
    browser.post(
        reverse("supplier:save", args=[report.pk]), {f"{item.pk}-note": "", f"{item.pk}-done_by": "", "save": "1"}
    )
    assert report.replies.get(item=item).choice == 0
