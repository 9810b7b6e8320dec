"""本可发现: the 90 days before an incident, at its place or of its kind, and only what the reader may see."""

from datetime import timedelta

import pytest
from django.utils import timezone

from facilities.calendar import today
from hazards.models import Category
from incidents.actions import add_injury
from insight.foresight import before
from inspections.models import Run
from people.permissions import Role
from sensors.actions import take_readings, take_suggested
from tests import make
from training.models import Enrolment


@pytest.fixture
def press():
    return make.machine()


def test_what_was_known_and_missed_at_the_same_machine_stands_with_its_days(officer, desk, press):
    now = timezone.now()

    def ago(days):
        return now - timedelta(days=days)

    there = {"equipment": press, "area": press.area}
    known = make.hazard("closed", **there, reported_at=ago(40), closed_at=ago(30))
    still = make.hazard("assigned", **there, reported_at=ago(3))
    promised = make.hazard("assigned", **there, reported_at=ago(20), source="incident")
    make.hazard(**there, reported_at=ago(95))
    make.hazard(equipment=make.machine(), reported_at=ago(5))
    kind, _new = Category.objects.get_or_create(
        code="machine-guarding", defaults={"name": {"zh": "防护"}, "gbt13861": 2}
    )
    same_kind = make.hazard(area=press.area, category=kind, reported_at=ago(7))
    make.hazard(area=press.area, reported_at=ago(8))
    failed = make.run(equipment=press, status=Run.Status.DONE, result="fail", submitted_at=ago(10))
    missed = make.run(equipment=press, status=Run.Status.MISSED, closes_at=ago(2), opens_at=ago(2))
    sensor = make.sensor("humidity", at=press)
    take_suggested(sensor, by=None)
    take_readings(sensor, {now - timedelta(minutes=n): 20 for n in range(1, 4)}, by=None)
    incident = make.incident("minor", equipment=press, accident="GB6441-2025:machine")
    late = make.person(Role.WORKER, name="张三丰")
    lesson = make.enrolment(late)
    Enrolment.objects.filter(pk=lesson.pk).update(due_on=today() - timedelta(days=9))
    add_injury(incident, by=officer, severity="minor", person=late)
    risk = make.risk(press.area, by=officer, equipment=press)
    found = before(incident, officer)
    assert [(sign.kind.value, sign.days_before, sign.pk) for sign in found.signs if sign.kind not in ("alarm", "training")][
        -6:
    ] == [
        ("missed", 2, missed.pk), ("hazard", 3, still.pk), ("hazard", 7, same_kind.pk), ("failed", 10, failed.pk),
        ("hazard", 20, promised.pk), ("hazard", 40, known.pk),
    ]  # fmt: skip
    assert [sign.days_before for sign in found.signs if sign.kind == "training"] == [9]
    assert any(sign.kind == "alarm" for sign in found.signs)
    assert [each.pk for each in found.risks] == [risk.pk]
    page = desk.get(f"/desk/incidents/{incident.pk}/").content.decode()
    assert known.number in page and "本来能发现吗" in page and risk.number in page and "张三丰" in page


def test_gaps_in_training_are_personal(officer, press):
    incident = make.incident("minor", equipment=press)
    late = make.person(Role.WORKER)
    Enrolment.objects.filter(pk=make.enrolment(late).pk).update(due_on=today() - timedelta(days=9))
    add_injury(incident, by=officer, severity="minor", person=late)
    kinds = [{sign.kind for sign in before(incident, who).signs} for who in (officer, make.person(Role.TEAM_LEADER))]
    assert kinds == [{"training"}, set()]


def test_where_nothing_was_known_the_page_says_so(desk):
    incident = make.incident()
    assert "没有隐患" in desk.get(f"/desk/incidents/{incident.pk}/").content.decode()
