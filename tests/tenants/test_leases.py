"""Work that waits for somebody else's server holds no lock meanwhile, and a killed worker's row comes back."""

from datetime import timedelta

import pytest
import time_machine
from django.db import connection
from django.utils import timezone

from tenants import due
from tenants.models import Due

LEASE = timedelta(seconds=30)


@pytest.fixture
def leased():
    """Registers a handler for one test."""
    names = []

    def register(function):
        name = f"tests.leased_{len(due.handlers())}"
        due.handler(name, lease=LEASE)(function)
        names.append(name)
        return name

    yield register
    for name in names:
        del due._handlers[name], due._leases[name]


def _row(factory) -> Due:
    return Due.objects.get(key="k", factory=factory)


def test_it_runs_outside_of_a_transaction_and_the_row_goes_when_it_is_done(fresh_factory, leased):
    seen = []
    name = leased(lambda: seen.append((connection.in_atomic_block, Due.objects.filter(key="k").exists())))
    due.at(timezone.now(), name, key="k")
    while due.run_one():
        pass
    assert seen == [(False, True)]
    assert not Due.objects.filter(key="k", factory=fresh_factory).exists()


def test_of_a_killed_worker_it_is_due_again_after_the_lease(fresh_factory, leased):
    class Killed(BaseException):
        pass

    def dies():
        raise Killed

    name = leased(dies)
    due.at(timezone.now(), name, key="k")
    with pytest.raises(Killed):
        while due.run_one():
            pass
    left = _row(fresh_factory)
    assert timedelta() < left.due_at - timezone.now() <= LEASE
    done = []
    due._handlers[name] = lambda: done.append(1)
    with time_machine.travel(timezone.now() + LEASE + timedelta(seconds=1)):
        while due.run_one():
            pass
    assert done == [1]


def test_work_that_asks_to_be_called_again_is(fresh_factory, leased):
    later = timezone.now() + timedelta(hours=1)
    names: list[str] = []
    names.append(leased(lambda: due.at(later, names[0], key="k")))
    due.at(timezone.now(), names[0], key="k")
    while due.run_one():
        pass
    assert _row(fresh_factory).due_at == later


def test_a_failure_waits_twice_as_long_each_time_and_keeps_the_reason(fresh_factory, leased):
    def fails():
        raise ValueError("no")

    due.at(timezone.now(), leased(fails), key="k")
    while due.run_one():
        pass
    row = _row(fresh_factory)
    assert (row.attempts, row.last_error) == (1, "ValueError: no")
    assert timedelta(seconds=1) < row.due_at - timezone.now() <= timedelta(seconds=2)


def test_what_was_cancelled_meanwhile_does_not_come_back(fresh_factory, leased):
    def cancels_and_fails():
        due.cancel(key="k")
        raise ValueError("no")

    due.at(timezone.now(), leased(cancels_and_fails), key="k")
    while due.run_one():
        pass
    assert not Due.objects.filter(key="k", factory=fresh_factory).exists()
