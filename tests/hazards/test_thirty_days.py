"""Thirty days with a worker that is late, killed, doubled or gone for days: each step is told once, in order, none is missing."""

import contextlib
import random
from datetime import datetime, timedelta
from threading import Thread
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.db import Error, connection, transaction
from django.utils import timezone

from core import ledger
from core.events import history
from hazards import actions, tasks
from hazards.models import Hazard, Level, LevelPolicy, Status
from notifications.models import Notification
from people.permissions import Role
from tenants import due
from tenants.models import Due
from tests import make

START = datetime(2026, 3, 2, 9, tzinfo=ZoneInfo("Asia/Shanghai"))
END = START + timedelta(days=30)
HAZARDS = 12
HOURS = {Level.GENERAL: 72, Level.SERIOUS: 48, Level.MAJOR: 24}
# A major one has less time than the chain begins before its limit: its first step is told at once.
BEFORE = {Level.GENERAL: 12, Level.SERIOUS: 12, Level.MAJOR: 30}
EVERY = 36


class Month:
    """What the test itself knows: the limits that each hazard had, until when, and until when the worker had done all."""

    def __init__(self, dice: random.Random) -> None:
        self.dice = dice
        self.limits: dict[int, list[tuple[datetime, datetime | None, datetime | None]]] = {}
        self.worked_until = START

    def ends(self, hazard: Hazard) -> None:
        limit, _ended, _worked = self.limits[hazard.pk][-1]
        self.limits[hazard.pk][-1] = (limit, timezone.now(), self.worked_until)

    def begins(self, hazard: Hazard, limit: datetime) -> None:
        self.limits.setdefault(hazard.pk, []).append((limit, None, None))


@pytest.fixture
def crew(fresh_factory):
    """No workshop head: whoever is to hear in between is passed over, and it is said."""
    with time_machine.travel(START, tick=True):
        for level, hours in HOURS.items():
            facts = {"rectify_hours": hours, "escalate_before_hours": BEFORE[level], "repeat_hours": EVERY}
            LevelPolicy.objects.create(level=level, version=1, acknowledge_minutes=60, **facts)
        yield {role: make.person(role) for role in Role if role != Role.WORKSHOP_HEAD}
    Due.objects.filter(factory=fresh_factory).delete()


def test_each_step_is_told_once_in_order_and_none_is_missing(crew):
    month = Month(random.Random(7))
    moment = START
    while moment < END:
        moment = min(END, moment + timedelta(hours=month.dice.choice((0.5, 3, 11, 30, 60))))
        with time_machine.travel(moment, tick=True):
            _live(month, crew)
            _work(month)
    with time_machine.travel(END, tick=True):
        _drain(month)
        told = sum(_check(month, Hazard.objects.get(pk=pk)) for pk in month.limits)
    assert told > HAZARDS * 3
    assert ledger.verify().is_whole


def _live(month: Month, crew: dict) -> None:
    """What people do in the meantime: report, allow more time, set aside."""
    if len(month.limits) < HAZARDS:
        _open(month, crew, month.dice.choice(list(Level)))
    running = [hazard for hazard in Hazard.objects.all() if hazard.is_open]
    hazard = month.dice.choice(running or [_open(month, crew, Level.GENERAL)])
    throw = month.dice.random()
    if throw < 0.15:
        month.ends(hazard)
        actions.void_hazard(hazard, by=crew[Role.SAFETY_OFFICER], note="误报")
    elif throw < 0.4:
        limit = max(hazard.due_at, timezone.now()) + timedelta(hours=month.dice.choice((1, 20, 90)))
        month.ends(hazard)
        asked = actions.request_extension(hazard, by=hazard.owner, new_due_at=limit, reason="配件未到")
        actions.decide_extension(asked, by=crew[Role.SAFETY_OFFICER], is_approved=True)
        month.begins(hazard, limit)


def _open(month: Month, crew: dict, level: str) -> Hazard:
    kind, place = make.category(level), make.area()
    worker, facts = crew[Role.WORKER], {"title": "防护栏缺失", "category": kind, "area": place}
    hazard = actions.report_hazard(by=worker, photos=[make.photo(worker)], **facts)
    actions.confirm_hazard(hazard, by=crew[Role.SAFETY_OFFICER], level=level)
    actions.assign_hazard(hazard, by=crew[Role.SAFETY_OFFICER], owner=crew[Role.MAINTENANCE])
    actions.start_hazard(hazard, by=crew[Role.MAINTENANCE])
    month.begins(hazard, hazard.due_at)
    return hazard


def _work(month: Month) -> None:
    """The worker as it is in bad times."""
    how = month.dice.choice(("absent", "killed", "doubled", "twice", "well"))
    if how == "absent":
        return
    if how == "killed":
        for _time in range(3):
            _in_threads(_die)
        return
    if how == "twice":
        for hazard in Hazard.objects.all():
            tasks.escalate(hazard.pk, step=0)
            tasks.escalate(hazard.pk, step=month.dice.randrange(4))
    if how == "doubled":
        _in_threads(_all, _all)
    _drain(month)


def _drain(month: Month) -> None:
    begun = timezone.now()
    _all()
    month.worked_until = begun


def _all() -> None:
    while due.run_one():
        pass


def _die() -> None:
    """Claims a row, does its work, and is killed before the commit."""
    with contextlib.suppress(Error), transaction.atomic():
        due.run_one()
        connection.connection.close()


def _in_threads(*works) -> None:
    def closing(work):
        try:
            work()
        finally:
            connection.close()

    threads = [Thread(target=closing, args=(work,)) for work in works]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def _check(month: Month, hazard: Hazard) -> int:
    events = list(history(hazard).filter(name="hazard.escalated", data__has_key="step"))
    total = 0
    for limit, ended, worked_until in month.limits[hazard.pk]:
        mine = [event for event in events if datetime.fromisoformat(event.data["limit"]) == limit]
        total += len(mine)
        assert [event.data["step"] for event in mine] == list(range(len(mine)))
        assert all(event.at >= _when(hazard, limit, event.data["step"]) for event in mine)
        assert ended is None or all(event.at <= ended for event in mine)
        assert len(mine) >= _steps_until(hazard, limit, worked_until or END)
        assert len(mine) <= _steps_until(hazard, limit, ended or END + timedelta(minutes=2))
    assert total == len(events)
    _heard_once(events)
    return total


def _when(hazard: Hazard, limit: datetime, step: int) -> datetime:
    if step == 0:
        return limit - timedelta(hours=BEFORE[Level(hazard.level)])
    return limit + timedelta(hours=EVERY * (step - 1))


def _steps_until(hazard: Hazard, limit: datetime, end: datetime) -> int:
    return next(step for step in range(200) if _when(hazard, limit, step) > end)


def _heard_once(events: list) -> None:
    """Step 1 finds no workshop head, tells the safety officer instead, and says so; each is notified once."""
    for event in events:
        skipped = event.data["step"] == 1
        assert event.data["skipped"] == ([Role.WORKSHOP_HEAD] if skipped else [])
        assert len(event.data["told"]) == 1
        assert Notification.objects.filter(event_id=event.pk, user__in=event.data["told"]).count() == 1


def test_a_closed_hazard_tells_nobody_even_when_its_row_is_late(crew):
    month = Month(random.Random(1))
    with time_machine.travel(START, tick=True):
        _open(month, crew, Level.MAJOR)
    hazard = Hazard.objects.get()
    with time_machine.travel(START + timedelta(days=3), tick=True):
        Hazard.objects.filter(pk=hazard.pk).update(status=Status.CLOSED)
        _drain(month)
    assert not Due.objects.filter(key=f"hazard:{hazard.pk}:limit").exists()
    assert not history(hazard).filter(name="hazard.escalated").exists()
