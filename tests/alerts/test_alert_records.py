"""告警记录: the list with its figures, and of each alert who was told by which way and what became of it."""

from datetime import timedelta

import pytest
import time_machine
from django.urls import reverse
from django.utils import timezone
from openpyxl import load_workbook

from alerts import archive
from alerts.actions import acknowledge_alert, raise_alert
from alerts.models import Alert, AlertPolicy
from core.models import Job
from notifications.deliveries import of_alert
from notifications.models import Message, Robot
from people.permissions import Role
from tests import make


@pytest.fixture
def officer(browser, factory):
    officer = make.person(Role.SAFETY_OFFICER, name="周敏")
    browser.force_login(officer)
    return officer


def raised(line: str = "光幕失灵", **more) -> Alert:
    place = make.area()
    return raise_alert(place, line, by=make.person(Role.WORKER), department_id=place.department_id, **more)


def taken_after(officer, seconds: int, line: str = "光幕失灵") -> Alert:
    alert = raised(line)
    with time_machine.travel(alert.raised_at + timedelta(seconds=seconds), tick=False):
        return acknowledge_alert(alert, by=officer)


def test_the_middle_of_the_times_until_somebody_came(officer):
    for seconds in (30, 60, 600):
        taken_after(officer, seconds)
    raised()
    figures = archive.figures(Alert.objects.all())
    assert (figures.count, figures.taken, figures.median) == (4, 3, timedelta(seconds=60))
    assert figures.slowest == timedelta(seconds=600)
    assert archive.figures(Alert.objects.none()).median is None


def test_the_list_and_its_filters(browser, officer):
    taken_after(officer, 45, "油压过高")
    still_open = raised("静电接地断开")

    def listed(**asked) -> str:
        return browser.get(reverse("console:alerts"), asked).content.decode().split("<tbody>")[-1]

    assert "油压过高" in listed() and "静电接地断开" in listed() and "45 秒" in listed()
    assert "油压过高" not in listed(state="open") and "静电接地断开" not in listed(state="taken")
    assert "油压过高" not in listed(q="静电") and "静电接地断开" in listed(q="静电")
    assert "油压过高" not in listed(department=still_open.department_id)
    Alert.objects.update(raised_at=timezone.now() - timedelta(days=40))
    assert "<table" not in browser.get(reverse("console:alerts")).content.decode()
    assert "油压过高" in listed(span="all")


def test_the_records_go_into_a_book_as_the_list_shows_them(browser, officer, work_off):
    taken_after(officer, 90, "油压过高")
    raised("静电接地断开")
    page = reverse("console:export_alerts")
    job = browser.post(f"{page}?state=taken&span=all")
    work_off()
    assert job.status_code == 302
    book = load_workbook(Job.objects.get().result.original)
    (heading, row), about = book["告警"].values, [cell for line in book.worksheets[0].values for cell in line if cell]
    assert dict(zip(heading, row, strict=True)) | {"发出": 0, "已接": 0} == {
        "问题": "油压过高", "车间": row[1], "发出": 0, "发出人": row[3], "已接": 0, "接警人": "周敏",
        "多少分钟后接的": 1.5, "往上叫了几级": 0,
    }  # fmt: skip
    assert "已接" in about
    refused = browser.post(f"{page}?q=没有这种事&span=90")
    assert refused.status_code == 422 and "没有这种事" in refused.content.decode()


@pytest.mark.parametrize(
    "asked", [{"state": "x"}, {"span": "x"}, {"department": "x"}, {"department": "9" * 30}, {"q": "\0"}, {"at": "x"}]
)
def test_strange_filters_break_nothing(browser, officer, asked):
    raised()
    assert browser.get(reverse("console:alerts"), asked).status_code == 200


def test_the_page_of_an_alert_says_who_was_told_and_how_it_stands(browser, officer, work_off):
    Robot.objects.create(kind="webhook", name="安全群", address="x")
    alert = raised()
    work_off()
    page = reverse("console:alert", args=[alert.pk])
    shown = browser.get(page).content.decode()
    assert "周敏" in shown and "短信" in shown and "安全群" in shown and officer.phone in shown
    call = of_alert(alert)[0]
    by_sms = next(way for way in call.people[0].ways if not way.is_page)
    sms = Message.objects.get(channel="sms")
    assert (by_sms.status, by_sms.reason) == (sms.status, sms.reason) and by_sms.queued == sms.created_at
    assert call.groups[0].address == "安全群"
    browser.post(reverse("acknowledge", args=[alert.pk]))
    work_off()
    person = of_alert(Alert.objects.get(pk=alert.pk))[0].people[0]
    assert person.acknowledged and person.ways[0].read


def test_who_was_reached_by_the_page_alone_is_named(browser, officer, work_off):
    type(officer).objects.filter(pk=officer.pk).update(phone=None)
    alert = raised()
    work_off()
    assert "周敏 只能从网页收到" in browser.get(reverse("console:alert", args=[alert.pk])).content.decode()


def test_those_who_do_not_answer_for_it_see_nothing(browser, officer):
    alert = raised()
    head = make.person(Role.WORKSHOP_HEAD, in_department=make.department(), bound=True)
    browser.force_login(head)
    assert browser.get(reverse("console:alert", args=[alert.pk])).status_code == 404
    assert browser.get(reverse("console:alerts")).status_code == 403


def test_the_rule_reads_as_sentences_and_is_changed_on_the_page(browser, officer):
    page = reverse("console:alert_rules")
    assert "5 分钟没人接" in browser.get(page).content.decode()
    assert 'name="chain_1"' in browser.get(page, {"change": "1"}).content.decode()
    sent = {"seen": 0, "minutes": 3, "repeat_minutes": 8, "chain_1": "head"}
    assert browser.post(page, sent).status_code == 302
    assert (AlertPolicy.objects.get().minutes, AlertPolicy.objects.get().chain) == (3, ["head"])
    again = browser.post(page, sent | {"minutes": 4})
    assert again.status_code == 409 and 'value="4"' in again.content.decode()
    shown = browser.get(page).content.decode()
    assert "3 分钟没人接" in shown and "<del" in shown


@pytest.mark.parametrize(
    "sent",
    [
        {},
        {"seen": 0, "minutes": 0, "repeat_minutes": 5, "chain_1": "head"},
        {"seen": 7, "minutes": 5, "repeat_minutes": 5, "chain_1": "head"},
    ],
)
def test_odd_rules_are_refused_on_the_page(browser, officer, sent):
    assert browser.post(reverse("console:alert_rules"), sent).status_code in (404, 422)
    assert not AlertPolicy.objects.exists()


def test_the_leader_reads_the_rule_and_does_not_change_it(browser, factory):
    browser.force_login(make.person(Role.LEADER))
    page = reverse("console:alert_rules")
    assert browser.get(page).status_code == 200
    assert browser.get(page, {"change": "1"}).status_code == 403
    assert browser.post(page, {"seen": 0, "minutes": 3, "repeat_minutes": 8, "chain_1": "head"}).status_code == 403
