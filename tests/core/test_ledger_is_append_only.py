import pytest
from django.db import ProgrammingError, connection, transaction

from core import ledger
from core.events import action, emit
from core.models import Counter, Event


@action
def happen(times: int = 1) -> None:
    counter = Counter.objects.create(name="c")
    for number in range(times):
        emit("plan.stopped", counter, by=None, number=number, words="安全")


def test_events_of_an_action_are_sealed_in_order(factory):
    happen(3)
    assert [event.seq for event in Event.objects.order_by("seq")] == [1, 2, 3]
    assert ledger.verify().is_whole


@pytest.mark.parametrize(
    "statement", ["UPDATE core_event SET name = 'x'", "DELETE FROM core_event", "TRUNCATE core_event"]
)
def test_the_database_refuses_to_change_an_entry(factory, statement):
    happen()
    with pytest.raises(ProgrammingError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)
    assert Event.objects.count() == 1
