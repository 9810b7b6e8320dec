"""Who keeps the register, signed in at the desk."""

import pytest

from people.models import User
from people.permissions import Role
from tests import make

LEC = {"likelihood": "3", "exposure": "6", "consequence": "15"}


@pytest.fixture
def officer(factory) -> User:
    make.policies()
    return make.person(Role.SAFETY_OFFICER, name="周敏")


@pytest.fixture
def desk(browser, officer):
    browser.force_login(officer)
    return browser


@pytest.fixture
def facts() -> dict:
    """What the form sends."""
    controls = {"control_engineering": "光幕\r\n双手按钮", "control_emergency": "按急停、断电"}
    about = {"name": "冲床取放料", "area": make.area().pk, "factors": "光幕失效", "accident": "GB6441-2025:machine"}
    return about | controls | LEC
