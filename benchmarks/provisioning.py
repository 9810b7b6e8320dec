"""Opening a factory: cold, from the warm pool, and against Django's migrations."""

import secrets
from collections.abc import Iterator
from contextlib import contextmanager

from django.core.management import call_command
from django.db import transaction
from psycopg import sql

from benchmarks.measure import Result, compare, result
from tenants import provisioning
from tenants.current import connection
from tenants.models import Factory, PreparedSchema, SchemaTemplate


def run(*, is_quick: bool) -> list[Result]:
    rounds = 3 if is_quick else 9
    with _clean_slate():
        cold = compare("provision_cold", _cold, _replay, goal=1.5, rounds=rounds)
        signup = compare("provision_signup", _sign_up, _bare_inserts, goal=3, rounds=rounds)
        # What somebody who signs up waits for, against what django-tenants would do meanwhile.
        migrated = compare("migrate", _migrate, _replay, goal=1, rounds=1 if is_quick else 3)
        return [
            cold,
            signup,
            result("provision_signup_vs_cold", signup.ours, cold.ours, 0.1),
            result("provision_vs_migrate", signup.ours, migrated.ours, 0.05),
        ]


@contextmanager
def _clean_slate() -> Iterator[None]:
    """Whatever was made here goes away again, and the pool is as full as before."""
    try:
        yield
    finally:
        for factory in Factory.objects.filter(name="benchmark"):
            provisioning.delete_factory(factory)
        _drop_prepared()
        provisioning.fill_pool()


def _drop_prepared() -> None:
    names = list(PreparedSchema.objects.values_list("schema_name", flat=True))
    with provisioning.as_owner() as owner:
        for name in names:
            owner.execute(sql.SQL("DROP SCHEMA IF EXISTS {} CASCADE").format(sql.Identifier(name)))
    PreparedSchema.objects.filter(schema_name__in=names).delete()


def _cold() -> None:
    provisioning._prepare()


def _open() -> None:
    """All of it: the schema, and its place among the factories."""
    _cold()
    _sign_up()


def _replay() -> None:
    """The same statements, bare; the schema goes away with the transaction."""
    template = SchemaTemplate.objects.get(fingerprint=provisioning.fingerprint())
    with provisioning.as_owner() as owner, owner.transaction(force_rollback=True):
        provisioning.replay(owner, "b_" + secrets.token_hex(8), template.statements, template.tables_with_rows)


def _slug() -> str:
    return "b" + secrets.token_hex(6)


def _sign_up() -> None:
    """With a schema in the pool, as a visitor finds it."""
    provisioning.create_factory(_slug(), "benchmark")


def _bare_inserts() -> None:
    """The rows that a new factory needs, as plain SQL in one transaction."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO tenants_factory (schema_name, name, status, time_zone, is_demo, created_at)"
            " VALUES (%s, 'benchmark', 'active', 'Asia/Shanghai', false, now()) RETURNING id",
            ["b_" + secrets.token_hex(8)],
        )
        cursor.execute(
            "INSERT INTO tenants_domain (domain, tenant_id, is_primary) VALUES (%s, %s, true)",
            [provisioning.host_of(_slug()), cursor.fetchone()[0]],
        )


def _migrate() -> None:
    """What django-tenants does for a new schema."""
    name = "b_" + secrets.token_hex(8)
    with provisioning.as_owner() as owner:
        owner.execute(sql.SQL("CREATE SCHEMA {}").format(sql.Identifier(name)))
    call_command("migrate_schemas", schema_name=name, verbosity=0, interactive=False)
    connection.set_schema_to_public()
    with provisioning.as_owner() as owner:
        owner.execute(sql.SQL("DROP SCHEMA {} CASCADE").format(sql.Identifier(name)))
