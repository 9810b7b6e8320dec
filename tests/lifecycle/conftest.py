"""A factory with something of everything, committed: an archive is made of what others can see."""

import secrets
from pathlib import Path

import pytest
from django.db import transaction

from core.ledger import anchor
from lifecycle.export import write_archive
from people.permissions import Role
from tests import make, world


def new_slug() -> str:
    return f"f{secrets.token_hex(4)}"


@pytest.fixture
def full(fresh_factory) -> world.World:
    with transaction.atomic():
        built = world.build("丙记")
    anchor()
    return built


@pytest.fixture
def archive(full, fresh_factory, tmp_path) -> Path:
    path = tmp_path / "archive.zip"
    write_archive(fresh_factory, path, by="测试")
    return path


@pytest.fixture
def administrator(factory, browser):
    admin = make.person(Role.ADMIN, name="刘洋")
    browser.force_login(admin)
    return admin
