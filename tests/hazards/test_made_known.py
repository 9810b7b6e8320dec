"""通报: the officer makes hazards known, and everybody in the factory can read them with shortened names."""

import html
from datetime import timedelta

import pytest
from django.utils import timezone

from core.errors import DomainError, NotAllowed
from core.events import history
from hazards.actions import publish_hazards
from hazards.models import Hazard, Status
from people.masks import masked
from people.permissions import Role
from tests import make

DESK, PHONE = "/desk/hazards/notices/", "/m/notices/"


@pytest.fixture
def officer(browser, factory):
    officer = make.person(Role.SAFETY_OFFICER, name="周敏")
    browser.force_login(officer)
    return officer


def read(browser, address: str) -> str:
    page = browser.get(address)
    assert page.status_code == 200
    return html.unescape(page.content.decode())


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("陈志强", "陈*强"), ("王强", "王*"), ("欧阳建国", "欧**国"), ("李", "李*"), ("", ""),
        ("Mary Jones", "M*** J***"),
    ],
)  # fmt: skip
def test_names_are_shortened(name, shown):
    assert masked(name) == shown


def test_made_known_it_stands_on_the_page_for_everybody(browser, officer):
    hazard = make.hazard(
        Status.RECTIFYING,
        title="光幕失灵",
        owner=make.person(Role.MAINTENANCE, name="陈志强"),
        reporter=make.person(Role.WORKER, name="王建国"),
    )
    silent = make.hazard(Status.RECTIFYING, title="不该看到")
    browser.post(f"{DESK}publish/", {"hazard": [hazard.pk], "where": "公示栏"})
    browser.force_login(make.person(Role.WORKER, in_department=make.department()))
    page = read(browser, PHONE)
    assert "光幕失灵" in page and "陈*强" in page and "王*国" in page and "公示栏" in page
    assert "陈志强" not in page and "王建国" not in page and silent.title not in page


def test_it_stays_in_the_record_who_made_it_known_where_and_when(officer):
    hazard = make.hazard()
    publish_hazards([hazard], by=officer, where="  职代会 ")
    hazard.refresh_from_db()
    assert (hazard.published_on, hazard.published_where) == (timezone.localdate(), "职代会")
    event = list(history(hazard))[-1]
    assert (event.name, event.actor, event.data["note"]) == ("hazard.published", officer, "职代会")


@pytest.mark.parametrize("role", [Role.TEAM_LEADER, Role.LEADER, Role.ADMIN, Role.WORKER])
def test_only_the_officer_makes_known(browser, factory, role):
    hazard, person = make.hazard(), make.person(role)
    with pytest.raises(NotAllowed):
        publish_hazards([hazard], by=person, where="公示栏")
    browser.force_login(person)
    assert browser.get(DESK).status_code == 403
    assert browser.post(f"{DESK}publish/", {"hazard": [hazard.pk], "where": "公示栏"}).status_code == 403
    assert browser.post(f"{DESK}paper/", {"hazard": [hazard.pk]}).status_code == 403


def test_a_day_to_come_and_what_was_set_aside_are_refused(officer):
    with pytest.raises(DomainError):
        publish_hazards([make.hazard()], by=officer, where="公示栏", on=timezone.localdate() + timedelta(days=1))
    with pytest.raises(DomainError):
        publish_hazards([make.hazard(Status.VOIDED)], by=officer, where="公示栏")


def test_a_refusal_keeps_what_was_ticked_and_typed(browser, officer):
    hazard = make.hazard()
    for sent in ({"hazard": [hazard.pk], "where": " "}, {"hazard": [], "where": "食堂"}):
        page = browser.post(f"{DESK}publish/", sent)
        assert page.status_code == 422
    assert "食堂" in page.content.decode()
    page = browser.post(f"{DESK}publish/", {"hazard": [hazard.pk], "where": "食堂", "on": "2026-02-31"})
    assert page.status_code == 422 and "checked" in page.content.decode()
    assert not Hazard.objects.exclude(published_on=None).exists()


@pytest.mark.parametrize("ids", [["abc"], ["9" * 30], ["-1"], ["1\0"]])
def test_strange_ticks_break_nothing(browser, officer, ids):
    for what in ("publish", "paper"):
        assert browser.post(f"{DESK}{what}/", {"hazard": ids, "where": "公示栏"}).status_code == 422


def test_the_notice_for_the_board_is_a_page_of_paper(browser, officer):
    hazard = make.hazard()
    page = browser.post(f"{DESK}paper/", {"hazard": [hazard.pk]})
    assert page.status_code == 200 and page["Content-Type"] == "application/pdf"
    assert page.content.startswith(b"%PDF")
    assert browser.post(f"{DESK}paper/").status_code == 422


def test_partners_do_not_read_what_is_the_factorys_own(browser, factory):
    for role in (Role.SUPPLIER, Role.CONTRACTOR_WORKER):
        browser.force_login(make.person(role))
        assert browser.get(PHONE).status_code == 403


def test_what_was_closed_long_ago_leaves_the_page(browser, officer):
    now = timezone.now()
    for days, title in ((10, "刚销号"), (120, "早销号")):
        make.hazard(Status.CLOSED, title=title, closed_at=now - timedelta(days=days), published_on=now.date())
    page = read(browser, PHONE)
    assert "刚销号" in page and "早销号" not in page
