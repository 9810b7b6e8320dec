"""A release with one trivial migration comes to many factories: ours, the bare DDL, and django-tenants' own command.

All three change full schemas of the product, each of the rounds by a new migration of the same kind.
"""

import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from django.conf import settings
from django.core.management import call_command
from django.test import override_settings
from psycopg import sql

from benchmarks.measure import Result, result
from tenants import fleet, provisioning, template
from tenants.current import connection
from tenants.models import Factory

APP, TABLE = "sensors", "sensors_sensor"
MIGRATION = """
from django.db import migrations, models

class Migration(migrations.Migration):
    dependencies = [("sensors", "{before}")]
    operations = [migrations.AddField("sensor", "{name}", models.CharField(max_length=20, null=True))]
"""


def run(*, is_quick: bool) -> list[Result]:
    size, rounds, beside = (10, 1, 1) if is_quick else (300, 3, 3)
    with _factories(size) as factories, _other_schemas(beside) as others, _releases() as new_release:
        ours, bare, theirs = [], [], []
        for number in range(rounds):
            new_release(f"note_{number}")
            ours.append(_seconds(lambda: _release(factories)))
            bare.append(_seconds(lambda: _bare(factories, f"bare_{number}")))  # noqa: B023 - called at once
            # A few schemas stand for all: it goes through them one after the other, and each costs the same.
            theirs.append(_seconds(lambda: _django_tenants(others)) / beside * size)
    print(ours, bare, theirs)
    return [
        result(f"fleet_migrate_{size}", min(ours), min(bare), 5),
        result(f"fleet_migrate_{size}_vs_executor_of_{beside}", min(ours), min(theirs), 0.02),
    ]


def _seconds(work: Callable[[], None]) -> float:
    begin = time.perf_counter()
    work()
    return time.perf_counter() - begin


def _release(factories: list[Factory]) -> None:
    """From the new file on the disk to the last factory."""
    template.refresh_template()
    fleet.upgrade(factories)
    assert fleet.of_this_release(factories).filter(status="done").count() == len(factories)


def _bare(factories: list[Factory], column: str) -> None:
    """The same DDL alone, one transaction for each factory."""
    change = sql.SQL("ALTER TABLE {} ADD COLUMN {} varchar(20) NULL")
    with provisioning._owner() as owner:
        for factory in factories:
            owner.execute(change.format(sql.Identifier(factory.schema_name, TABLE), sql.Identifier(column)))


def _django_tenants(schemas: list[str]) -> None:
    for name in schemas:
        call_command("migrate_schemas", schema_name=name, verbosity=0, interactive=False)
    connection.set_schema_to_public()


@contextmanager
def _factories(size: int) -> Iterator[list[Factory]]:
    try:
        yield [provisioning.create_factory(f"fleet-{number}", "benchmark") for number in range(size)]
    finally:
        for factory in Factory.objects.filter(name="benchmark"):
            provisioning.delete_factory(factory)


@contextmanager
def _other_schemas(size: int) -> Iterator[list[str]]:
    names = [provisioning._prepare() for _number in range(size)]
    try:
        yield names
    finally:
        with provisioning._owner() as owner:
            for name in names:
                owner.execute(sql.SQL("DROP SCHEMA {} CASCADE").format(sql.Identifier(name)))
                owner.execute("DELETE FROM public.tenants_preparedschema WHERE schema_name = %s", [name])


@contextmanager
def _releases() -> Iterator[Callable[[str], None]]:
    """Each call brings a release with one more migration; at the end it is as if none had been."""
    with tempfile.TemporaryDirectory() as folder:
        package = Path(folder) / "benchmark_releases"
        package.mkdir()
        own = Path(settings.ROOT) / "platform" / APP / "migrations"
        (package / "__init__.py").write_text(f"__path__ = [{str(package)!r}, {str(own)!r}]\n")
        sys.path.insert(0, folder)
        names = [sorted(path.stem for path in own.glob("0*.py"))[-1]]

        def new_release(column: str) -> None:
            names.append(f"{9000 + len(names)}_{column}")
            (package / f"{names[-1]}.py").write_text(MIGRATION.format(before=names[-2], name=column))
            provisioning.fingerprint.cache_clear()

        try:
            with override_settings(MIGRATION_MODULES={APP: "benchmark_releases"}):
                yield new_release
        finally:
            sys.path.remove(folder)
            provisioning.fingerprint.cache_clear()
            template.refresh_template()
            provisioning.fill_pool()
