from typing import Any

from django.apps import apps
from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.db.models import QuerySet

from tenants import due, fleet, provisioning, template
from tenants.models import Factory, SchemaUpgrade


class Command(BaseCommand):
    help = (
        "Prepares or upgrades the database: roles, public tables, template, factories, warm pool. Safe to repeat and to "
        "break off. Ends with an error where a factory could not be upgraded; the others are."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--factory", nargs="+", metavar="SLUG", help="tries only these again")
        parser.add_argument(
            "--tolerant", action="store_true", help="ends well although a factory could not be upgraded"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        only = list(map(find, options["factory"])) if options["factory"] else None
        with fleet.alone(lambda: self._say("somebody else is at it; waiting")):
            if only is None:
                self._prepare()
            elif not template.has_template():
                raise CommandError("The template is not of this release. Run bootstrap without --factory first.")
            if only or Factory.objects.exists():
                self._say("factories")
                fleet.upgrade(only)
            if only is None:
                self._say("warm pool")
                provisioning.fill_pool()
                # What this release brings along beside tables; each factory takes it over when its turn comes.
                due.for_each_factory("market.follow_release", key="follow_release")
        self._tell(fleet.of_this_release(only), is_tolerant=options["tolerant"])

    def _prepare(self) -> None:
        self._say("roles")
        prepare_roles()
        self._say("public tables")
        migrate_public()
        if not template.has_template():
            self._say("template of a factory's schema (takes a while, once per release)")
            template.refresh_template()

    def _tell(self, rows: QuerySet[SchemaUpgrade], *, is_tolerant: bool) -> None:
        failed = list(rows.filter(status=SchemaUpgrade.Status.FAILED).select_related("factory").order_by("factory_id"))
        if count := rows.count():
            self._say(f"{count - len(failed)} of {count} factories upgraded")
        for row in failed:
            reason = row.error.partition(":")[0]
            self._say(f"NOT upgraded: {provisioning.slug_of(row.factory)} at {row.migration} ({reason})")
        if failed and not is_tolerant:
            names = " ".join(provisioning.slug_of(row.factory) for row in failed)
            raise CommandError(f"{len(failed)} not upgraded, all others are. Try again: bootstrap --factory {names}")
        self._say("ready")

    def _say(self, what: str) -> None:
        self.stdout.write(f"bootstrap: {what}")
        self.stdout.flush()


def find(slug: str) -> Factory:
    try:
        return provisioning.find(slug)
    except Factory.DoesNotExist:
        raise CommandError(f"There is no factory {slug!r}.") from None


def migrate_public() -> None:
    """Only the apps whose tables are there: `migrate_schemas --shared` goes through all the others too, for nothing."""
    executor = MigrationExecutor(connection)
    shared = {config.label for config in apps.get_app_configs() if config.name in settings.SHARED_APPS}
    executor.migrate([leaf for leaf in executor.loader.graph.leaf_nodes() if leaf[0] in shared])


def prepare_roles() -> None:
    """What the owner creates later belongs to the app role to use, not to change."""
    role = connection.ops.quote_name(settings.DATABASE_APP_ROLE)
    with connection.cursor() as cursor:
        cursor.execute("SELECT EXISTS (SELECT FROM pg_roles WHERE rolname = %s)", [settings.DATABASE_APP_ROLE])
        if not cursor.fetchone()[0]:
            cursor.execute(f"CREATE ROLE {role} NOLOGIN")
            cursor.execute(f"GRANT {role} TO CURRENT_USER")
        cursor.execute(f"ALTER DEFAULT PRIVILEGES GRANT USAGE ON SCHEMAS TO {role}")
        cursor.execute(f"ALTER DEFAULT PRIVILEGES GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO {role}")
        cursor.execute(f"ALTER DEFAULT PRIVILEGES GRANT USAGE, SELECT ON SEQUENCES TO {role}")
        cursor.execute(f"GRANT USAGE ON SCHEMA public TO {role}")
