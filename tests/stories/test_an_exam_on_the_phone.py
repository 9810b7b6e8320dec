"""A worker takes an exam: the phone dies in the middle, the paper goes on; the time runs out, and what was answered counts."""

from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from people.permissions import Role
from tenants import due
from tests import make
from tests.stories.browser import PHONE, chromium, signed_in
from tests.threads import at_once
from training.models import Attempt

pytestmark = pytest.mark.browser
RIGHT = "停机上报"


def _nearly_over() -> None:
    """Three seconds before the end, for the paper and for the clock that takes it."""
    paper = Attempt.objects.get()
    ends_at = timezone.now() + timedelta(seconds=3)
    Attempt.objects.update(ends_at=ends_at)
    later = ends_at + timedelta(seconds=5)
    due.at(later, "training.time_out", key=f"attempt:{paper.pk}", attempt=paper.pk)


def test_a_dead_phone_loses_nothing_and_the_end_of_the_time_takes_what_is_there(live, fresh_factory):
    make.policies()
    worker = make.person(Role.WORKER, name="钱师傅")
    exam = make.exam(make.course(), minutes=20)
    site = live.url(fresh_factory).rstrip("/")
    with chromium() as browser:
        page = signed_in(browser, site, worker.phone, PHONE)
        page.goto("/m/learn/")
        page.get_by_role("link", name=exam.title["zh"]).tap()
        page.get_by_role("button", name="开始考试").tap()
        for number in (1, 2):
            expect(page.get_by_text(f"第 {number} 题 / 共 5 题")).to_be_visible()
            page.locator(".opt").filter(has_text=RIGHT).tap()
            if number == 1:
                page.locator(".w-dock button.grow").tap()
        page.wait_for_load_state("networkidle")
        page.context.close()

        page = signed_in(browser, site, worker.phone, PHONE)
        page.goto("/m/learn/")
        page.get_by_role("link", name="接着答").tap()
        expect(page.get_by_text("第 3 题 / 共 5 题")).to_be_visible()
        at_once(fresh_factory, _nearly_over)
        page.reload()
        expect(page.get_by_role("heading", name="40 分")).to_be_visible(timeout=25_000)
        expect(page.locator("main")).to_contain_text("5 题里你已经答的 2 题都算数")
        assert page.faults == []
