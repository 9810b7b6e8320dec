"""A returned fix has a clock of its own: at least the hours of its policy, and never less than it had."""

from datetime import datetime, timedelta

import pytest
import time_machine
from django.urls import reverse

from core.models import Event
from hazards.actions import review_hazard
from hazards.models import Hazard, LevelPolicy, Status
from notifications.models import Notification
from people.permissions import Role
from tenants.models import Due
from tests import make
from tests.hazards import levels
from tests.hazards.levels import MORNING

HOUR = timedelta(hours=1)


@pytest.fixture
def clock():
    with time_machine.travel(MORNING, tick=False) as clock:
        yield clock


@pytest.fixture
def people(factory, clock):
    return levels.crew()


def _returned(people, hazard) -> Hazard:
    review_hazard(hazard, by=people[Role.TEAM_LEADER], is_passed=False, note="螺栓少一颗")
    hazard.refresh_from_db()
    return hazard


@pytest.mark.parametrize(
    ("left", "limit"),
    [(40, 40), (24, 24), (10, 24), (-5, 24)],
)
def test_the_later_of_the_old_limit_and_a_new_one(people, left, limit):
    hazard = make.hazard(Status.FIRST_REVIEW, due_at=MORNING + left * HOUR, first_due_at=MORNING + left * HOUR)
    hazard = _returned(people, hazard)
    assert hazard.due_at == MORNING + limit * HOUR
    assert hazard.first_due_at == MORNING + left * HOUR
    assert Due.objects.get(key=f"hazard:{hazard.pk}:limit").due_at == MORNING + (limit - 12) * HOUR


def test_the_hours_are_those_of_its_own_policy(people):
    hazard = make.hazard(Status.FIRST_REVIEW, due_at=MORNING)
    LevelPolicy.objects.filter(pk=hazard.policy_id).update(rework_hours=6)
    hazard.policy.refresh_from_db()
    assert _returned(people, hazard).due_at == MORNING + 6 * HOUR


def test_the_record_keeps_the_old_limit_and_the_owner_hears_until_when(browser, people, work_off):
    hazard = _returned(people, make.hazard(Status.FIRST_REVIEW, due_at=MORNING - HOUR))
    data = Event.objects.get(name="hazard.returned").data
    old, new = (datetime.fromisoformat(data[when]) for when in ("old", "new"))
    assert (data["note"], old, new) == ("螺栓少一颗", MORNING - HOUR, MORNING + 24 * HOUR)
    work_off()
    line = Notification.objects.get(user=hazard.owner).line
    assert "螺栓少一颗" in line and "09:00" in line
    browser.force_login(hazard.owner)
    page = browser.get(reverse("field:rectify", args=[hazard.pk])).content.decode()
    assert "螺栓少一颗" in page and "09:00" in page
