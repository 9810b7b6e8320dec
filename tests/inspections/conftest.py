"""Who stands at the machine, who designs at the desk, and one fixed morning."""

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest
import time_machine

from inspections.actions import create_checklist
from inspections.models import Checklist, Frequency
from people.models import User
from people.permissions import Role
from tests import make

SHANGHAI = ZoneInfo("Asia/Shanghai")


@pytest.fixture
def clock():
    """Monday, 2 March 2026, six in the morning; it stands still."""
    with time_machine.travel(datetime(2026, 3, 2, 6, 0, tzinfo=SHANGHAI), tick=False) as clock:
        yield clock


@pytest.fixture
def worker(browser):
    """Signed in on the phone."""
    make.policies()
    worker = make.person(Role.WORKER, name="李卫国")
    browser.force_login(worker)
    return worker


@pytest.fixture
def designer(browser, factory):
    """A safety officer who reads English, signed in at the desk."""
    designer = make.person(Role.SAFETY_OFFICER, name="周敏")
    User.objects.filter(pk=designer.pk).update(language="en")
    browser.force_login(designer)
    return designer


@pytest.fixture
def draft(designer) -> Checklist:
    return create_checklist("冲压机班前检查", Frequency.PRESHIFT, by=designer)
