"""Who is called only because the duty roster says so: two browsers and the group's link at once, one takes it, all stop."""

from datetime import time, timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from alerts.models import Alert
from core.models import Event
from facilities.calendar import today
from facilities.models import Shift
from notifications import sending
from notifications.models import Message
from people.duty import Entry, enter_roster
from people.models import User
from people.permissions import Role
from tenants.models import Due
from tests.stories import plant
from tests.stories.browser import DESK, PHONE, chromium, signed_in
from tests.stories.test_alerts_reach_who_was_away import report
from tests.threads import at_once

pytestmark = pytest.mark.browser
SOON = 5000
OPEN = ".alert-x:not(.taken)"


def put_on_duty() -> None:
    """A worker for the press shop and a fitter for the whole factory: neither may take alerts by their role."""
    shift = Shift.objects.create(code="all", name={"zh": "全天", "en": "all day"}, starts_at=time(0), ends_at=time(0))
    worker, fitter, officer = (User.objects.get(name=name) for name in ("王建国", "陈志强", "周敏"))
    enter_roster([Entry(today(), shift, worker)], by=officer, department=worker.department)
    enter_roster([Entry(today(), shift, fitter)], by=officer)


def keep_one_for_later() -> int:
    """A message that would go out in an hour."""
    alert, later = Alert.objects.get(), timezone.now() + timedelta(hours=1)
    sending.queue(Message.Channel.SMS, "13700000000", alert.line, key="later", at=later, alert_id=alert.pk)
    return alert.pk


def test_two_browsers_and_the_groups_link_at_once(live, fresh_factory, tmp_path):
    place = plant.build(tmp_path)
    put_on_duty()
    site = live.url(fresh_factory).rstrip("/")
    with chromium() as browser:
        worker = signed_in(browser, site, place.people[Role.WORKER], PHONE, at="/")
        fitter = signed_in(browser, site, place.people[Role.MAINTENANCE], DESK, at="/")
        group = signed_in(browser, site, place.people[Role.MAINTENANCE], PHONE)
        officer = signed_in(browser, site, place.people[Role.SAFETY_OFFICER], DESK, at="/")
        reporter = signed_in(browser, site, place.people[Role.TEAM_LEADER], PHONE)
        report(reporter, place, "光幕失灵")
        for page in (worker, fitter, officer):
            expect(page.locator(OPEN)).to_have_count(1, timeout=SOON)
        (alert,) = at_once(fresh_factory, keep_one_for_later)
        group.goto(f"/alerts/{alert}/")
        for page in (worker, fitter, group):
            button = page.get_by_role("button", name="我来处理")
            expect(button).to_have_count(1)
            button.evaluate("(button) => { setTimeout(() => button.click()); }")
        for page in (worker, fitter, officer):
            expect(page.locator(OPEN)).to_have_count(0, timeout=SOON)
            expect(page.locator(".alert-x.taken")).to_contain_text("已接警")
        expect(group.locator("main")).to_contain_text("已接警", timeout=SOON)
        expect(group.get_by_role("button", name="我来处理")).to_have_count(0)
        assert len({page.locator(".alert-x.taken").inner_text() for page in (worker, fitter, officer)}) == 1
        assert worker.faults == fitter.faults == group.faults == officer.faults == []
    assert Event.objects.filter(name="alert.acknowledged").count() == 1
    assert not Message.objects.filter(alert_id=alert, status=Message.Status.WAITING).exists()
    assert Message.objects.get(key="later").status == Message.Status.STOPPED
    assert not Due.objects.filter(factory=fresh_factory, handler="alerts.escalate").exists()
