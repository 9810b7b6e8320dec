"""Two factories with something of every kind in each."""

import pytest
from django.utils import timezone
from psycopg import sql

from facilities.qr import token_of
from lifecycle.models import Deletion
from operators.actions import add_operator
from operators.models import Operator
from tenants import provisioning
from tenants.current import in_factory
from tenants.models import Due
from tests import make, world
from tests.sweep.addresses import FOREIGN_IDS, GOING, OWN_IDS, Two, ids_above, in_order


@pytest.fixture
def two(factory, other_factory, numbers_elsewhere) -> Two:
    own = world.build("甲记")
    own_ids = {*ids_above(OWN_IDS), own.draft.pk, own.draft.items.get().pk, own.lesson.pk}
    with in_factory(other_factory):
        foreign = world.build("乙记")
        return Two(own, in_order(own_ids), foreign, token_of(foreign.sticker), ids_above(FOREIGN_IDS))


@pytest.fixture
def numbers_elsewhere(factory, other_factory):
    """A sequence is not rolled back with its test, and long numbers would be seen on the next one's pages."""
    starts = {factory.schema_name: OWN_IDS, other_factory.schema_name: FOREIGN_IDS}
    with provisioning.as_owner() as owner:
        before = owner.execute(
            "SELECT schemaname, sequencename, last_value FROM pg_sequences WHERE schemaname = ANY(%s)", [list(starts)]
        ).fetchall()
        for schema, name, _last in before:
            _set(owner, schema, name, starts[schema])
    yield
    with provisioning.as_owner() as owner:
        for schema, name, last in before:
            _set(owner, schema, name, last)


def _set(owner, schema: str, name: str, last: int | None) -> None:
    sequence = sql.Identifier(schema, name).as_string(owner)
    owner.execute("SELECT setval(%s, %s, %s)", [sequence, last or 1, last is not None])


@pytest.fixture
def operator(two, factory, other_factory) -> tuple[Operator, list[int]]:
    """Of the installation, and rows of work of both factories that were set aside."""
    row, _address = add_operator("Anna", make.PASSWORD, by=None)
    now = timezone.now()
    facts = {"handler": "notifications.send_sms", "due_at": now, "dead_at": now, "attempts": 12}
    dead = [
        Due.objects.create(
            factory=where, payload={"phone": of.mark, "text": of.mark}, last_error=f"DomainError: {of.mark}", **facts
        )
        for where, of in ((factory, two.own), (other_factory, two.foreign))
    ]
    Deletion.objects.create(
        pk=GOING, factory=other_factory, slug="two", name="二厂", asked_at=now, due_at=now, asked_by=1,
        archive={"sha256": "0" * 64},
    )  # fmt: skip
    return row, [one.pk for one in dead]
