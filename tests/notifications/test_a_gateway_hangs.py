"""While a gateway keeps one worker waiting, nothing is locked, and whatever else is due goes out."""

import socket
import threading
import time

import pytest
from django.db import transaction

from core import post
from core.errors import DomainError
from core.secrets import seal
from notifications import sending
from notifications.models import Message, Robot
from notifications.robots import Setting, add_robot
from people.permissions import Role
from tenants import due
from tenants.models import Due
from tests import gateways, make
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


@pytest.fixture
def deaf_resolver(settings, monkeypatch):
    """A resolver that answers for every name but one, and for that one only when the test is over."""
    settings.DEMO, settings.PRIVATE_ADDRESSES = False, False
    monkeypatch.setattr(post, "LOOK_UP", 0.2)
    over, ask = threading.Event(), socket.getaddrinfo

    def slow(host, *arguments, **more):
        if host == "deaf.example":
            over.wait()
        return ask(host, *arguments, **more)

    monkeypatch.setattr(socket, "getaddrinfo", slow)
    yield
    over.set()


def test_a_name_that_nobody_looks_up_is_given_up_and_tried_again(factory, deaf_resolver):
    robot = Robot.objects.create(kind="webhook", name="MES", address=seal("https://deaf.example/in"), secret=seal("s"))
    message = sending.queue("webhook", "MES", "火警", key="k", robot=robot, is_urgent=True)
    sending.send(message.pk)
    message.refresh_from_db()
    robot.refresh_from_db()
    assert message.status == Message.Status.WAITING
    assert "deaf.example" in message.reason
    assert robot.last_error == message.reason
    assert Due.objects.filter(factory=factory, key=f"robot:{robot.pk}").exists()


def test_who_types_in_such_a_name_is_told_and_waits_for_nothing(factory, deaf_resolver):
    officer = make.person(Role.SAFETY_OFFICER)
    with pytest.raises(DomainError) as refused:
        add_robot(Setting("webhook", "MES", "https://deaf.example/in", "s"), by=officer)
    assert "deaf.example" in refused.value.message
    assert not Robot.objects.exists()
