"""A release with one trivial migration comes to many factories: ours, the bare DDL, and django-tenants' own command.

`python -m benchmarks.fleet [--quick]`. All three change full schemas of the product on a PostgreSQL of
its own that writes each commit to the disk, as it does in production: what a commit costs is what the bare DDL costs.
"""

import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from benchmarks.apart import main, run_apart
from benchmarks.measure import Result, result
from config.embedded import ROOT

APP, TABLE = "sensors", "sensors_sensor"
# django-tenants goes through its schemas one after the other and each costs the same: a few stand for all.
BESIDE, ROUNDS = 3, 3
FACTORIES, QUICK = 300, 10
MIGRATION = """
from django.db import migrations, models

class Migration(migrations.Migration):
    dependencies = [("sensors", "{before}")]
    operations = [migrations.AddField("sensor", "{name}", models.CharField(max_length=20, null=True))]
"""


def run(*, is_quick: bool) -> list[Result]:
    return run_apart("benchmarks.fleet", is_quick=is_quick)


def _measure(is_quick: bool, folder: Path) -> list[Result]:
    from django.test import override_settings

    from tenants import provisioning

    count = QUICK if is_quick else FACTORIES
    factories = [provisioning.create_factory(f"fleet-{number}", "benchmark") for number in range(count)]
    beside = [provisioning._prepare() for _number in range(BESIDE)]
    releases = Releases(folder)
    ours, bare, theirs = [], [], []
    with override_settings(MIGRATION_MODULES={APP: releases.module}):
        for number in range(ROUNDS):
            releases.bring(f"note_{number}")
            ours.append(_seconds(_release))
            bare.append(_seconds(lambda: _bare(factories, f"bare_{number}")))  # noqa: B023 - called at once
            theirs.append(_seconds(lambda: _django_tenants(beside)) / BESIDE * count)
    print(f"seconds of each round: ours {ours}, bare DDL {bare}, django-tenants {theirs}", file=sys.stderr)
    # The machine's other work only ever adds; what is left is what each of them takes.
    return [
        result(f"fleet_migrate_{count}", min(ours), min(bare), 5),
        result(f"fleet_migrate_{count}_as_{BESIDE}_by_django_tenants", min(ours), min(theirs), 0.02),
    ]


def _seconds(work: Callable[[], None]) -> float:
    begin = time.perf_counter()
    work()
    return time.perf_counter() - begin


@dataclass
class Releases:
    """Each brings one more migration, beside those that are there."""

    folder: Path
    module: str = "coming"
    names: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        own, package = ROOT / "platform" / APP / "migrations", self.folder / self.module
        package.mkdir()
        (package / "__init__.py").write_text(f"__path__ = [{str(package)!r}, {str(own)!r}]\n")
        sys.path.insert(0, str(self.folder))
        self.names.append(sorted(path.stem for path in own.glob("0*.py"))[-1])

    def bring(self, column: str) -> None:
        from tenants import provisioning

        text = MIGRATION.format(before=self.names[-1], name=column)
        self.names.append(f"{9000 + len(self.names)}_{column}")
        (self.folder / self.module / f"{self.names[-1]}.py").write_text(text)
        provisioning.fingerprint.cache_clear()


def _release() -> None:
    """From the new file on the disk to the last factory."""
    from tenants import fleet, template
    from tenants.models import Factory

    template.refresh_template()
    fleet.upgrade()
    assert fleet.of_this_release().filter(status="done").count() == Factory.objects.count()


def _bare(factories: list[Any], column: str) -> None:
    """The same DDL alone, one transaction for each factory."""
    from psycopg import sql

    from tenants import provisioning

    change = sql.SQL("ALTER TABLE {} ADD COLUMN {} varchar(20) NULL")
    with provisioning.as_owner() as owner:
        for factory in factories:
            owner.execute(change.format(sql.Identifier(factory.schema_name, TABLE), sql.Identifier(column)))


def _django_tenants(schemas: list[str]) -> None:
    from django.core.management import call_command

    for name in schemas:
        call_command("migrate_schemas", schema_name=name, verbosity=0, interactive=False)


if __name__ == "__main__":
    main(__doc__, _measure)
