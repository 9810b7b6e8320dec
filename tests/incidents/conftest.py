"""The floor, the desk, and who closes."""

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from incidents.models import Incident
from people.models import User
from people.permissions import Role
from tests import make


@pytest.fixture
def officer(factory) -> User:
    make.policies()
    return make.person(Role.SAFETY_OFFICER, name="周敏")


@pytest.fixture
def leader(factory) -> User:
    return make.person(Role.LEADER, name="赵刚")


@pytest.fixture
def worker(factory) -> User:
    return make.person(Role.WORKER, name="王建国")


@pytest.fixture
def desk(browser, officer):
    browser.force_login(officer)
    return browser


@pytest.fixture
def investigated(desk, officer):
    """One with its causes and an immediate measure, still with the officer."""
    incident = make.incident(severity="near_miss", reporter=make.person(Role.WORKER), equipment=make.machine())
    post(desk, incident, "confirm", severity="near_miss", accident=incident.accident)
    desk.post(f"/desk/incidents/{incident.pk}/causes/", CAUSES)
    return incident


CAUSES = {
    "why_1": "手伸进模区",
    "why_2": "双手按钮被绑住",
    "immediate": "没用双手按钮",
    "root": "换模后没人检查按钮",
    "lesson": "绑按钮，等于没有按钮。",
}


def post(desk, incident: Incident, verb: str, /, **data):
    return desk.post(f"/desk/incidents/{incident.pk}/{verb}/", data)


def local(*moment: int) -> datetime:
    return datetime(*moment, tzinfo=ZoneInfo("Asia/Shanghai"))
