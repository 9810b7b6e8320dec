"""A release comes to all factories: each by itself, to the same end as Django would, however it is broken off."""

import signal
from uuid import uuid4

import pytest
from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import connection, migrations, models
from django.test import Client
from django.utils import timezone
from psycopg import sql

from core.models import Counter
from realtime.middleware import _resolve
from tenants import due, fleet, provisioning, template
from tenants.models import Due, Factory, SchemaUpgrade
from tests import make
from tests.tenants.release import LOOKING, PLAIN, STRICT, Site, begin

SQUASHED = """
    replaces = [("hazards", "8001_plain"), ("hazards", "8002_looking"), ("hazards", "8003_strict")]
    operations = [
        migrations.AddField("category", "note", models.CharField(max_length=30)),
        migrations.CreateModel("Remark", [("id", models.BigAutoField(primary_key=True)), ("text", models.TextField())]),
        migrations.AddConstraint("category", models.CheckConstraint(condition=~models.Q(note=""), name="note_is_there")),
    ]
"""
NAMES = ("t_first", "t_second", "t_third")


@pytest.fixture(scope="module")
def site(spare_database, tmp_path_factory) -> Site:
    """With three factories, and a schema beside them that django-tenants' own command migrates."""
    made = begin(spare_database, tmp_path_factory.mktemp("release"))
    [(statements, tables)] = made.ask("SELECT statements, tables_with_rows FROM tenants_schematemplate")
    for schema in (*NAMES, "t_beside"):
        with made.owner() as owner, owner.transaction():
            provisioning.replay(owner, schema, statements, tables)
    # As if this model were new: Django adds it after the next migration.
    for schema in ("template", *NAMES, "t_beside"):
        made.ask(f"DELETE FROM {schema}.auth_permission WHERE codename LIKE '%%savedview'")  # noqa: S608
        made.ask(f"DELETE FROM {schema}.django_content_type WHERE model = 'savedview'")  # noqa: S608
    for schema in NAMES:
        made.ask(
            "WITH made AS (INSERT INTO tenants_factory (schema_name, name, status, time_zone, is_demo, created_at)"
            " VALUES (%s, %s, 'active', 'Asia/Shanghai', false, now()) RETURNING id) INSERT INTO tenants_domain"
            " (domain, tenant_id, is_primary) SELECT %s, id, true FROM made",
            schema,
            schema,
            provisioning.host_of(schema[2:]),
        )
    return made


def test_a_broken_factory_fails_alone_and_is_tried_again_by_itself(site):
    site.bring("8001_plain", PLAIN)
    site.ask("CREATE TABLE t_second.hazards_remark (id int)")
    status, said = site.run("bootstrap")
    assert status == 1 and "1 not upgraded" in said and "bootstrap --factory second" in said
    assert site.states() == ["done", "failed", "done"]
    assert [site.history(name) for name in NAMES] == [{"8001_plain"}, set(), {"8001_plain"}]
    [(migration, error)] = site.ask("SELECT migration, error FROM tenants_schemaupgrade WHERE status = 'failed'")
    assert migration == "hazards.8001_plain" and error.startswith("ProgrammingError")
    prepared = site.ask("SELECT schema_name FROM tenants_preparedschema")
    assert prepared and all(site.history(name) == {"8001_plain"} for (name,) in prepared)
    assert site.run("bootstrap", "--tolerant", "--factory", "second")[0] == 0
    assert site.ask("SELECT status, attempts FROM tenants_schemaupgrade WHERE status <> 'done'") == [("failed", 2)]
    site.ask("DROP TABLE t_second.hazards_remark")
    assert site.run("bootstrap", "--factory", "second")[0] == 0
    assert site.states() == ["done"] * 3 and site.history("t_second") == {"8001_plain"}


def test_killed_half_way_it_goes_on_where_it_was_and_two_at_once_do_it_once(site):
    """All three migrations come in their order, each once, and leave what django-tenants' own command leaves."""
    site.bring("8002_looking", LOOKING)
    site.bring("8003_strict", STRICT)
    assert site.run("bootstrap", DIE_IN="t_second")[0] == -signal.SIGKILL
    assert site.states() == ["done", "waiting", "waiting"]
    assert site.history("t_second") == {"8001_plain"} and "8003_strict" in site.history("t_first")
    both = [site.start("bootstrap"), site.start("bootstrap")]
    said = [process.communicate()[0] for process in both]
    assert [process.returncode for process in both] == [0, 0], said
    assert sum("somebody else is at it" in text for text in said) == 1
    assert site.states() == ["done"] * 3
    site.run("migrate_schemas", "--schema", "t_beside")
    expected = site.all_of("t_beside")
    assert expected["rows"] == [("other", "other seen")] and ("core", "savedview") in expected["types"]
    for name in NAMES:
        assert site.all_of(name) == expected


def test_a_squashed_migration_does_nothing_twice(site):
    for name in site.files:
        (site.package / f"{name}.py").unlink()
    site.files.clear()
    site.bring("8000_squashed", SQUASHED)
    before = site.all_of("t_third")
    assert site.run("bootstrap")[0] == 0
    after = site.all_of("t_third")
    assert after.pop("history") == before.pop("history") | {"8000_squashed"} and after == before
    [(name,), *_others] = site.ask("SELECT schema_name FROM tenants_preparedschema")
    assert site.all_of(name)["columns"] == after["columns"]


@pytest.mark.parametrize(
    ("operation", "is_sql"),
    [
        (migrations.AddField("sensor", "x", models.IntegerField(null=True)), True),
        (migrations.AddField("sensor", "x", models.JSONField(default=dict)), True),
        (migrations.AddField("sensor", "x", models.UUIDField(default=uuid4)), False),
        (migrations.RenameModel("sensor", "device"), False),
        (migrations.RunSQL("UPDATE sensors_sensor SET name = 'x'"), True),
        (migrations.RunSQL(["DELETE FROM sensors_sensor", ("select set_it(%s)", [1])]), False),
        (migrations.RunSQL("CREATE TABLE x (id int); SELECT set_it()"), False),
        (migrations.RunPython(migrations.RunPython.noop), False),
        (migrations.SeparateDatabaseAndState([migrations.RunPython(migrations.RunPython.noop)]), False),
        (migrations.SeparateDatabaseAndState([], [migrations.DeleteModel("sensor")]), True),
        (AddIndexConcurrently("sensor", models.Index(fields=["name"], name="x")), False),
    ],
)
def test_only_what_is_the_same_everywhere_is_sent_as_it_was_recorded(operation, is_sql):
    assert template._is_sql(operation) is is_sql


@due.handler("test.held")
def held() -> None:
    Counter.objects.create(name="held")


def failed(factory: Factory, error: str = "IntegrityError: no", **more) -> SchemaUpgrade:
    facts = {"migration": "hazards.9_x", "error": error, "began_at": timezone.now(), "status": "failed"} | more
    return SchemaUpgrade.objects.create(factory=factory, fingerprint=provisioning.fingerprint(), **facts)


@pytest.mark.parametrize("status", ["failed", "waiting"])
def test_its_pages_say_so_meanwhile_and_its_work_waits(factory, other_factory, browser, work_off, status):
    row = failed(factory, status=status)
    due.now("test.held")
    page = browser.get("/", headers={"Accept-Language": "en"})
    assert page.status_code == 503 and page["Retry-After"] == "60"
    assert "Nothing is lost." in page.content.decode()
    assert make.in_language("zh-hans", "This factory is being upgraded.") in browser.get("/m/").content.decode()
    assert browser.get("/api/v1/readings", headers={"Accept": "application/json"}).json()["error"]
    assert _resolve({b"host": provisioning.host_of("one")}, "/ws/feed/") is None
    assert Client(HTTP_HOST=provisioning.host_of("two")).get("/account/login/").status_code == 200
    work_off()
    waiting = Due.objects.get(handler="test.held")
    assert waiting.attempts == 0 and waiting.due_at > timezone.now() and not Counter.objects.filter(name="held")
    SchemaUpgrade.objects.filter(pk=row.pk).update(status="done")
    Due.objects.update(due_at=timezone.now())
    work_off()
    assert Counter.objects.filter(name="held").exists() and browser.get("/").status_code != 503


def test_a_program_of_before_goes_on_with_the_tables_that_it_knows(factory, browser):
    SchemaUpgrade.objects.filter(pk=failed(factory).pk).update(fingerprint="of the next release")
    assert browser.get("/account/login/").status_code == 200


def test_a_worker_tries_again_what_an_operator_asked_for(fresh_factory):
    row = failed(fresh_factory, status="waiting")
    due.for_everyone("tenants.upgrade_again", key=f"upgrade {row.pk}", factories=[fresh_factory.pk])
    Due.objects.filter(key=f"upgrade {row.pk}").update(due_at=timezone.now() - timezone.timedelta(days=9))
    assert due.run_one()
    row.refresh_from_db()
    assert (row.status, row.error) == ("done", "")
    assert not Due.objects.filter(key=f"upgrade {row.pk}").exists()


def test_whether_somebody_is_at_work_is_seen_from_elsewhere(db):
    assert not fleet.is_running()
    with provisioning.as_owner() as owner:
        owner.execute("SELECT pg_advisory_lock(%s)", [fleet._LOCK])
        assert fleet.is_running()
        owner.execute("SELECT pg_advisory_unlock(%s)", [fleet._LOCK])
    assert not fleet.is_running()


def test_a_factory_whose_schema_is_gone_makes_no_tables_elsewhere(db):
    gone = Factory.objects.create(schema_name="t_gone", name="无")
    assert fleet._histories([gone]) == {gone: ""}
    SchemaUpgrade.objects.create(factory=gone, fingerprint=provisioning.fingerprint(), began_at=timezone.now())
    step = fleet.RecordedMigration(app="hazards", name="9_x", is_sql=True, statements=["CREATE TABLE astray (id int)"])
    fleet._batch([gone], fleet.Way((step,), frozenset()), {})
    row = SchemaUpgrade.objects.get(factory=gone)
    assert (row.status, row.error.partition(":")[0]) == ("failed", "NoSchema")
    with connection.cursor() as cursor:
        cursor.execute(sql.SQL("SELECT to_regclass('public.astray')").as_string())
        assert cursor.fetchone() == (None,)
