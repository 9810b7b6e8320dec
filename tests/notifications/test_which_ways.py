"""An urgent alert leaves by every way at once: SMS, the phone's own notices, e-mail, and once by each robot that it concerns."""

import pytest
from django.urls import reverse

from alerts.actions import raise_alert
from core.secrets import seal
from facilities.models import Department
from hazards.models import Level, Status
from notifications.models import Message, PushSubscription, Robot
from people.permissions import Role
from tests import make
from tests.gateways import WECOM


def _robot(name: str, department: Department | None = None, **more) -> Robot:
    return Robot.objects.create(kind="wecom", name=name, address=seal(WECOM), department=department, **more)


@pytest.fixture
def hazard(factory):
    return make.hazard(Status.REPORTED)


def _raise(hazard, work_off) -> None:
    raise_alert(hazard, "2号冲压机冒烟", by=make.person(Role.WORKER), department_id=hazard.department_id)
    work_off()


def _sent(channel: str) -> list[Message]:
    return list(Message.objects.filter(channel=channel))


def test_every_way_of_everybody_who_takes_alerts(hazard, work_off):
    officers = [make.person(Role.SAFETY_OFFICER, name=name) for name in ("王强", "赵敏")]
    officers[0].email = "wang@example.com"
    officers[0].save()
    for number, officer in enumerate([officers[0], officers[0], officers[1]]):
        PushSubscription.objects.create(user=officer, endpoint=f"https://p.invalid/{number}", p256dh="x", auth="x")
    _raise(hazard, work_off)
    assert {message.person for message in _sent("sms")} == set(officers)
    assert len(_sent("push")) == 3
    assert [message.address for message in _sent("email")] == ["wang@example.com"]


def test_one_message_per_robot_and_event_that_calls_who_has_to_act(hazard, work_off):
    officers = [make.person(Role.SAFETY_OFFICER) for _number in range(3)]
    _robot("全厂群")
    _raise(hazard, work_off)
    (message,) = _sent("wecom")
    assert "2号冲压机冒烟" in message.text
    assert all(f"@{officer.phone}" in message.text for officer in officers)
    assert message.url == reverse("alert", args=[message.alert_id]), "whoever opens it signs in first"
    assert message.is_urgent


def test_robots_of_the_workshop_of_what_is_above_it_and_of_the_whole_factory(hazard, work_off):
    above = make.department("制造部")
    Department.objects.filter(pk=hazard.department_id).update(parent=above)
    for name, department in (
        ("全厂", None),
        ("本车间", hazard.department),
        ("上级", above),
        ("别的车间", make.department()),
    ):
        _robot(name, department)
    _robot("停用", is_active=False)
    _raise(hazard, work_off)
    assert {message.address for message in _sent("wecom")} == {"全厂", "本车间", "上级"}


def test_the_group_hears_of_it_even_where_nobody_takes_alerts(hazard, work_off):
    _robot("全厂群")
    _raise(hazard, work_off)
    assert len(_sent("wecom")) == 1


def test_what_is_general_stays_out_of_the_groups(factory, work_off):
    from hazards.actions import report_hazard

    make.policies()
    make.person(Role.SAFETY_OFFICER)
    _robot("全厂群")
    worker = make.person(Role.WORKER)
    report_hazard(
        by=worker, title="油污", category=make.category(Level.GENERAL), area=make.area(), photos=[make.photo(worker)]
    )
    work_off()
    assert not _sent("wecom")


def test_in_the_demo_all_of_it_is_kept_and_stands_in_the_mailbox(hazard, browser, work_off):
    officer = make.person(Role.SAFETY_OFFICER)
    PushSubscription.objects.create(user=officer, endpoint="https://p.invalid/1", p256dh="x", auth="x", device="Chrome")
    _robot("全厂群")
    _raise(hazard, work_off)
    assert set(Message.objects.values_list("status", flat=True)) == {"kept"}
    page = browser.get("/inbox/").content.decode()
    assert "全厂群" in page
    assert page.count("2号冲压机冒烟") >= 3
    assert "全厂群" not in browser.get("/inbox/?channel=sms").content.decode()
