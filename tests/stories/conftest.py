"""What the stories begin with."""

import pytest

from inspections.models import Run
from tests.stories import browser, plant


@pytest.fixture(autouse=True)
def browsers(live) -> None:
    browser.started()


@pytest.fixture
def place(fresh_factory, tmp_path):
    return plant.build(tmp_path)


@pytest.fixture
def path(place) -> str:
    return f"/m/runs/{Run.objects.due_now().get().pk}/"


@pytest.fixture
def site(live, fresh_factory) -> str:
    return live.url(fresh_factory).rstrip("/")
