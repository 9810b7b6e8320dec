import pytest
import time_machine


@pytest.fixture
def clock():
    """A clock that stands still until it is shifted by seconds."""
    with time_machine.travel("2026-11-02T01:00:00Z", tick=False) as traveller:
        yield traveller
