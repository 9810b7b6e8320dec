"""What belongs together: a risk and its check items, a risk and the hazards of its place, and what these ask for."""

import openpyxl
import pytest

from core.models import Job
from facilities.qr import issue_sticker, token_of
from hazards.actions import confirm_hazard
from inspections.actions import draft_checklist, publish_checklist
from notifications.models import Notification
from people.permissions import Role
from risks.actions import propose_rating, rate_risk
from risks.models import Proposal, Watch
from tests import make


@pytest.fixture
def risk(officer):
    area, category = make.area(), make.category()
    return make.risk(area, by=officer, categories=[category])


def found_here(risk, officer, level="general", **more):
    hazard = make.hazard(area=risk.area, category=risk.categories.get(), **more)
    return confirm_hazard(hazard, by=officer, level=level)


def test_three_hazards_of_its_kind_ask_for_a_new_rating_until_somebody_gives_it(desk, officer, risk, work_off):
    other = make.person(Role.SAFETY_OFFICER)
    for _n in range(2):
        found_here(risk, officer)
    work_off()
    assert not risk.proposals.exists()
    numbers = [found_here(risk, officer).number]
    work_off()
    proposal = risk.proposals.get()
    assert (proposal.why, proposal.hazards.count()) == (Proposal.Why.REPEATED, 3)
    assert Notification.objects.filter(user=other, event="risk.rating_proposed").count() == 1
    page = desk.get(f"/desk/risks/{risk.pk}/").content.decode()
    assert numbers[0] in page and f'href="/desk/risks/{risk.pk}/rate/"' in page
    desk.post(
        f"/desk/risks/{risk.pk}/rate/", {"likelihood": "6", "exposure": "6", "consequence": "7", "reason": "三次了"}
    )
    proposal.refresh_from_db()
    assert proposal.decision == Proposal.Decision.RATED
    found_here(risk, officer)
    work_off()
    assert not risk.proposals.filter(decided_at=None).exists(), "what was looked at counts no more"


def test_one_major_hazard_is_enough_and_is_set_aside_with_a_reason_only(desk, officer, risk, work_off):
    found_here(risk, officer, level="major")
    make.risk(risk.area, by=officer, categories=[make.category()])
    work_off()
    proposal = Proposal.objects.get()
    assert (proposal.risk, proposal.why) == (risk, Proposal.Why.MAJOR)
    refused = desk.post(f"/desk/risks/{risk.pk}/dismiss/", {"proposal": proposal.pk, "note": " "})
    assert refused.status_code == 422 and not Proposal.objects.get().decided_at
    desk.post(f"/desk/risks/{risk.pk}/dismiss/", {"proposal": proposal.pk, "note": "当天已封停"})
    assert Proposal.objects.get().decision_note == "当天已封停"


def test_the_workshop_asks_for_a_new_rating(browser, officer, risk):
    head = make.person(Role.WORKSHOP_HEAD)
    browser.force_login(head)
    browser.post(f"/desk/risks/{risk.pk}/propose/", {"note": "换了新模具"})
    assert risk.proposals.get().by == head
    again = browser.post(f"/desk/risks/{risk.pk}/propose/", {"note": "还有一件"})
    assert again.status_code == 409 and "还有一件" in again.content.decode()


def test_a_check_item_looks_after_a_measure(desk, officer, risk):
    checklist = make.checklist({}, hazard_category=risk.categories.get())
    item = checklist.items.get()
    page = desk.get(f"/desk/risks/{risk.pk}/").content.decode()
    assert f'<option value="{item.pk}">' in page
    assert desk.post(f"/desk/risks/{risk.pk}/watch/", {"item": item.pk, "measure": "没有这条"}).status_code == 422
    desk.post(f"/desk/risks/{risk.pk}/watch/", {"item": item.pk, "measure": "安全栓"})
    watch = Watch.objects.get()
    assert (watch.item, watch.measure) == (item, "安全栓")
    draft = draft_checklist(checklist, by=make.person(Role.ADMIN))
    publish_checklist(draft, by=make.person(Role.ADMIN))
    for version in (checklist, draft):
        page = desk.get(f"/desk/checklists/{version.pk}/").content.decode()
        assert f'href="/desk/risks/{risk.pk}/"' in page, "also by the version that took its place"
    desk.post(f"/desk/risks/{risk.pk}/unwatch/", {"watch": watch.pk})
    assert not Watch.objects.exists()


def test_hazard_and_risk_show_each_other(desk, officer, risk):
    hazard = found_here(risk, officer)
    assert f'href="/desk/risks/{risk.pk}/"' in desk.get(f"/desk/hazards/{hazard.pk}/").content.decode()
    assert hazard.number in desk.get(f"/desk/risks/{risk.pk}/").content.decode()


def test_at_the_label_the_worker_reads_the_notice_card(browser, officer):
    press = make.machine()
    make.risk(by=officer, equipment=press, name="连冲", lec=(3, 6, 40))
    make.risk(press.area, by=officer, name="地面油污")
    browser.force_login(make.person(Role.WORKER))
    page = browser.get(f"/m/q/{token_of(issue_sticker(press, by=officer))}/").content.decode()
    for words in ("连冲", "地面油污", "安全栓", "risk-1"):
        assert words in page


def test_the_list_filters_and_its_export_holds_what_it_shows(desk, officer, work_off):
    red, blue = make.risk(by=officer, lec=(3, 6, 40)), make.risk(by=officer, lec=(1, 6, 7))
    propose_rating(blue, by=officer, reason="改了工艺")
    rate_risk(red, by=officer, likelihood=3, exposure=6, consequence=40, reason="看过")
    for query, shown, hidden in (
        ("colour=red", red, blue),
        (f"place=area:{blue.area_id}", blue, red),
        (f"department={red.area.department_id}", red, blue),
        ("standing=proposed", blue, red),
        (f"q={red.number}", red, blue),
    ):
        page = desk.get(f"/desk/risks/?{query}").content.decode()
        assert shown.title in page and hidden.title not in page, query
    desk.post("/desk/risks/export/?colour=red")
    work_off()
    book = openpyxl.load_workbook(Job.objects.get().result.original.open())
    rows = [[cell.value for cell in row] for sheet in book.worksheets[1:] for row in sheet.rows]
    assert sum(red.number in row and 720 in row for row in rows) == 3, "the risk and its two ratings"
    assert not any(blue.number in row for row in rows)
