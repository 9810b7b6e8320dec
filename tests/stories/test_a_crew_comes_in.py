"""From the poster on the own phone to a green light at the gate, which also judges without network."""

import pytest
from django.core.cache import cache
from django.utils import timezone
from playwright.sync_api import Page, expect

from partners import actions
from partners.models import CrewMember, EntryPermit, GatePass, SiteText
from partners.passes import code_of
from people.models import User
from people.permissions import Role
from tests import make
from tests.partners.reasons import REASONS, welder_s_permit
from tests.stories.browser import PHONE, chromium, signed_in
from tests.stories.crew import aside, come_to_the_gate, face
from tests.stories.phone import go_offline
from training.models import Attempt, Question

pytestmark = pytest.mark.browser


@pytest.fixture
def project(place, fresh_factory):
    cache.clear()
    make.site_texts()
    # What the minutes do, and what a pack asks, is tested elsewhere.
    SiteText.objects.filter(kind="briefing").update(minutes=0, published_at=timezone.now())
    Question.objects.filter(course_code="entry").exclude(code__startswith="ENTRY-").update(retired_at=timezone.now())
    return make.project()


def test_from_the_poster_to_a_green_light(site, place, project, fresh_factory):
    officer, guard = make.person(Role.SAFETY_OFFICER), make.person(Role.GUARD)
    with chromium() as browser:
        page = browser.new_context(base_url=site, locale="zh-CN", **PHONE).new_page()
        come_to_the_gate(page, project, fresh_factory)
        fill_in(page)
        sign(page)
        pass_the_exam(page, fresh_factory)
        expect(page.get_by_text("交上去了")).to_be_visible()
        permit = aside(fresh_factory, lambda: approve(officer))
        page.goto("/k/")
        page.get_by_role("link", name="出示我的入场证").click()
        expect(page.get_by_text(permit.number)).to_be_visible()
        at_the_gate_without_network(page, permit)
        gate = signed_in(browser, site, guard.phone, PHONE)
        look(gate, aside(fresh_factory, lambda: code_of(permit)), fresh_factory, officer)
        assert gate.faults == []
    passes = GatePass.objects.order_by("at")
    assert [(row.kind, row.is_offline) for row in passes][:3] == [("check", False), ("check", True), ("in", True)]


def test_each_reason_is_red_also_without_network(site, place, project, fresh_factory):
    """One guard, one worker: with network by the server, without by the signed list that came last."""
    officer, guard = make.person(Role.SAFETY_OFFICER, name="周敏"), make.person(Role.GUARD)
    permit = welder_s_permit(project)
    code = code_of(permit)
    with chromium() as browser:
        gate = signed_in(browser, site, guard.phone, PHONE)
        gate.goto("/gate/")
        gate.evaluate("navigator.serviceWorker.ready")
        gate.reload()
        scanned(gate, code)
        expect(gate.get_by_role("heading", name="可以进")).to_be_visible()
        for name, reason in REASONS.items():
            aside(fresh_factory, lambda reason=reason: reason.happen(permit, User.objects.get(pk=officer.pk)))
            with gate.expect_request("**/gate/list/") as asked:  # one that was under way knows the half of it
                gate.evaluate("dispatchEvent(new Event('online'))")
            asked.value.response().finished()
            red(gate, code, reason.words, name)
            go_offline(gate.context)
            red(gate, code, reason.without_network or reason.words, name)
            go_offline(gate.context, False)
            aside(fresh_factory, lambda reason=reason: reason.mend(permit, User.objects.get(pk=officer.pk)))
        scanned(gate, code)
        expect(gate.get_by_role("heading", name="可以进")).to_be_visible()
        assert gate.faults == []


def at_the_gate_without_network(page: Page, permit: EntryPermit) -> None:
    expect(page.get_by_text("没网也能用")).to_be_visible()
    go_offline(page.context)
    page.goto("/k/")
    expect(page.get_by_text(permit.number)).to_be_visible()
    go_offline(page.context, False)


def scanned(gate: Page, code: str) -> None:
    if gate.locator("#gate-verdict").is_visible():
        gate.locator("[data-gate-close]:visible").click()
    type_in(gate, code)


def red(gate: Page, code: str, words: str, name: str) -> None:
    scanned(gate, code)
    shown = gate.locator("#gate-verdict .permit.no")
    expect(shown.get_by_role("heading", name="不能进"), name).to_be_visible()
    expect(shown.locator("dd:visible", has_text=words).first, name).to_be_visible()


def fill_in(page: Page) -> None:
    page.get_by_role("link", name="填我的资料").click()
    page.fill("input[name=id_number]", make.id_number())
    page.select_option("select[name=trade]", "fitter")
    page.fill("input[name=emergency_name]", "刘大姐")
    page.fill("input[name=emergency_phone]", "13912345678")
    page.set_input_files("input[name=badge]", face())
    page.wait_for_timeout(800)
    page.get_by_role("button", name="存好，下一步").click()
    page.get_by_role("link", name="看安全交底").click()


def sign(page: Page) -> None:
    """Once without a signature, then with one."""
    button = page.get_by_role("button", name="我看完了，签字")
    button.click()
    expect(page.get_by_text("框里是空的")).to_be_visible()
    box = page.locator("[data-sign-box]")
    box.scroll_into_view_if_needed()
    at = box.bounding_box()
    page.mouse.move(at["x"] + 30, at["y"] + 40)
    page.mouse.down()
    for x, y in ((120, 90), (200, 30), (260, 100)):
        page.mouse.move(at["x"] + x, at["y"] + y, steps=4)
    page.mouse.up()
    page.get_by_role("button", name="我看完了，签字").click()
    page.get_by_role("button", name="开始考试").click()


def pass_the_exam(page: Page, factory) -> None:
    def right() -> list[int]:
        return [item.order.index(1) for item in Attempt.objects.latest("pk").items.order_by("position")]

    page.wait_for_url("**/k/papers/**")
    for number in aside(factory, right):
        page.locator(".opt").nth(number).click()
        page.locator(".w-dock button.grow").click()
    page.get_by_role("button", name="交卷").click()


def approve(officer: User) -> EntryPermit:
    return actions.approve_member(CrewMember.objects.near().get(), by=User.objects.get(pk=officer.pk))


def look(gate: Page, code: str, factory, officer: User) -> None:
    """Green; then without network green and in; with network again red as soon as the permit is taken back."""
    gate.goto("/gate/")
    expect(gate.get_by_text("已联网")).to_be_visible()
    expect(gate.get_by_text("没网也能用")).to_be_visible()
    shown = gate.locator("#gate-verdict .permit")
    type_in(gate, code)
    expect(shown.get_by_role("heading", name="可以进")).to_be_visible()
    expect(shown.get_by_text("刘洋")).to_be_visible()
    gate.get_by_role("link", name="下一个").click()
    expect(gate.get_by_text("已联网")).to_be_visible()
    go_offline(gate.context)
    gate.reload()
    expect(gate.locator("[data-gate-age]")).to_contain_text("没有网络")
    type_in(gate, code)
    expect(shown.get_by_role("heading", name="可以进")).to_be_visible()
    gate.get_by_role("button", name="登记入场").click()
    gate.get_by_role("link", name="厂内").click()
    expect(gate.locator("#gate-verdict")).to_contain_text("刘洋")
    gate.get_by_role("button", name="返回").click()
    type_in(gate, code[:-4] + "AAAA")
    expect(shown.get_by_role("heading", name="不能进")).to_be_visible()
    gate.get_by_role("button", name="下一个").click()
    expect(gate.get_by_text("3 条待传")).to_be_visible()
    go_offline(gate.context, False)
    expect(gate.get_by_text("3 条待传")).to_be_hidden()
    type_in(gate, code)
    expect(shown.get_by_role("button", name="登记出场")).to_be_visible()

    def revoke() -> None:
        actions.revoke_permit(EntryPermit.objects.get(), by=User.objects.get(pk=officer.pk), note="借证")

    aside(factory, revoke)
    expect(shown.get_by_role("heading", name="不能进")).to_be_visible(timeout=5000)


def type_in(gate: Page, code: str) -> None:
    gate.fill("#code", code)
    gate.locator("[data-scan] form button").click()
