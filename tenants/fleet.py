"""A release comes to all factories: what the template's migrations sent is sent to each schema that lacks them.

A schema's own history says what it lacks, so whatever was done stays done, however it ended. Many schemas share one
transaction and one message to the database; where that fails, each goes by itself, and a broken one fails alone. What
has to look at what stands in a schema (RunPython and the like) Django runs in each, in its place among the others.
"""

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from functools import partial
from itertools import groupby
from typing import Any

from django.core.management.sql import emit_pre_migrate_signal
from django.db import DatabaseError, OperationalError, transaction
from django.db.migrations import Migration
from django.db.migrations.executor import MigrationExecutor
from django.db.migrations.state import ProjectState
from django.db.models import QuerySet
from django.utils import timezone
from psycopg import sql

from tenants.current import connection
from tenants.models import Factory, RecordedMigration, SchemaUpgrade
from tenants.provisioning import TEMPLATE_SCHEMA, fingerprint
from tenants.template import in_schema

# Two cores are busy with four; what one schema waits for keeps its whole batch waiting, so never for long.
CONNECTIONS, BATCH = 4, 25
BATCH_WAITS, ONE_WAITS, TRIES = "300ms", "5s", 3
_LOCK = 7_302_158
# Each branch of the question locks a table and its index until it is answered.
_ASKED_AT_ONCE = 500
Status = SchemaUpgrade.Status


def is_held(factory: Factory) -> bool:
    """Its tables are not those of this program yet: nothing may look into its schema."""
    upgrade = getattr(factory, "upgrade", None)
    return upgrade is not None and upgrade.status != Status.DONE and upgrade.fingerprint == fingerprint()


@contextmanager
def alone(on_waiting: Callable[[], None]) -> Iterator[None]:
    """One at a time. A number and no row, because before the first one there is no table to hold a row of."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s)", [_LOCK])
        if not cursor.fetchone()[0]:
            on_waiting()
            cursor.execute("SELECT pg_advisory_lock(%s)", [_LOCK])
    try:
        yield
    finally:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_unlock(%s)", [_LOCK])


def is_running() -> bool:
    """Whether somebody is at work; a killed one is not, though factories still wait."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT EXISTS (SELECT FROM pg_locks JOIN pg_database d ON d.oid = database"
            " WHERE locktype = 'advisory' AND objid = %s AND datname = current_database())",
            [_LOCK],
        )
        return bool(cursor.fetchone()[0])


class OtherRelease(LookupError):
    """A history that this installation does not come from; is_newer: all that is here stands in it, and more."""

    def __init__(self, migration: str, *, is_newer: bool) -> None:
        super().__init__(migration)
        self.migration, self.is_newer = migration, is_newer


class NotBrought(RuntimeError):
    def __init__(self, migration: str, reason: str) -> None:
        super().__init__(f"{migration}: {reason}")
        self.migration, self.reason = migration, reason


class NoSchema(LookupError):
    """A factory without a schema, or one that somebody deletes at this moment."""


@dataclass(frozen=True)
class Way:
    """What schemas of one history still need."""

    steps: tuple[RecordedMigration, ...]
    applied: frozenset[str]

    def is_done_in_parts(self, step: RecordedMigration) -> bool:
        """A squashed one, all of whose parts are there already: only its name is added to the history."""
        parts = step.history[:-1]
        return bool(parts) and self.applied.issuperset(parts)

    def is_sql(self, step: RecordedMigration) -> bool:
        return step.is_sql or self.is_done_in_parts(step)

    def statements(self, step: RecordedMigration) -> list[str]:
        return [*([] if self.is_done_in_parts(step) else step.statements), *self.noted(step)]

    def noted(self, step: RecordedMigration) -> Iterator[str]:
        for app, _dot, name in (each.partition(".") for each in step.history if each not in self.applied):
            yield _text("INSERT INTO django_migrations (app, name, applied) VALUES ({}, {}, now())", app, name)

    @property
    def types(self) -> tuple[str, ...]:
        return _TYPES if any(step.adds_types for step in self.steps) else ()


@dataclass(frozen=True)
class Looking:
    """A migration that looks at what stands in a schema, with the models as they were before it."""

    migration: Migration
    before: ProjectState

    def run(self, factory: Factory, noted: Iterable[str]) -> None:
        connection.set_schema(factory.schema_name)
        try:
            with _held(factory) if self.migration.atomic else nullcontext():
                with connection.schema_editor(atomic=self.migration.atomic) as editor:
                    self.migration.apply(self.before.clone(), editor)
                with connection.cursor() as cursor:
                    for text in noted:
                        cursor.execute(text)
        finally:
            connection.set_schema_to_public()


# What Django adds after migrations; the numbers differ from schema to schema.
_TYPES = (
    f"INSERT INTO django_content_type (app_label, model) SELECT app_label, model FROM {TEMPLATE_SCHEMA}.django_content_type"  # noqa: S608
    " ON CONFLICT DO NOTHING",
    "INSERT INTO auth_permission (name, codename, content_type_id) SELECT p.name, p.codename, own.id"  # noqa: S608
    f" FROM {TEMPLATE_SCHEMA}.auth_permission p JOIN {TEMPLATE_SCHEMA}.django_content_type t ON t.id = p.content_type_id"
    " JOIN django_content_type own USING (app_label, model) ON CONFLICT DO NOTHING",
)


def upgrade(only: list[Factory] | None = None) -> None:
    """All factories, or only some. Needs the owner's connection, a fresh template, and to be alone."""
    tried: set[int] = set()
    while ways := _behind(only, tried):
        begun = [factory for _way, factories in ways for factory in factories]
        tried |= {factory.pk for factory in begun}
        _begin(begun)
        looking = _looking({step.pk for way, _factories in ways for step in way.steps if not way.is_sql(step)})
        jobs = [partial(_batch, some, way, looking) for way, alike in ways for some in _parts(alike, BATCH)]
        left, workers = iter(jobs), min(CONNECTIONS, len(jobs))
        with ThreadPoolExecutor(workers) as pool:
            try:
                list(pool.map(_work_off, [left] * workers))
            finally:
                deque(left, maxlen=0)  # where it is broken off, nobody takes up what is left
    # Killed between the last step and its note, or put right by hand.
    _note_done(of_this_release(only).exclude(status=Status.DONE).exclude(factory__in=tried))


def steps_of(history: Iterable[str]) -> list[RecordedMigration]:
    """Those that made a schema of this history, whatever has come since."""
    applied, recorded = frozenset(history), list(RecordedMigration.objects.order_by("id"))
    made = [one for one in recorded if str(one) in applied or Way((), applied).is_done_in_parts(one)]
    if unknown := applied.difference(*(one.history for one in made)):
        raise OtherRelease(min(unknown), is_newer=len(made) == len(recorded))
    return made


def bring(factory: Factory) -> None:
    """One that nobody knows of yet, in the caller's transaction: what fails is raised, and nothing is noted of it."""
    for way, _factories in _behind([factory], set()):
        looking = _looking({step.pk for step in way.steps if not way.is_sql(step)})
        for step in way.steps:
            try:
                _step(factory, way, step, looking.get(step.pk))
            except Exception as error:
                raise NotBrought(str(step), f"{type(error).__name__}: {str(error).partition(chr(10))[0]}") from error
        _send(factory, way.types)


def of_this_release(only: list[Factory] | None = None) -> QuerySet[SchemaUpgrade]:
    rows = SchemaUpgrade.objects.filter(fingerprint=fingerprint())
    return rows if only is None else rows.filter(factory__in=only)


def _behind(only: list[Factory] | None, tried: set[int]) -> list[tuple[Way, list[Factory]]]:
    """Who lacks what, those alike together; whoever came in meanwhile is found by asking again."""
    recorded = list(RecordedMigration.objects.order_by("id"))
    factories = only if only is not None else list(Factory.objects.order_by("id"))
    left = [factory for factory in factories if factory.pk not in tried]
    found = sorted(_histories(left).items(), key=lambda pair: pair[1])
    ways = []
    for history, alike in groupby(found, key=lambda pair: pair[1]):
        applied = frozenset(history.split())
        steps = tuple(step for step in recorded if not applied.issuperset(step.history))
        if steps:
            ways.append((Way(steps, applied), [factory for factory, _history in alike]))
    return ways


def _histories(factories: list[Factory]) -> dict[Factory, str]:
    """One question to all of them; of a schema that is gone the history is empty."""
    found = dict.fromkeys(factories, "")
    with connection.cursor() as cursor:
        cursor.execute("SELECT schemaname FROM pg_tables WHERE tablename = 'django_migrations'")
        there = {name for (name,) in cursor.fetchall()}
        for some in _parts([factory for factory in factories if factory.schema_name in there], _ASKED_AT_ONCE):
            one = "SELECT {}, string_agg(app || '.' || name, ' ') FROM {}"
            tables = [sql.Identifier(factory.schema_name, "django_migrations") for factory in some]
            cursor.execute(" UNION ALL ".join(_text(one, number, table) for number, table in enumerate(tables)))
            found |= {some[number]: history or "" for number, history in cursor.fetchall()}
    return found


def _begin(factories: list[Factory]) -> None:
    known = {row.factory_id: row for row in SchemaUpgrade.objects.filter(factory__in=factories)}
    rows = []
    for factory in factories:
        before = known.get(factory.pk)
        is_again = before is not None and before.fingerprint == fingerprint()
        attempts = before.attempts + 1 if before and is_again else 1
        now = timezone.now()
        rows.append(SchemaUpgrade(factory=factory, fingerprint=fingerprint(), attempts=attempts, began_at=now))
    fields = ("fingerprint", "status", "migration", "error", "attempts", "began_at", "ended_at")
    SchemaUpgrade.objects.bulk_create(
        rows, update_conflicts=True, unique_fields=["factory"], update_fields=fields, batch_size=1000
    )


def _work_off(jobs: Iterator[Callable[[], None]]) -> None:
    """A thread with a connection of its own; all of them take from one list."""
    try:
        for job in jobs:
            job()
    finally:
        connection.close()


def _looking(wanted: set[int]) -> dict[int, Looking]:
    if not wanted:
        return {}
    with in_schema(TEMPLATE_SCHEMA):
        executor = MigrationExecutor(connection)
        plan = executor.migration_plan(executor.loader.graph.leaf_nodes(), clean_start=True)
        emit_pre_migrate_signal(0, False, connection.alias, plan=plan)
    found, names = {}, set()
    for step in RecordedMigration.objects.order_by("id"):
        if step.pk in wanted:
            before = ProjectState(real_apps=executor.loader.unmigrated_apps)
            for migration, _backwards in plan:
                if f"{migration.app_label}.{migration.name}" in names:
                    migration.mutate_state(before, preserve=False)
            _rendered = before.apps  # once, not by each thread
            found[step.pk] = Looking(executor.loader.graph.nodes[step.app, step.name], before)
        names |= set(step.history)
    return found


def _batch(factories: list[Factory], way: Way, looking: dict[int, Looking]) -> None:
    if way.applied and all(map(way.is_sql, way.steps)):
        try:
            return _together(factories, way)
        except (DatabaseError, NoSchema):
            pass  # of one of them; and an engine that takes one statement at a time refuses them all
    for factory in factories:
        _alone(factory, way, looking)
    return None


def _together(factories: list[Factory], way: Way) -> None:
    """All in one message: what each costs beside its DDL is next to nothing."""
    each = [*(text for step in way.steps for text in way.statements(step)), *way.types]
    sent = [text for factory in factories for text in (_path(factory.schema_name), *each)]
    with transaction.atomic():
        _refuse_gone(factories)
        _note_done(SchemaUpgrade.objects.filter(factory__in=factories))
        with connection.cursor() as cursor:
            cursor.execute(_script([_waits(BATCH_WAITS), *sent]))


def _alone(factory: Factory, way: Way, looking: dict[int, Looking]) -> None:
    """As Django would: each migration in its own transaction, statement by statement."""
    at = ""
    try:
        for step in way.steps:
            at = str(step)
            _patiently(partial(_step, factory, way, step, looking.get(step.pk)))
        _patiently(partial(_send, factory, way.types))
        _note_done(SchemaUpgrade.objects.filter(factory=factory))
    except Exception as error:  # the row carries the reason on, and the next factory has its turn
        text = f"{type(error).__name__}: {error}"[:2000]
        row = SchemaUpgrade.objects.filter(factory=factory)
        row.update(status=Status.FAILED, migration=at, error=text, ended_at=timezone.now())


def _patiently(work: Callable[[], None]) -> None:
    """A table in use is let go of again, so that those who use it go on, and then asked for once more."""
    for left in reversed(range(TRIES)):
        try:
            return work()
        except OperationalError:
            if not left:
                raise
    return None


def _step(factory: Factory, way: Way, step: RecordedMigration, looking: Looking | None) -> None:
    if not way.applied:
        raise NoSchema
    if looking is None or way.is_sql(step):
        _send(factory, way.statements(step))
    else:
        looking.run(factory, way.noted(step))


def _send(factory: Factory, statements: Iterable[str]) -> None:
    with _held(factory), connection.cursor() as cursor:
        for text in (_path(factory.schema_name), *statements):
            cursor.execute(text)


@contextmanager
def _held(factory: Factory) -> Iterator[None]:
    with transaction.atomic():
        _refuse_gone([factory])
        with connection.cursor() as cursor:
            cursor.execute(_waits(ONE_WAITS))
        yield


def _refuse_gone(factories: list[Factory]) -> None:
    """Held until the end of the transaction: without its schema, tables would be made in the public one."""
    held = Factory.objects.select_for_update(no_key=True).filter(pk__in=[factory.pk for factory in factories])
    if len(held.values_list("pk")) < len(factories):
        raise NoSchema


def _note_done(rows: QuerySet[SchemaUpgrade]) -> None:
    rows.update(status=Status.DONE, migration="", error="", ended_at=timezone.now())


def _waits(long: str) -> str:
    return _text("SET LOCAL lock_timeout = {}", long)


def _path(schema_name: str) -> str:
    return _text("SET LOCAL search_path = {}, public, extensions", sql.Identifier(schema_name))


def _text(template: str, *values: Any) -> str:
    return sql.SQL(template).format(*values).as_string()


def _script(statements: list[str]) -> str:
    """On lines of their own: a statement may end in a comment, or in a semicolon already."""
    return "\n;\n".join(text.rstrip().rstrip(";") for text in statements)


def _parts(factories: list[Factory], size: int) -> list[list[Factory]]:
    return [factories[at : at + size] for at in range(0, len(factories), size)]
