"""A factory's schema: made ahead of need by the SQL that was recorded on the template, given away at sign-up.

Migrating a schema takes 10 s and more, replaying its SQL a third of a second, giving a prepared one away some
milliseconds. The names are generated and never used again but by the same factory that is restored, so nobody can inherit what was
somebody else's.
"""

import functools
import hashlib
import secrets
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg
from django.conf import settings
from django.core.cache import cache
from django.db import DEFAULT_DB_ALIAS, connections, transaction
from django.db.migrations.loader import MigrationLoader
from django.utils import timezone
from psycopg import sql

from tenants.current import in_public
from tenants.models import Domain, Factory, PreparedSchema, SchemaTemplate
from tenants.slugs import check_shape, host_of, look_of, taken

POOL_SIZE = 3
TEMPLATE_SCHEMA = "template"


def address_of(slug: str) -> str:
    """What to type into a browser: https in production, where a proxy stands before us, else our own port."""
    return f"https://{host_of(slug)}" if settings.HTTPS else f"http://{host_of(slug)}:{settings.PORT}"


def public_address() -> str:
    """Of the bare host."""
    return f"https://{settings.BASE_DOMAIN}" if settings.HTTPS else f"http://{settings.BASE_DOMAIN}:{settings.PORT}"


def find(slug: str) -> Factory:
    return Factory.objects.get(domains__domain=host_of(slug))


def slug_of(factory: Factory) -> str:
    return factory.domains.get(is_primary=True).domain.partition(".")[0]


def create_factory(slug: str, name: str, *, is_demo: bool = False) -> Factory:
    """Gives a prepared schema to a new factory; only an empty pool makes it wait for a fresh one."""
    check_shape(slug)
    with transaction.atomic():
        factory = _claimed(slug, name, is_demo=is_demo)
        while factory is None:
            _prepare()
            factory = _claimed(slug, name, is_demo=is_demo)
        if factory.domain_id is None:  # somebody else has it; the schema goes back with the transaction
            raise taken(slug)
    return factory


def _claimed(slug: str, name: str, *, is_demo: bool) -> Any:
    """The new factory with the number of its domain, which is empty where the name is taken; nothing from an empty pool."""
    values = {
        "fingerprint": fingerprint(),
        "name": name,
        "is_demo": is_demo,
        "host": host_of(slug),
        "look": look_of(slug),
    }
    values |= {
        "status": Factory.Status.ACTIVE.value,
        "zone": Factory._meta.get_field("time_zone").default,
        "now": timezone.now(),
    }
    return next(iter(Factory.objects.raw(_CLAIM, values)), None)


# One statement, because somebody waits: two at once get two schemas, for the claim skips rows that somebody else holds,
# and of two who want one name the second waits for the first and then finds it taken. The last part is a Due row, as due
# would write it.
_CLAIM = """
WITH claimed AS (
  DELETE FROM tenants_preparedschema WHERE schema_name = (
    SELECT schema_name FROM tenants_preparedschema WHERE fingerprint = %(fingerprint)s
    ORDER BY prepared_at LIMIT 1 FOR UPDATE SKIP LOCKED
  ) RETURNING schema_name
), made AS (
  INSERT INTO tenants_factory (schema_name, name, status, time_zone, is_demo, created_at)
  SELECT schema_name, %(name)s, %(status)s, %(zone)s, %(is_demo)s, %(now)s FROM claimed RETURNING *
), placed AS (
  INSERT INTO tenants_domain (domain, tenant_id, is_primary, look)
  SELECT %(host)s, id, true, %(look)s FROM made ON CONFLICT DO NOTHING RETURNING id
), refill AS (
  INSERT INTO tenants_due (handler, payload, due_at, is_urgent, attempts, last_error, created_at)
  SELECT 'tenants.fill_pool', '{}', %(now)s, false, 0, '', %(now)s FROM placed
)
SELECT made.*, placed.id AS domain_id FROM made LEFT JOIN placed ON true
"""


def delete_factory(factory: Factory) -> None:
    """Removes the factory, its schema and its files for ever; broken off, it is done by once more."""
    empty(factory.schema_name)
    with in_public(), transaction.atomic():
        Domain.objects.filter(tenant=factory).delete()
        factory.delete()


def empty(schema_name: str) -> None:
    """Tables, files and cache of a factory; the rows that name it stay, so that a second call finds what is left."""
    with as_owner() as owner:
        owner.execute("SET lock_timeout = '30s'")  # somebody still reads there: called again later
        owner.execute(sql.SQL("DROP SCHEMA IF EXISTS {} CASCADE").format(sql.Identifier(schema_name)))
    shutil.rmtree(Path(settings.MEDIA_ROOT) / schema_name, ignore_errors=True)
    anchor_file(schema_name).unlink(missing_ok=True)
    _forget_cache(schema_name)


def _forget_cache(schema_name: str) -> None:
    """It would end by itself, but nothing is to be left, and a factory that is restored finds nothing of before."""
    client = cache._cache.get_client(None, write=True)  # type: ignore[attr-defined]  # Django's Redis cache finds no keys by itself
    for key in client.scan_iter(match=f"{schema_name}:*", count=1000):
        client.delete(key)


def anchor_file(schema_name: str) -> Path:
    """Where the heads of its ledger are noted, outside of the database and beside the factory's own files."""
    return Path(settings.MEDIA_ROOT) / "anchors" / f"{schema_name}.jsonl"


def fill_pool(size: int = POOL_SIZE) -> int:
    """Tops the pool up with schemas of the current migrations and drops outdated ones; returns how many were made."""
    outdated = PreparedSchema.objects.exclude(fingerprint=fingerprint())
    for schema_name in list(outdated.values_list("schema_name", flat=True)):
        with as_owner() as owner:
            owner.execute(sql.SQL("DROP SCHEMA IF EXISTS {} CASCADE").format(sql.Identifier(schema_name)))
        PreparedSchema.objects.filter(schema_name=schema_name).delete()
    missing = max(0, size - PreparedSchema.objects.count())
    for _i in range(missing):
        _prepare()
    return missing


@functools.cache
def fingerprint() -> str:
    """Of all migrations of the factory apps on disk: the version of an empty schema; read once per process."""
    apps = set(settings.TENANT_APPS) | {app.rsplit(".", 1)[-1] for app in settings.TENANT_APPS}
    names = sorted(f"{app}.{name}" for app, name in MigrationLoader(None).disk_migrations if app in apps)
    return hashlib.sha256("\n".join(names).encode()).hexdigest()


def _prepare() -> str:
    """Replays the recorded SQL into a new schema, statement by statement, in one transaction."""
    version = fingerprint()
    template = SchemaTemplate.objects.get(fingerprint=version)
    schema_name = "t_" + secrets.token_hex(8)
    with as_owner() as owner, owner.transaction():
        replay(owner, schema_name, template.statements, template.tables_with_rows)
        owner.execute(
            "INSERT INTO public.tenants_preparedschema (schema_name, fingerprint, prepared_at) VALUES (%s, %s, now())",
            [schema_name, version],
        )
    return schema_name


def replay(owner: psycopg.Connection, schema_name: str, statements: list[str], tables_with_rows: list[str]) -> None:
    schema = sql.Identifier(schema_name)
    owner.execute(sql.SQL("CREATE SCHEMA {}").format(schema))
    owner.execute(sql.SQL("SET LOCAL search_path = {}, public, extensions").format(schema))
    for statement in statements:
        owner.execute(statement)
    for table in tables_with_rows:
        names = {"table": sql.Identifier(schema_name, table), "template": sql.Identifier(TEMPLATE_SCHEMA, table)}
        owner.execute(sql.SQL("INSERT INTO {table} SELECT * FROM {template} ON CONFLICT DO NOTHING").format(**names))
        owner.execute(
            sql.SQL("SELECT setval(pg_get_serial_sequence(%s, 'id'), max(id)) FROM {table}").format(**names),
            [f"{schema_name}.{table}"],
        )
    owner.execute("SET LOCAL search_path = public, extensions")


def as_owner() -> psycopg.Connection:
    """A connection of the role that owns the schemas, beside that of Django."""
    db = settings.DATABASE_OWNER
    return psycopg.connect(
        dbname=db["NAME"],
        user=db["USER"],
        password=db["PASSWORD"],
        host=db["HOST"],
        port=db["PORT"] or None,
        autocommit=True,
    )


@contextmanager
def owning() -> Iterator[psycopg.Connection]:
    """Django works as that role in this thread meanwhile, for migrations; the connection is the one beneath Django's."""
    own: Any = connections[DEFAULT_DB_ALIAS]
    login = {key: settings.DATABASE_OWNER[key] for key in ("NAME", "USER", "PASSWORD", "HOST", "PORT")}
    made = type(own)(own.settings_dict | login | {"OPTIONS": {"options": "-c jit=off", "pool": False}}, own.alias)
    connections[own.alias] = made
    try:
        with in_public():
            made.ensure_connection()
            yield made.connection
    finally:
        made.close()
        connections[own.alias] = own
