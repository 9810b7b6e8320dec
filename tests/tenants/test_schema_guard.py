"""No query leaves the factory that its work is pinned to."""

import pytest
from django.db import ProgrammingError, connection

from core.models import Event
from tenants.current import WrongSchema, current_factory, in_factory
from tenants.models import Factory


def test_a_query_in_another_schema_than_the_pinned_one_is_refused(factory, other_factory):
    connection.set_tenant(other_factory)
    with pytest.raises(WrongSchema):
        Event.objects.count()
    connection.set_tenant(factory)
    assert Event.objects.count() == 0


def test_a_block_gives_the_schema_back_even_when_it_fails(factory, other_factory):
    with pytest.raises(ValueError, match="inside"), in_factory(other_factory):
        raise ValueError("inside")
    assert current_factory() == factory
    assert connection.schema_name == factory.schema_name


def test_work_without_a_factory_is_refused(db):
    with pytest.raises(WrongSchema):
        current_factory()


def test_a_schema_that_is_gone_fails_closed(db):
    """There is no table of the same name in public to fall through to."""
    with in_factory(Factory(schema_name="t_gone", name="gone")), pytest.raises(ProgrammingError):
        Event.objects.count()


def test_schemas_never_carry_the_name_that_people_type(factory):
    assert factory.schema_name.startswith("t_")
    assert "one" not in factory.schema_name
