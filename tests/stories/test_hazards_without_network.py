"""A hazard is reported where there is no network: it waits in the phone's queue and arrives once, whole, from who saw it."""

from datetime import timedelta

import pytest
from django.conf import settings
from django.utils import timezone
from playwright.sync_api import Page, expect

from core.models import Attachment, Event
from facilities.models import Equipment
from hazards.models import Hazard
from people.models import User
from people.permissions import Role
from tests import make
from tests.stories.browser import chromium
from tests.stories.phone import KEPT, go_offline, killed, worker_at

pytestmark = pytest.mark.browser


def _fill(page: Page, place, title: str = "护罩螺丝松了") -> None:
    page.locator("[data-shots] input[type=file]").set_input_files([place.photos["before"], place.photos["passage"]])
    expect(page.locator("[data-shot] img")).to_have_count(2)
    page.evaluate("document.querySelectorAll('main form details').forEach((each) => { each.open = true; })")
    page.select_option("select[name=equipment]", index=1)
    page.select_option("select[name=category]", index=1)
    page.fill("input[name=title]", title)
    page.locator("label:has(input[name=stopped][value=yes])").click()


def _report(page: Page) -> None:
    page.locator("main form").get_by_role("button", name="上报").click()


def _waits(page: Page, title: str = "护罩螺丝松了") -> None:
    page.wait_for_url("**/m/sync/**")
    expect(page.get_by_text("存在手机里了，有网时自己传")).to_be_in_viewport()
    row = page.locator("[data-queue] .w-item").filter(has_text=f"隐患：{title}")
    expect(row).to_contain_text("有网")
    expect(page.locator("[data-sync]")).to_have_text("1 条待传")


def _gone(page: Page) -> None:
    page.goto("/m/sync/")
    expect(page.locator("[data-sync]")).to_have_text("已同步", timeout=40_000)
    page.wait_for_timeout(1500)  # the page may be about to load itself
    page.reload()
    expect(page.get_by_text("今天已上传 1 条")).to_be_visible()


def _one_hazard(title: str = "护罩螺丝松了", files: int = 2) -> Hazard:
    hazard = Hazard.objects.get()
    assert (hazard.title, hazard.reporter.name, hazard.is_machine_stopped) == (title, "王建国", True)
    assert hazard.equipment == Equipment.objects.get()
    photos = [proof.attachment for proof in hazard.evidence.select_related("attachment")]
    assert [photo.name for photo in photos] == ["before.jpg", "passage.jpg"]
    assert all("CY-002" in photo.stamp for photo in photos)
    assert Attachment.objects.count() == files
    assert Event.objects.filter(name="hazard.reported").count() == 1
    return hazard


def _waited(hazard: Hazard) -> None:
    """The phone's own time stands beside ours, with the skew of its clock."""
    assert abs(hazard.skew_seconds) <= 5
    assert timedelta() < hazard.reported_at - hazard.phone_reported_at < timedelta(minutes=5)
    assert abs(hazard.phone_reported_at - timezone.now()) < timedelta(minutes=5)


def test_reported_without_network_the_tab_dies_and_it_goes_by_itself(site, place, path):
    with chromium() as browser:
        worker = worker_at(browser, site, place, "/m/report/")
        go_offline(worker.context)
        worker.goto("/m/")
        worker.locator('.w-nav a[href="/m/report/"]').click()
        _fill(worker, place)
        _report(worker)
        _waits(worker)
        worker = killed(worker)
        worker.goto("/m/")
        expect(worker.locator("[data-sync]")).to_have_text("1 条待传")
        go_offline(worker.context, False)
        worker.locator("body:not([data-kept])").wait_for()
        _gone(worker)
        worker.goto("/m/hazards/")
        worker.get_by_text("护罩螺丝松了").click()
        expect(worker.locator(".shot img")).to_have_count(2)
        assert worker.faults == []
    _waited(_one_hazard())


def test_a_report_without_words_waits_under_the_name_of_its_place(site, place, path):
    with chromium() as browser:
        worker = worker_at(browser, site, place, "/m/report/")
        go_offline(worker.context)
        worker.goto("/m/report/")
        _fill(worker, place, title="")
        _report(worker)
        _waits(worker, "2 号冲压机")
        assert worker.faults == []


def test_with_network_it_goes_as_any_form(site, place, path):
    with chromium() as browser:
        worker = worker_at(browser, site, place, "/m/report/")
        worker.goto("/m/report/")
        _fill(worker, place)
        with worker.expect_request(lambda request: request.method == "POST") as posted:
            _report(worker)
        assert posted.value.url.endswith("/m/report/")
        expect(worker.get_by_text("交上去了，编号")).to_be_visible()
        assert worker.faults == []
    assert _one_hazard().phone_reported_at is None


def test_two_reports_from_the_same_kept_page_are_two(site, place, path):
    with chromium() as browser:
        worker = worker_at(browser, site, place, "/m/report/")
        go_offline(worker.context)
        for title in ("护罩螺丝松了", "地上有油"):
            worker.goto("/m/report/")
            _fill(worker, place, title)
            _report(worker)
            worker.wait_for_url("**/m/sync/**")
        expect(worker.locator("[data-sync]")).to_have_text("2 条待传")
        go_offline(worker.context, False)
        expect(worker.locator("[data-sync]")).to_have_text("已同步", timeout=40_000)
        assert worker.faults == []
    assert sorted(Hazard.objects.values_list("title", flat=True)) == sorted(["护罩螺丝松了", "地上有油"])


def test_a_second_person_on_the_phone_sees_a_number_only(site, place, path):
    with chromium() as browser:
        worker = worker_at(browser, site, place, "/m/report/")
        go_offline(worker.context)
        worker.goto("/m/report/")
        _fill(worker, place)
        _report(worker)
        _waits(worker)
        worker.goto("about:blank")
        worker.context.clear_cookies(name=settings.SESSION_COOKIE_NAME)
        go_offline(worker.context, False)
        for role in (Role.MAINTENANCE, Role.WORKER):
            worker.goto("/account/login/")
            worker.fill("input[name=login]", place.people[role])
            worker.fill("input[name=password]", make.PASSWORD)
            worker.click("main form button.w-btn")
            worker.wait_for_url(lambda url: "/account/" not in url)
            if role == Role.WORKER:
                break
            worker.goto("/m/sync/")
            expect(worker.get_by_text("这部手机里还有别人的 1 条")).to_be_visible()
            for word in ("护罩螺丝松了", "王建国", "2 号冲压机"):
                expect(worker.locator("main")).not_to_contain_text(word)
            worker.get_by_role("button", name="现在传").click()
            worker.wait_for_timeout(1000)
            expect(worker.get_by_text("这部手机里还有别人的 1 条")).to_be_visible()
            assert not worker.evaluate(KEPT, path)
            worker.context.clear_cookies(name=settings.SESSION_COOKIE_NAME)
        _gone(worker)
        assert worker.faults == []
    _waited(_one_hazard())


def test_what_the_server_refuses_comes_back_to_be_put_right(site, place, path, tmp_path):
    bad = tmp_path / "broken.jpg"
    bad.write_bytes(b"no picture at all" * 100)
    with chromium() as browser:
        worker = worker_at(browser, site, place, "/m/report/")
        go_offline(worker.context)
        worker.goto("/m/report/")
        _fill(worker, place)
        worker.locator("[data-shots] input[type=file]").set_input_files(str(bad))
        expect(worker.locator("[data-shot]")).to_have_count(3)
        _report(worker)
        _waits(worker)
        go_offline(worker.context, False)
        row = worker.locator("[data-queue] .w-item").filter(has_text="隐患：护罩螺丝松了")
        expect(row).to_contain_text("第 3 张照片", timeout=40_000)
        row.get_by_role("link", name="重拍").click()
        told = worker.locator("main").get_by_role("alert").filter(has_text="第 3 张照片")
        expect(told).to_be_in_viewport(ratio=1)
        expect(worker.locator("[data-shot] img")).to_have_count(2)
        expect(worker.locator("input[name=title]")).to_have_value("护罩螺丝松了")
        expect(worker.locator("input[name=stopped][value=yes]")).to_be_checked()
        _report(worker)
        _gone(worker)
        assert worker.faults == []
    # Put right with a network it is an ordinary form; the two photos that had gone up before prove nothing and stay behind.
    _one_hazard(files=4)
    assert User.objects.get(name="王建国").reported_hazards.count() == 1
