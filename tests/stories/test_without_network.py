"""The network goes and the tab dies at the worst moments: afterwards there is one record, with every photo in its order."""

import pytest
from django.conf import settings
from playwright.sync_api import Page, Route, expect

from people.permissions import Role
from tests import make
from tests.stories.browser import PHONE, chromium, signed_in
from tests.stories.phone import (
    FILES,
    HAND_IN,
    KEPT,
    answer,
    begin,
    deliver,
    go_offline,
    hand_in,
    keep_day,
    killed,
    one_record,
    photograph,
    saved,
    there,
    worker_at,
)

pytestmark = pytest.mark.browser


def test_online_it_goes_at_once(site, place, path):
    with chromium() as browser:
        worker = worker_at(browser, site, place, path)
        worker.goto(f"/m/q/{place.sticker}/")
        begin(worker)
        photograph(worker, place)
        answer(worker, place)
        hand_in(worker)
        expect(worker.get_by_role("heading", name="已提交")).to_be_visible()
        there(worker)
        assert worker.faults == []
    one_record()


def test_cut_before_it_was_opened(site, place, path):
    with chromium() as browser:
        worker = worker_at(browser, site, place, path)
        go_offline(worker.context)
        worker.goto("/m/")
        expect(worker.get_by_text("照常做")).to_be_visible()
        begin(worker)
        photograph(worker, place)
        answer(worker, place)
        hand_in(worker)
        saved(worker)
        expect(worker.get_by_text("5 张照片等着传")).to_be_visible()
        worker = killed(worker)
        worker.goto("/m/")
        expect(worker.locator("[data-sync]")).to_have_text("1 条待传")
        expect(worker.locator(".next")).to_contain_text("存在手机里")
        go_offline(worker.context, False)
        there(worker)
        assert worker.faults == []
    run = one_record()
    assert run.phone_started_at
    assert run.started_at < run.submitted_at


def test_cut_before_a_label_is_scanned(site, place, path):
    with chromium() as browser:
        worker = worker_at(browser, site, place, path)
        go_offline(worker.context)
        for address in (f"/m/q/{place.sticker}/", f"/m/scan/?code={place.sticker.split('.')[0]}"):
            worker.goto(address)
            worker.wait_for_url(f"**{path}?label=*")
            expect(worker.locator("[data-cells]")).to_be_visible()
        worker.goto("/m/q/STRANGE/")
        expect(worker.get_by_role("heading", name="没有网络")).to_be_visible()
        worker.goto("/m/scan/")
        expect(worker.get_by_text("照常做")).to_be_visible()


def test_a_place_that_was_opened_today_is_known_without_network_and_an_unknown_label_says_what_to_do(site, place, path):
    with chromium() as browser:
        worker = signed_in(browser, site, place.people[Role.MAINTENANCE], PHONE)
        keep_day(worker, "/m/report/")
        worker.goto(f"/m/q/{place.sticker}/")
        expect(worker.get_by_role("heading", name=place.press)).to_be_visible()
        worker.goto("/m/")
        worker.wait_for_timeout(1000)
        go_offline(worker.context)
        for address in (f"/m/q/{place.sticker}/", f"/m/scan/?code={place.sticker.split('.')[0]}"):
            worker.goto(address)
            expect(worker.get_by_role("heading", name=place.press)).to_be_visible()
        expect(worker.get_by_text("没排任务的检查，要有网才能开始")).to_be_visible()
        worker.get_by_role("link", name="在这里上报隐患").click()
        expect(worker.locator("select[name=equipment] option:checked")).to_contain_text(place.press)
        worker.goto("/m/q/STRANGE/")
        expect(worker.get_by_text("手机还不认识的码")).to_be_visible()
        worker.get_by_role("link", name="上报隐患").click()
        expect(worker.locator("form [data-shots]")).to_be_visible()
        assert worker.faults == []


def test_cut_after_the_first_photos(site, place, path):
    with chromium() as browser:
        worker = worker_at(browser, site, place, path)
        begin(worker)
        photograph(worker, place)
        go_offline(worker.context)
        worker = killed(worker)
        worker.goto(path)
        expect(worker.get_by_text("之前的答案都还在")).to_be_visible()
        expect(worker.locator("[data-step]").first.locator(".shot img")).to_have_count(3)
        answer(worker, place)
        hand_in(worker)
        saved(worker)
        worker = killed(worker)
        go_offline(worker.context, False)
        there(worker)
        assert worker.faults == []
    one_record()


def test_cut_at_the_moment_of_handing_in(site, place, path):
    with chromium() as browser:
        worker = worker_at(browser, site, place, path)
        begin(worker)
        photograph(worker, place)
        answer(worker, place)
        go_offline(worker.context)
        hand_in(worker)
        worker.wait_for_timeout(150)
        worker = killed(worker)
        go_offline(worker.context, False)
        there(worker)
        assert worker.faults == []
    one_record()


def test_cut_in_the_middle_of_the_photos(site, place, path):
    sent = []

    def cut(route: Route) -> None:
        sent.append(route.request.url)
        if len(sent) <= 2:
            return route.continue_()
        worker.context.set_offline(True)
        return route.abort()

    with chromium() as browser:
        worker = worker_at(browser, site, place, path)
        begin(worker)
        photograph(worker, place)
        answer(worker, place)
        worker.context.route(FILES, cut)
        hand_in(worker)
        saved(worker)
        expect(worker.get_by_text("3 张照片等着传")).to_be_visible()
        worker = killed(worker)
        worker.context.unroute(FILES)
        go_offline(worker.context, False)
        again = []
        worker.on("request", lambda request: again.append(request.url) if request.url.endswith("/files/") else None)
        there(worker)
        assert len(again) <= 3, "what arrived is not sent again"
        assert worker.faults == []
    one_record()


def test_cut_after_the_server_kept_it_and_before_its_answer(site, place, path):
    reached = []

    def cut(route: Route) -> None:
        if not reached:
            reached.append(deliver(route, site))
            worker.context.set_offline(True)
        route.abort()

    with chromium() as browser:
        worker = worker_at(browser, site, place, path)
        begin(worker)
        photograph(worker, place)
        answer(worker, place)
        worker.context.route(HAND_IN, cut)
        hand_in(worker)
        saved(worker)
        assert reached == [200]
        worker = killed(worker)
        worker.context.unroute(HAND_IN)
        go_offline(worker.context, False)
        there(worker)
        assert worker.faults == []
    one_record()


def test_a_second_person_on_the_same_phone_sees_a_number_and_sends_nothing(site, place, path):
    def sign_out(page: Page) -> None:
        page.goto("/m/me/")
        page.get_by_role("button", name="退出").click()
        page.wait_for_url("**/account/login/**")

    def sign_in(page: Page, role: Role) -> None:
        page.fill("input[name=login]", place.people[role])
        page.fill("input[name=password]", make.PASSWORD)
        page.click("main form button.w-btn")
        page.wait_for_url(lambda url: "/account/" not in url)

    with chromium() as browser:
        worker = worker_at(browser, site, place, path)
        go_offline(worker.context)
        worker.goto("/m/")
        begin(worker)
        photograph(worker, place)
        answer(worker, place)
        hand_in(worker)
        saved(worker)
        # The session ends before the network is back: the queue keeps what it has.
        worker.context.clear_cookies(name=settings.SESSION_COOKIE_NAME)
        go_offline(worker.context, False)
        worker.goto("/m/")
        sign_in(worker, Role.MAINTENANCE)
        assert not worker.evaluate(KEPT, path), "the first person's pages are gone"
        worker.goto("/m/sync/")
        expect(worker.get_by_text("这部手机里还有别人的 1 条")).to_be_visible()
        expect(worker.locator("main")).not_to_contain_text("王建国")
        expect(worker.locator("main")).not_to_contain_text("2 号冲压机")
        expect(worker.locator("[data-sync]")).to_have_text("已同步")
        worker.get_by_role("button", name="现在传").click()
        worker.wait_for_timeout(1000)
        expect(worker.get_by_text("这部手机里还有别人的 1 条")).to_be_visible()
        sign_out(worker)
        assert (
            worker.evaluate("caches.keys().then((names) => names.filter((name) => name.startsWith('pages-')).length)")
            == 0
        )
        sign_in(worker, Role.WORKER)
        there(worker)
        assert worker.faults == []
    assert one_record().inspector.name == "王建国"
