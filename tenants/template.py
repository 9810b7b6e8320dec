"""The template: an empty factory's schema that Django migrates once for all of them, while its SQL is recorded.

What was recorded makes new schemas (tenants.provisioning) and brings those that are there to a new release
(tenants.fleet). All of it needs the owner's connection.
"""

import re
from collections.abc import Iterable, Iterator
from contextlib import contextmanager

from django.apps import apps
from django.conf import settings
from django.core.management.sql import emit_post_migrate_signal, emit_pre_migrate_signal
from django.db import transaction
from django.db.migrations import Migration, RunPython, RunSQL, SeparateDatabaseAndState
from django.db.migrations.executor import MigrationExecutor
from django.db.migrations.operations import fields, models
from django.db.migrations.operations.base import Operation
from django.db.migrations.recorder import MigrationRecorder

from tenants.current import connection
from tenants.models import RecordedMigration, SchemaTemplate
from tenants.provisioning import TEMPLATE_SCHEMA, fingerprint

CHANGING = "changing"
# What makes an empty schema; SET CONSTRAINTS begins the statement by which Django drops a foreign key.
_DDL = ("CREATE ", "ALTER ", "DROP ", "COMMENT ", "GRANT ", "REVOKE ", "DO ", "SET CONSTRAINTS ")
# What Django asks and notes for itself.
_OWN = ("SELECT ", "SET search_path", "SAVEPOINT ", "RELEASE ", "ROLLBACK ", 'INSERT INTO "django_migrations"')
_ASKS = re.compile(r"(?:^|;)\s*(?:SELECT|WITH)\b", re.IGNORECASE)
_HISTORY = f"CREATE TABLE django_migrations (LIKE {TEMPLATE_SCHEMA}.django_migrations INCLUDING ALL)"
# After these Django has no content type or permission to add, and need not look.
_WITHOUT_MODELS = (
    fields.AddField,
    fields.AlterField,
    fields.RemoveField,
    fields.RenameField,
    models.AddIndex,
    models.RemoveIndex,
    models.AddConstraint,
    models.RemoveConstraint,
    RunPython,
    RunSQL,
)
_TYPES = ('INSERT INTO "django_content_type"', 'INSERT INTO "auth_permission"')


def has_template() -> bool:
    return SchemaTemplate.objects.filter(fingerprint=fingerprint()).exists() and RecordedMigration.objects.exists()


def refresh_template() -> None:
    """Brings it to this release: by its new migrations where it goes on from what was recorded, else from nothing."""
    if SchemaTemplate.objects.exists():
        _keep(CHANGING, [], [])  # nobody makes a schema of it meanwhile, and /readyz goes on
    with in_schema(TEMPLATE_SCHEMA):
        executor = MigrationExecutor(connection)
        if not _goes_on(executor):
            _begin_anew()
            executor = MigrationExecutor(connection)
        _migrate(executor)
    _keep(fingerprint(), statements_of(RecordedMigration.objects.order_by("id")), _tables_with_rows())


def statements_of(steps: Iterable[RecordedMigration]) -> list[str]:
    """What makes an empty schema, as it is after these."""
    sent = (statement for step in steps for statement in step.statements)
    return [_HISTORY, *(statement for statement in sent if statement.lstrip().upper().startswith(_DDL))]


@transaction.atomic
def _keep(version: str, statements: list[str], tables_with_rows: list[str]) -> None:
    SchemaTemplate.objects.all().delete()
    SchemaTemplate.objects.create(fingerprint=version, statements=statements, tables_with_rows=tables_with_rows)


@contextmanager
def in_schema(name: str) -> Iterator[None]:
    """For migrations: Django finds the history of this schema, and makes it where there is none."""
    connection.set_schema(name, include_public=False)
    try:
        with connection.cursor() as cursor:
            cursor.execute(f'CREATE SCHEMA IF NOT EXISTS "{name}"')
        MigrationRecorder(connection).ensure_schema()
        connection.set_schema(name)
        yield
    finally:
        connection.set_schema_to_public()


def _goes_on(executor: MigrationExecutor) -> bool:
    """False of what a killed release, another line of work or an earlier version of this program has left."""
    recorded = list(RecordedMigration.objects.defer("statements"))
    known = set(executor.loader.disk_migrations)
    known |= {pair for migration in executor.loader.disk_migrations.values() for pair in migration.replaces}
    history = {f"{app}.{name}" for app, name in MigrationRecorder(connection).applied_migrations()}
    return history == {name for one in recorded for name in one.history} and all(
        (one.app, one.name) in known for one in recorded
    )


def _begin_anew() -> None:
    RecordedMigration.objects.all().delete()
    with connection.cursor() as cursor:
        cursor.execute(f"DROP SCHEMA {TEMPLATE_SCHEMA} CASCADE")
        cursor.execute(f"CREATE SCHEMA {TEMPLATE_SCHEMA}")
    MigrationRecorder(connection).ensure_schema()


def _migrate(executor: MigrationExecutor) -> None:
    wanted = {config.label for config in apps.get_app_configs() if config.name in settings.TENANT_APPS}
    plan = executor.migration_plan([leaf for leaf in executor.loader.graph.leaf_nodes() if leaf[0] in wanted])
    made: list[RecordedMigration] = []
    sent: list[str] = []  # of the migration that runs

    def progress(action: str, migration: Migration | None = None, fake: bool | None = None) -> None:
        if action == "apply_start":
            sent.clear()
        elif action == "apply_success" and migration:
            made.append(_record(migration, list(sent)))

    def listen(execute, statement, params, many, context):
        text = str(statement).lstrip()
        if not text.startswith(_OWN) or "setval(" in text:
            sent.append(text if params is None or many else connection.ops.compose_sql(text, params))
        return execute(statement, params, many, context)

    executor.progress_callback = progress
    with connection.execute_wrapper(listen):
        emit_pre_migrate_signal(0, False, connection.alias, plan=plan)
        executor.migrate(None, plan)
        sent.clear()
        if not all(
            type(operation) in _WITHOUT_MODELS for migration, _backwards in plan for operation in migration.operations
        ):
            emit_post_migrate_signal(0, False, connection.alias, plan=plan)
    made += _squashed(executor)
    for one in made:
        one.fingerprint, one.adds_types = fingerprint(), any(text.startswith(_TYPES) for text in sent)
    RecordedMigration.objects.bulk_create(made)


def _record(migration: Migration, statements: list[str]) -> RecordedMigration:
    return RecordedMigration(
        app=migration.app_label,
        name=migration.name,
        replaces=[name for _app, name in migration.replaces],
        statements=statements,
        is_sql=migration.atomic and all(map(_is_sql, migration.operations)),
    )


def _squashed(executor: MigrationExecutor) -> Iterator[RecordedMigration]:
    """Those that Django found applied, because all that they replace was: nothing is left to do in them."""
    recorded = set(RecordedMigration.objects.values_list("app", "name"))
    for key, migration in executor.loader.graph.nodes.items():
        if migration and migration.replaces and key not in recorded and set(migration.replaces) <= recorded:
            yield _record(migration, [])


def _is_sql(operation: Operation) -> bool:
    """Whether it sends the same to every schema, whatever stands in it."""
    if isinstance(operation, RunSQL):  # what a question does beside answering is not told from Django's own questions
        parts = [operation.sql] if isinstance(operation.sql, str) else operation.sql
        return not any(_ASKS.search(part if isinstance(part, str) else part[0]) for part in parts)
    if isinstance(operation, SeparateDatabaseAndState):
        return all(map(_is_sql, operation.database_operations))
    if type(operation).__module__ not in (fields.__name__, models.__name__):
        return False
    # A renamed table takes its content type along, and a default that is computed differs from factory to factory.
    field = getattr(operation, "field", None)
    is_computed = field and callable(field.default) and field.has_default() and field.default.__module__ != "builtins"
    return not isinstance(operation, models.RenameModel) and not is_computed


def _tables_with_rows() -> list[str]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT tablename FROM pg_tables WHERE schemaname = %s ORDER BY 1", [TEMPLATE_SCHEMA])
        tables = [name for (name,) in cursor.fetchall()]
        found = [f'SELECT EXISTS (SELECT FROM {TEMPLATE_SCHEMA}."{table}")' for table in tables]  # noqa: S608 - names of our own catalogue
        cursor.execute(" UNION ALL ".join(found))
        return [table for table, (has_rows,) in zip(tables, cursor.fetchall(), strict=True) if has_rows]
