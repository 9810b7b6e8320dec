"""An alert stands until somebody takes it; the first one does, and all see who."""

import re
from threading import Thread

import pytest
from django.db import connection
from django.urls import reverse

from alerts.actions import acknowledge_alert, raise_alert
from alerts.models import Alert
from core.errors import NotAllowed
from core.models import Event
from notifications.actions import deliver
from notifications.models import Message, Notification
from people.permissions import Role
from tenants import provisioning
from tenants.current import in_factory
from tenants.models import Due
from tests import make


def test_raising_it_again_while_it_is_open_changes_nothing(factory):
    place, worker = make.area(), make.person(Role.WORKER)
    first = raise_alert(place, "防护栏缺失", by=worker)
    assert raise_alert(place, "防护栏缺失", by=worker) == first
    assert Event.objects.filter(name="alert.raised").count() == 1


def test_the_alert_and_its_delivery_are_one_transaction(factory):
    raise_alert(make.area(), "防护栏缺失", by=make.person(Role.WORKER))
    raised = Event.objects.get(name="alert.raised")
    assert Due.objects.filter(factory=factory, handler="events.published", payload={"ids": [str(raised.pk)]}).exists()


def test_a_worker_may_not_take_it(factory):
    worker = make.person(Role.WORKER)
    alert = raise_alert(make.area(), "防护栏缺失", by=worker)
    with pytest.raises(NotAllowed):
        acknowledge_alert(alert, by=worker)


def test_of_two_who_take_it_at_once_one_does_and_both_see_who(fresh_factory):
    alert = raise_alert(make.area(), "防护栏缺失", by=make.person(Role.WORKER))
    officers = [make.person(Role.SAFETY_OFFICER), make.person(Role.SAFETY_OFFICER)]
    seen = []

    def take(officer):
        with in_factory(fresh_factory):
            seen.append(acknowledge_alert(Alert.objects.get(pk=alert.pk), by=officer).acknowledged_by_id)
        connection.close()

    threads = [Thread(target=take, args=(officer,)) for officer in officers]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(seen) == 2
    assert len(set(seen)) == 1
    assert Event.objects.filter(name="alert.acknowledged").count() == 1


def test_the_page_shows_it_until_it_is_taken_and_then_who_did(browser):
    officer = make.person(Role.SAFETY_OFFICER, name="王建国")
    alert = raise_alert(make.area(), "2号冲压机 · 防护栏缺失", by=make.person(Role.WORKER))
    browser.force_login(officer)
    take = reverse("acknowledge", args=[alert.pk])
    assert take in browser.get(reverse("alerts")).content.decode()
    answer = browser.post(take, headers={"HX-Request": "true"}).content.decode()
    assert "王建国" in answer
    assert take not in answer


def test_an_alert_of_another_department_is_not_shown(browser):
    here, there = make.department("冲压车间"), make.department("喷涂车间")
    officer = make.person(Role.SAFETY_OFFICER, in_department=here, bound=True)
    alert = raise_alert(make.area(there), "静电接地断开", by=make.person(Role.WORKER), department_id=there.pk)
    browser.force_login(officer)
    assert "静电接地断开" not in browser.get(reverse("alerts")).content.decode()
    assert browser.post(reverse("acknowledge", args=[alert.pk])).status_code == 404


def test_the_same_text_goes_out_by_sms_once(factory, work_off):
    make.person(Role.SAFETY_OFFICER)
    raise_alert(make.area(), "防护栏缺失", by=make.person(Role.WORKER))
    work_off()
    assert deliver(Event.objects.get(name="alert.raised")) == []
    assert Message.objects.filter(text__contains="防护栏缺失").count() == 1


def test_nobody_hears_of_it_in_another_factory(factory, other_factory, work_off):
    with in_factory(other_factory):
        make.person(Role.SAFETY_OFFICER)
    raise_alert(make.area(), "防护栏缺失", by=make.person(Role.WORKER))
    work_off()
    with in_factory(provisioning.find("two")):
        assert not Notification.objects.exists()


def test_on_the_phone_the_first_alert_stands_open_and_the_others_behind_a_number(browser, factory):
    officer = make.person(Role.SAFETY_OFFICER)
    for number in range(3):
        raise_alert(make.hazard(), f"急停失灵 {number}", by=None)
    browser.force_login(officer)
    for page in (browser.get("/m/"), browser.get(reverse("alerts"), {"on": "phone"})):
        text = page.content.decode()
        first, rest = text.split("还有 2 条告警")
        assert "急停失灵 2" in first and "急停失灵 1" in rest and "急停失灵 0" in rest
    assert "还有 2 条告警" not in browser.get("/desk/").content.decode()


@pytest.mark.parametrize("address", ["/alerts/", "/alerts/?on=phone"])
def test_what_nobody_took_stands_above_what_somebody_did(browser, factory, address):
    officer, worker = make.person(Role.SAFETY_OFFICER), make.person(Role.WORKER)
    for number in range(6):
        alert = raise_alert(make.area(), f"已接{number}", by=worker)
        acknowledge_alert(alert, by=officer)
    for number in range(7):
        raise_alert(make.area(), f"没接{number}", by=worker)
    browser.force_login(officer)
    shown = re.findall(r"(?:已|没)接\d", browser.get(address).content.decode())
    assert shown == [f"没接{number}" for number in range(6, -1, -1)]


def test_while_few_stand_open_those_taken_stand_below_the_last_one_first(browser, factory):
    officer, worker = make.person(Role.SAFETY_OFFICER), make.person(Role.WORKER)
    alerts = [raise_alert(make.area(), f"告警{number}", by=worker) for number in range(4)]
    for number in (2, 0):
        acknowledge_alert(alerts[number], by=officer)
    browser.force_login(officer)
    shown = re.findall(r"告警\d", browser.get("/alerts/").content.decode())
    assert shown == ["告警3", "告警1", "告警0", "告警2"]
