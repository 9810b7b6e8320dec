"""Trial over or not paid: settings stand still, safety goes on for thirty days, then all can be read and taken along."""

from datetime import timedelta

import pytest
import time_machine
from django.core.cache import cache
from django.urls import reverse
from django.utils import timezone

from billing.actions import open_trial
from billing.models import Subscription
from core.models import Event
from hazards.models import Hazard
from inspections.models import Run
from notifications.models import Notification
from people.permissions import Role
from portals.standing import READING, SAFETY
from tenants.models import Factory
from tests import make
from tests.sweep.addresses import ADDRESSES


@pytest.fixture
def on_day(browser, trial):
    """Signed in with the role, so many days after the trial began."""
    began = timezone.now()

    def on_day(day: int, *roles):
        person = make.person(*roles)
        stopped = time_machine.travel(began + timedelta(days=day, minutes=1), tick=True)
        stopped.start()
        clocks.append(stopped)
        cache.clear()
        browser.force_login(person)
        return person

    clocks: list = []
    yield on_day
    for clock in clocks:
        clock.stop()


def report(browser, **more):
    return browser.post(
        "/m/report/", {"title": "护罩松了", "category": make.category().pk, "area": make.area().pk} | more
    )


def add_department(browser):
    return browser.post(reverse("console:add_department"), {"name": "新车间", "kind": "workshop"})


def test_in_the_trial_everything_works(browser, on_day):
    on_day(29, Role.ADMIN)
    assert add_department(browser).status_code == 302
    assert "停在这儿" not in browser.get("/desk/").content.decode()


def test_after_the_trial_settings_stand_still_and_say_until_when_safety_goes_on(browser, on_day, trial):
    on_day(31, Role.ADMIN)
    answer = add_department(browser)
    assert answer.status_code == 402
    day = f"{timezone.localtime(trial.ends_at + timedelta(days=30)):%Y-%m-%d}"
    assert day in answer.content.decode() and "新车间" in answer.content.decode()
    page = browser.get(reverse("console:departments")).content.decode()
    assert "没付款" in page and reverse("console:billing") in page


def test_after_the_trial_hazards_are_reported_and_fixed(browser, on_day):
    on_day(45, Role.WORKER)
    photo = make.photo_file()
    assert report(browser, photos=[photo]).status_code == 302
    hazard = Hazard.objects.get()
    on_day(45, Role.SAFETY_OFFICER)
    said = {"level": "general", "note": ""}
    assert browser.post(reverse("console:decide", args=[hazard.pk, "confirm"]), said).status_code != 402


def test_thirty_days_later_all_is_read_only_and_nothing_is_lost(browser, on_day):
    on_day(61, Role.WORKER)
    answer = report(browser)
    assert answer.status_code == 402 and "护罩松了" in answer.content.decode()
    assert Hazard.objects.count() == 0
    on_day(61, Role.SAFETY_OFFICER)
    assert browser.get(reverse("console:hazards")).status_code == 200
    for name in ("export_book", "evidence", "order_report"):
        assert browser.post(reverse(f"console:{name}")).status_code != 402, name


def test_what_was_done_on_the_phone_before_is_still_taken_when_all_is_read_only(browser, on_day):
    worker = on_day(61, Role.WORKER)
    run = make.run(worker)
    answer = browser.post(reverse("field:sync_run", args=[run.pk]), "{}", content_type="application/json")
    assert answer.status_code != 402


def test_while_all_is_read_only_no_check_is_planned_that_nobody_may_do(browser, factory, trial, work_off):
    """A factory of whom nothing can be handed in would be told of missed checks for ever."""
    plan, began = make.plan(), timezone.now()

    def goes_by(day: int) -> None:
        with time_machine.travel(began + timedelta(days=day)):
            work_off()

    for day in range(56, 66):
        goes_by(day)
    assert not Run.objects.filter(opens_at__gt=began + timedelta(days=62)).exists()
    Subscription.objects.update(ends_at=began + timedelta(days=400))
    Factory.objects.filter(pk=factory.pk).update(open_until=began + timedelta(days=400))
    goes_by(67)
    assert plan.runs.filter(opens_at__gt=began + timedelta(days=66)).exists(), "paid, it goes on by itself"


def test_the_factory_is_told_before_each_step(browser, trial, work_off):
    administrator = make.person(Role.ADMIN)
    told = []
    for day in (22, 23, 29, 30, 53, 60, 90):
        with time_machine.travel(trial.ends_at + timedelta(days=day - 30, minutes=1)):
            work_off()
            names = (
                Event.objects.filter(name__startswith="subscription.").order_by("seq").values_list("name", flat=True)
            )
            told.append([name.removeprefix("subscription.") for name in names])
    assert told[0] == []
    assert told[-1] == ["ending", "ending", "limited", "closing", "closed"]
    assert [len(names) for names in told] == [0, 1, 2, 3, 4, 5, 5]
    assert Notification.objects.filter(user=administrator).count() == 5


def test_a_demo_never_stops(factory, trial):
    factory.is_demo = True
    factory.save()
    open_trial(factory)
    assert Subscription.objects.get().open_until is None


def test_the_trial_is_given_once(factory, trial):
    again = open_trial(factory, "300")
    assert (again.pk, again.ends_at, again.band) == (trial.pk, trial.ends_at, "100")


def test_a_factory_without_any_agreement_stands_open(factory):
    assert Factory.objects.get(pk=factory.pk).standing == "open"


def test_the_names_that_go_on_are_addresses_that_exist():
    known = {address.name for address in ADDRESSES}
    assert known >= SAFETY | READING
