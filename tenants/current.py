"""Which factory this piece of work belongs to, and the guard that no query leaves its schema."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

from django.db import connection as _connection
from django_tenants.utils import tenant_context

from tenants.models import Factory

connection: Any = _connection  # django-tenants adds to what Django declares
_current: ContextVar[Factory | None] = ContextVar("factory", default=None)


class WrongSchema(RuntimeError):
    """A query was about to run in another schema than the one its work is pinned to."""


@contextmanager
def in_factory(factory: Factory) -> Iterator[Factory]:
    """Runs the block in the factory's schema and pins it there."""
    token = _current.set(factory)
    try:
        with tenant_context(factory):
            yield factory
    finally:
        _current.reset(token)


@contextmanager
def in_public() -> Iterator[None]:
    """Where a request, a message or a due row begins: pinned to nobody, whatever the thread did before."""
    token, before = _current.set(None), connection.tenant
    connection.set_schema_to_public()
    try:
        yield
    finally:
        _current.reset(token)
        connection.set_tenant(before)


def current_factory() -> Factory:
    factory = _current.get()
    if factory is None:
        raise WrongSchema("This work needs a factory; enter it with in_factory().")
    return factory


def factory_if_any() -> Factory | None:
    """None where the work is the installation's own."""
    return _current.get()


def current_schema() -> str:
    """For log lines, salts and file paths; "public" outside of a factory."""
    factory = _current.get()
    return factory.schema_name if factory else "public"


def refuse_wrong_schema(execute, sql, params, many, context):
    """Database wrapper, on in production too: fails closed when schema and pin differ."""
    factory, used = _current.get(), context["connection"]
    if factory is not None and used.schema_name != factory.schema_name:
        raise WrongSchema(f"pinned to {factory.schema_name}, connection is in {used.schema_name}")
    if used.search_path_set_schemas is None:  # the cursor is from before a switch; opening one sets the path
        used.cursor().close()
    return execute(sql, params, many, context)


def install_guard(**_) -> None:
    if refuse_wrong_schema not in connection.execute_wrappers:
        connection.execute_wrappers.append(refuse_wrong_schema)
