"""A release comes to the tables first: the code of the one before runs on until it is replaced, and may not fail.

So a migration takes nothing away and asks for nothing that the old code does not give. What is not used any more goes one
release later, by a migration that says since when: `unused_since = "1.4"`.
"""

import inspect

import pytest
from django.conf import settings
from django.db import migrations, models
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.state import ProjectState

TAKES_AWAY = (
    migrations.RemoveField,
    migrations.DeleteModel,
    migrations.RenameField,
    migrations.RenameModel,
    migrations.AlterModelTable,
)
# Made before anything ran anywhere.
FIRST = {("billing", "0002_payments"), ("tenants", "0002_urgent_rows")}


def _is_left_out(field: models.Field) -> bool:
    """Whether a row can be written that does not know of it."""
    return field.null or field.has_db_default() or field.many_to_many


def breaking(operations: list, app: str, state: ProjectState) -> list[str]:
    """The operations that old code would notice; state: before them, and moved on."""
    found, new = list[str](), set[str]()
    for operation in operations:
        if isinstance(operation, migrations.CreateModel):
            new.add(operation.name_lower)
        is_old = getattr(operation, "model_name_lower", "") not in new
        if isinstance(operation, TAKES_AWAY) or (
            isinstance(operation, migrations.AddField) and is_old and not _is_left_out(operation.field)
        ):
            found.append(operation.describe())
        elif isinstance(operation, migrations.AlterField) and is_old:
            before = state.models[app, operation.model_name_lower].fields[operation.name]
            if _is_left_out(before) and not _is_left_out(operation.field):
                found.append(operation.describe())
        operation.state_forwards(app, state)
    return found


def test_no_migration_takes_from_running_code_what_it_needs():
    loader = MigrationLoader(None)
    ours = {
        key: migration
        for key, migration in loader.disk_migrations.items()
        if inspect.getfile(type(migration)).startswith(str(settings.ROOT))
        and ".venv" not in inspect.getfile(type(migration))
    }
    assert len(ours) > 30
    state, broken = ProjectState(real_apps=loader.unmigrated_apps), dict[tuple[str, str], list[str]]()
    for key in loader.graph._generate_plan(loader.graph.leaf_nodes(), at_end=True):
        migration = loader.get_migration(*key)
        found = breaking(migration.operations, key[0], state)
        if found and key in ours and not getattr(migration, "unused_since", ""):
            broken[key] = found
    assert set(broken) == FIRST, broken


@pytest.mark.parametrize(
    ("operation", "is_noticed"),
    [
        (migrations.RemoveField("thing", "name"), True),
        (migrations.RenameField("thing", "name", "title"), True),
        (migrations.DeleteModel("Thing"), True),
        (migrations.AddField("thing", "size", models.IntegerField(default=0)), True),
        (migrations.AlterField("thing", "note", models.TextField()), True),
        (migrations.AddField("thing", "size", models.IntegerField(db_default=0)), False),
        (migrations.AddField("thing", "size", models.IntegerField(null=True)), False),
        (migrations.AlterField("thing", "name", models.TextField(null=True)), False),
        (migrations.CreateModel("Other", [("id", models.BigAutoField(primary_key=True))]), False),
    ],
)
def test_what_old_code_would_notice(operation, is_noticed):
    state = ProjectState()
    fields = [
        ("id", models.BigAutoField(primary_key=True)),
        ("name", models.TextField()),
        ("note", models.TextField(null=True)),
    ]
    migrations.CreateModel("Thing", fields).state_forwards("app", state)
    assert bool(breaking([operation], "app", state)) == is_noticed
