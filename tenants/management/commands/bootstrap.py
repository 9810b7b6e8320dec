from django.apps import apps
from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from tenants import due, provisioning
from tenants.models import Factory


class Command(BaseCommand):
    help = "Prepares or upgrades the database: roles, public tables, template, factories, warm pool. Safe to repeat."

    def handle(self, *args, **options):
        self._say("roles")
        prepare_roles()
        self._say("public tables")
        migrate_public()
        if not provisioning.has_template():
            self._say("template of a factory's schema (takes a while, once per release)")
            provisioning.make_template()
            if Factory.objects.exists():
                self._say("factories")
                call_command("migrate_schemas", tenant=True, verbosity=0, interactive=False)
        self._say("warm pool")
        provisioning.fill_pool()
        # What this release brings along beside tables; each factory takes it over when its turn comes.
        due.for_each_factory("market.follow_release", key="follow_release")
        self._say("ready")

    def _say(self, what: str) -> None:
        self.stdout.write(f"bootstrap: {what}")
        self.stdout.flush()


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
