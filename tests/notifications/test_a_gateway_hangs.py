"""While a gateway keeps one worker waiting, nothing is locked, and whatever else is due goes out."""

import time

import pytest
from django.db import transaction

from core.secrets import seal
from notifications import sending
from notifications.models import Message, Robot
from tenants import due
from tenants.models import Due
from tests import gateways
from tests.gateways import DINGTALK, SECRET, WECOM
from tests.threads import at_once

SECONDS = 4


@pytest.fixture
def slow(settings):
    settings.DEMO = False
    with gateways.running(gateways.wecom()) as slow, gateways.running(gateways.dingtalk()) as fast:
        slow.seconds = SECONDS
        settings.GATEWAYS = {"qyapi.weixin.qq.com": slow.url, "oapi.dingtalk.com": fast.url}
        yield slow


def test_others_go_out_and_an_alert_can_be_taken_meanwhile(fresh_factory, slow):
    hanging = Robot.objects.create(kind="wecom", name="慢群", address=seal(WECOM))
    other = Robot.objects.create(kind="dingtalk", name="快群", address=seal(DINGTALK), secret=seal(SECRET))
    first, second = (sending.queue("wecom", "慢群", "火警", key=f"s{number}", robot=hanging) for number in range(2))

    def worker() -> None:
        while not slow.requests:
            due.run_one()

    def meanwhile() -> float:
        while not slow.requests:
            time.sleep(0.05)
        began = time.monotonic()
        with transaction.atomic():
            assert Robot.objects.select_for_update(nowait=True).get(pk=hanging.pk)
            assert Message.objects.select_for_update(nowait=True).get(pk=first.pk).status == Message.Status.WAITING
            assert Due.objects.select_for_update(nowait=True).get(factory=fresh_factory, key=f"message:{first.pk}")
        quick = sending.queue("dingtalk", "快群", "火警", key="fast", robot=other)
        sending.send(quick.pk)
        sending.send(second.pk)
        return time.monotonic() - began

    _done, took = at_once(fresh_factory, worker, meanwhile)
    assert isinstance(took, float), took
    assert took < SECONDS / 2
    assert len(slow.requests) == 1
    statuses = dict(Message.objects.values_list("key", "status"))
    assert statuses == {"s0": "sent", "s1": "waiting", "fast": "sent"}
