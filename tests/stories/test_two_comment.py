"""Two people talk about a hazard on its own page, at the desk and on a phone, without a joint group."""

import pytest
from playwright.sync_api import expect

from hazards.models import Status
from notifications.models import Notification
from people.models import User
from people.permissions import Role
from tests import make
from tests.stories import plant
from tests.stories.browser import DESK, PHONE, chromium, signed_in

pytestmark = pytest.mark.browser


def test_a_comment_stands_on_the_other_page_by_itself(live, fresh_factory, tmp_path):
    place = plant.build(tmp_path)
    site = live.url(fresh_factory).rstrip("/")
    worker_user = User.objects.get(phone=place.people[Role.WORKER])
    hazard = make.hazard(Status.RECTIFYING, reporter=worker_user, title="2 号冲压机漏油")
    with chromium() as browser:
        officer = signed_in(browser, site, place.people[Role.SAFETY_OFFICER], DESK, at=f"/desk/hazards/{hazard.pk}/")
        worker = signed_in(browser, site, worker_user.phone, PHONE, at=f"/m/hazards/{hazard.pk}/")
        expect(worker.locator("#posts")).to_contain_text("还没人说话")

        worker.locator("#compose textarea").press_sequentially("@周")
        worker.locator(".at-menu li", has_text="周敏").click()
        worker.locator("#compose textarea").press_sequentially("油到通道上了")
        worker.get_by_role("button", name="发送").click()
        expect(officer.locator("#posts")).to_contain_text("油到通道上了", timeout=5000)
        expect(worker.locator(".seen")).to_contain_text("周敏已读", timeout=5000)

        officer.fill("#compose textarea", "先撒木屑，机修马上到")
        officer.locator("#compose textarea").press("Enter")
        expect(worker.locator("#posts")).to_contain_text("先撒木屑", timeout=5000)
        worker.wait_for_timeout(4000)
        assert not worker.locator("#toasts .toast-x", has_text="先撒木屑").count(), "it stands before them already"
        assert officer.faults == worker.faults == []
    note = Notification.objects.get(user=worker_user, event="post.added")
    assert note.delivered_at, "the page says that it has it"
