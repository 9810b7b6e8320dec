"""A weak signal and a session that ended cost the worker nothing: answers and photos wait on the phone."""

import pytest
from django.conf import settings
from playwright.sync_api import expect

from hazards.models import Hazard
from inspections.models import Answer, Run
from people.permissions import Role
from tests.stories import plant
from tests.stories.browser import PHONE, chromium, signed_in
from tests.stories.test_first_shift import answer_all, start_at

pytestmark = pytest.mark.browser


def test_a_check_survives_a_reload_no_signal_and_an_ended_session(live, fresh_factory, tmp_path):
    place = plant.build(tmp_path)
    site = live.url(fresh_factory).rstrip("/")
    with chromium() as browser:
        worker = signed_in(browser, site, place.people[Role.WORKER], PHONE)
        start_at(worker, place)
        answer_all(worker, place)
        address = worker.url

        worker.wait_for_timeout(600)
        worker.reload()
        expect(worker.get_by_text("之前的答案都还在")).to_be_visible()

        worker.context.set_offline(True)
        worker.get_by_role("button", name="提交").click()
        expect(worker.get_by_role("heading", name="存在手机里了")).to_be_visible()

        worker.context.clear_cookies(name=settings.SESSION_COOKIE_NAME)
        worker.context.set_offline(False)
        worker.goto("/account/login/?next=/m/sync/")
        worker.fill("input[name=login]", place.people[Role.WORKER])
        worker.fill("input[name=password]", plant.make.PASSWORD)
        worker.click("main form button.w-btn")
        worker.wait_for_url("**/m/sync/")

        expect(worker.get_by_text("今天已上传 1 条")).to_be_visible()
        worker.goto(address)
        expect(worker.get_by_role("heading", name="已提交")).to_be_visible()
        assert worker.faults == []
    run = Run.objects.get(status=Run.Status.DONE)
    assert run.answers.count() == run.checklist.items.count()
    assert Answer.objects.filter(photos__isnull=False).exists()
    assert Hazard.objects.get().evidence.count() == 1
