"""An installation of its own, to which the tests bring releases that the product has not had yet."""

import os
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path

import psycopg
from django.conf import settings
from psycopg import sql

from tests.tenants.test_provisioning import SHAPES

ROOT = Path(__file__).resolve().parent.parent.parent
BEFORE = sorted(path.stem for path in (ROOT / "platform/hazards/migrations").glob("0*.py"))[-1]
HEAD = """
import os, signal
from django.db import connection, migrations, models

class Migration(migrations.Migration):
    dependencies = [("hazards", "{before}")]
"""
# A column and a table, and what Django adds for a table.
PLAIN = """
    operations = [
        migrations.AddField("category", "note", models.CharField(max_length=20, default="")),
        migrations.CreateModel("Remark", [("id", models.BigAutoField(primary_key=True)), ("text", models.TextField())]),
    ]
"""
# Looks at what stands in each schema; on demand its process is killed in one of them.
LOOKING = """
def fill(apps, editor):
    if connection.schema_name == os.environ.get("DIE_IN"):
        os.kill(os.getpid(), signal.SIGKILL)
    for row in apps.get_model("hazards", "Category").objects.filter(code="other"):
        row.note += f"{row.code} seen"
        row.save()

Migration.operations = [migrations.RunPython(fill, migrations.RunPython.noop)]
"""
# Only after it this is possible, and only where nothing else is in the table.
STRICT = """
    operations = [
        migrations.AlterField("category", "note", models.CharField(max_length=30)),
        migrations.AddConstraint("category", models.CheckConstraint(condition=~models.Q(note=""), name="note_is_there")),
    ]
"""


@dataclass
class Site:
    """What its factories look like is asked of its database; its program is started as an operator does."""

    database: str
    environment: dict[str, str]
    package: Path
    files: list[str] = field(default_factory=list)

    def bring(self, name: str, text: str) -> None:
        before = self.files[-1] if self.files else BEFORE
        self.files.append(name)
        (self.package / f"{name}.py").write_text(HEAD.format(before=before) + text)

    def start(self, *command: str, **more: str) -> subprocess.Popen:
        out = {"stdout": subprocess.PIPE, "stderr": subprocess.STDOUT, "text": True}
        return subprocess.Popen([sys.executable, ROOT / "manage.py", *command], env=self.environment | more, **out)

    def run(self, *command: str, **more: str) -> tuple[int, str]:
        process = self.start(*command, **more)
        return process.wait(), process.communicate()[0]

    def ask(self, question: str, *values: object) -> list[tuple]:
        with self.owner() as owner:
            cursor = owner.execute(question, values)
            return cursor.fetchall() if cursor.description else []

    def owner(self) -> psycopg.Connection:
        db = settings.DATABASE_OWNER
        where = {"user": db["USER"], "password": db["PASSWORD"], "host": db["HOST"], "port": db["PORT"] or None}
        return psycopg.connect(dbname=self.database, autocommit=True, **where)

    def states(self) -> list[str]:
        rows = self.ask("SELECT status FROM tenants_schemaupgrade ORDER BY factory_id")
        return [status for (status,) in rows]

    def history(self, schema: str) -> set[str]:
        question = sql.SQL("SELECT name FROM {}.django_migrations WHERE app = 'hazards'")
        rows = self.ask(question.format(sql.Identifier(schema)).as_string())
        return {name for (name,) in rows if name.startswith("8")}

    def all_of(self, schema: str) -> dict[str, list]:
        """Its shape, its history and what Django adds, without numbers of rows and the model that no code knows."""
        values = {"schema": schema, "dot": f"{schema}.", "role": settings.DATABASE_APP_ROLE}
        types = "SELECT app_label, model FROM {0}.django_content_type WHERE model <> 'remark'"
        rights = (
            "SELECT t.app_label, t.model, p.codename FROM {0}.auth_permission p"
            " JOIN {0}.django_content_type t ON t.id = p.content_type_id WHERE model <> 'remark'"
        )
        rows = {"types": types, "permissions": rights, "rows": "SELECT code, note FROM {0}.hazards_category"}
        with self.owner() as owner:
            found = {kind: owner.execute(text, values).fetchall() for kind, text in SHAPES.items()}
            found |= {kind: owner.execute(text.format(schema)).fetchall() for kind, text in rows.items()}
        return {kind: sorted(some, key=str) for kind, some in found.items()} | {"history": self.history(schema)}


def begin(spare: tuple[str, dict[str, str]], folder: Path) -> Site:
    database, addresses = spare
    package = folder / "coming"
    package.mkdir()
    own = str(ROOT / "platform/hazards/migrations")
    (package / "__init__.py").write_text(f"__path__ = [{str(package)!r}, {own!r}]\n")
    (folder / "coming_settings.py").write_text(
        'from config.settings import *\nMIGRATION_MODULES = {"hazards": "coming"}\n'
    )
    paths = os.pathsep.join(map(str, (folder, ROOT, ROOT / "platform")))
    more = {"DJANGO_SETTINGS_MODULE": "coming_settings", "PYTHONPATH": paths}
    return Site(database, os.environ | addresses | more, package)
