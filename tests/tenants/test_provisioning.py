"""A factory in milliseconds: a prepared schema is given away, exactly like one that Django has migrated."""

from contextlib import contextmanager
from pathlib import Path
from threading import Barrier, Thread

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command
from django.db import ProgrammingError, connection, transaction
from django.test import Client

from core.events import action, emit
from core.models import Counter, Event
from people.permissions import Role
from tenants import due, provisioning
from tenants.current import in_factory, in_public
from tenants.models import Domain, Due, Factory, PreparedSchema
from tenants.slugs import SlugRefused, check_slug
from tests import make

_DDL = ("CREATE", "ALTER", "DROP", "GRANT", "REVOKE", "COMMENT", "TRUNCATE")


@contextmanager
def _statements():
    seen: list[str] = []

    def record(execute, statement, params, many, context):
        seen.append(str(statement).lstrip().upper())
        return execute(statement, params, many, context)

    with connection.execute_wrapper(record):
        yield seen


def _schemas() -> set[str]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT nspname FROM pg_namespace WHERE nspname LIKE 't\\_%'")
        return {name for (name,) in cursor.fetchall()}


# What a schema consists of, without its own name; each row says everything about one thing.
SHAPES = {
    "columns": """
        SELECT table_name, column_name, ordinal_position, data_type, udt_name, character_maximum_length,
               numeric_precision, numeric_scale, is_nullable, replace(column_default, %(dot)s, ''), is_identity
        FROM information_schema.columns WHERE table_schema = %(schema)s""",
    "constraints": """
        SELECT c.relname, n.conname, n.contype::text, replace(pg_get_constraintdef(n.oid), %(dot)s, ''), n.condeferrable
        FROM pg_constraint n JOIN pg_class c ON c.oid = n.conrelid
        WHERE n.connamespace = %(schema)s::regnamespace""",
    "indexes": "SELECT tablename, replace(indexdef, %(dot)s, '') FROM pg_indexes WHERE schemaname = %(schema)s",
    "triggers": """
        SELECT c.relname, t.tgname, replace(pg_get_triggerdef(t.oid), %(dot)s, ''), t.tgenabled::text
        FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid
        WHERE c.relnamespace = %(schema)s::regnamespace AND NOT t.tgisinternal""",
    "rights": """
        SELECT table_name, privilege_type FROM information_schema.role_table_grants
        WHERE table_schema = %(schema)s AND grantee = %(role)s""",
    "sequences": "SELECT sequencename, data_type::text FROM pg_sequences WHERE schemaname = %(schema)s",
}


def _shape(kind: str, schema: str) -> list[tuple]:
    with provisioning.as_owner() as owner:
        values = {"schema": schema, "dot": f"{schema}.", "role": settings.DATABASE_APP_ROLE}
        return sorted(owner.execute(SHAPES[kind], values).fetchall(), key=str)


@pytest.mark.parametrize("kind", SHAPES)
def test_a_replayed_schema_is_like_the_one_that_was_migrated(fresh_factory, kind):
    template = _shape(kind, provisioning.TEMPLATE_SCHEMA)
    assert len(template) > 10 or kind == "triggers"
    assert template
    assert _shape(kind, fresh_factory.schema_name) == template


def test_signing_up_runs_no_ddl(db):
    provisioning.fill_pool()
    with _statements() as seen:
        made = provisioning.create_factory("quick", "快厂")
    assert any("INSERT INTO" in statement for statement in seen)
    assert [statement for statement in seen if statement.startswith(_DDL)] == []
    assert provisioning.find("quick") == made


def test_an_empty_pool_makes_one_wait_but_not_fail(db):
    PreparedSchema.objects.all().delete()
    made = provisioning.create_factory("patient", "慢厂")
    with in_factory(made):
        assert not Event.objects.exists()


def test_signing_up_asks_for_the_pool_to_be_filled_again(db):
    provisioning.create_factory("another", "又一厂")
    assert Due.objects.filter(handler="tenants.fill_pool", factory=None).exists()


def test_filling_the_pool_stops_when_it_is_full(db):
    provisioning.fill_pool()
    assert PreparedSchema.objects.count() >= provisioning.POOL_SIZE
    assert provisioning.fill_pool() == 0


def test_two_who_sign_up_at_once_get_two_schemas(fresh_factory):
    start, made = Barrier(4), []
    number = fresh_factory.schema_name[-6:]

    def sign_up(name: str) -> None:
        start.wait()
        made.append(provisioning.create_factory(name, name))
        connection.close()

    threads = [Thread(target=sign_up, args=(f"at-once-{number}-{n}",)) for n in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(made) == 4
    assert len({factory.schema_name for factory in made}) == 4
    assert not PreparedSchema.objects.filter(schema_name__in=[factory.schema_name for factory in made]).exists()


def test_of_two_who_want_the_same_name_one_gets_it_and_one_is_told(fresh_factory):
    start, results = Barrier(2), []
    slug = f"same-{fresh_factory.schema_name[-6:]}"

    def sign_up() -> None:
        try:
            start.wait()
            results.append(provisioning.create_factory(slug, "同名"))
        except BaseException as error:
            results.append(error)
        finally:
            connection.close()

    threads = [Thread(target=sign_up) for _number in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(type(result).__name__ for result in results) == ["Factory", "SlugRefused"]
    assert Factory.objects.filter(domains__domain=provisioning.host_of(slug)).count() == 1


@pytest.mark.parametrize(
    "slug",
    [
        "",
        "a",
        "ab",
        "A-factory",
        "1st",
        "-abc",
        "abc-",
        "a--b",
        "a_b",
        "a.b",
        "工厂",
        "x" * 31,
        "abc\n",
        " abc",
        "a'; DROP",
    ],
)
def test_a_short_name_that_is_no_host_label_is_refused_with_a_sentence(db, slug):
    before = Factory.objects.count()
    with pytest.raises(SlugRefused) as refusal:
        provisioning.create_factory(slug, "厂")
    text = "Use 3 to 30 lower-case letters, digits or hyphens, beginning with a letter."
    assert str(refusal.value) == make.in_language("zh-hans", text)
    assert Factory.objects.count() == before


@pytest.mark.parametrize("slug", ["www", "admin", "public", "template", "api"])
def test_a_reserved_name_is_refused_with_a_sentence(db, slug):
    with pytest.raises(SlugRefused) as refusal:
        provisioning.create_factory(slug, "厂")
    text = "“%(slug)s” is reserved. Choose another short name."
    assert str(refusal.value) == make.in_language("zh-hans", text, slug=slug)


def test_a_name_that_is_taken_is_refused_with_a_sentence(db):
    with pytest.raises(SlugRefused) as refusal:
        provisioning.create_factory("one", "厂")
    assert str(refusal.value) == make.in_language(
        "zh-hans", "“%(slug)s” is taken. Choose another short name.", slug="one"
    )


@pytest.mark.parametrize("slug", ["abc", "x" * 30, "a-b-c", "plant2", "t-0123"])
def test_ordinary_names_are_taken(db, slug):
    assert check_slug(slug) == slug


def test_nothing_of_a_deleted_factory_is_left(fresh_factory):
    slug = f"gone-{fresh_factory.schema_name[-6:]}"
    with in_public():
        made = provisioning.create_factory(slug, "要删的厂")
        with in_factory(made):
            make.photo(make.person(Role.WORKER))
            due.now("test.note", word="never")
        files = Path(settings.MEDIA_ROOT) / made.schema_name
        assert files.exists()
        call_command("delete_factory", factory=slug, yes=True)
        assert not files.exists()
        assert made.schema_name not in _schemas()
        assert not Domain.objects.filter(domain=provisioning.host_of(slug)).exists()
        assert not Due.objects.filter(payload={"word": "never"}).exists()
        assert not Factory.objects.filter(schema_name=made.schema_name).exists()
        assert Client(HTTP_HOST=provisioning.host_of(slug)).get("/").status_code == 404
        assert provisioning.create_factory(slug, "新主人").schema_name != made.schema_name


def test_deleting_without_yes_deletes_nothing(db):
    with pytest.raises(CommandError, match="--yes"):
        call_command("delete_factory", factory="one")
    assert provisioning.find("one").schema_name in _schemas()


@pytest.mark.parametrize("command", ["delete_factory", "verify_ledger"])
@pytest.mark.parametrize("slug", ["nobody", "", "one.two", "public", "t_0123"])
def test_a_command_for_a_factory_that_is_not_there_says_so(db, command, slug):
    with pytest.raises(CommandError, match="no factory"):
        call_command(command, factory=slug)


def test_the_command_refuses_a_name_as_the_page_does(db):
    with pytest.raises(CommandError):
        call_command("create_factory", slug="www", name="厂")


@pytest.mark.parametrize(
    "statement", ["UPDATE core_event SET name = 'x'", "DELETE FROM core_event", "TRUNCATE core_event"]
)
def test_in_a_fresh_schema_too_the_app_changes_no_event(fresh_factory, statement):
    @action
    def happen():
        emit("plan.stopped", Counter(pk="c"), by=None)

    happen()
    with pytest.raises(ProgrammingError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)
    assert Event.objects.get().name == "plan.stopped"


def test_the_app_makes_and_drops_no_tables(fresh_factory):
    for statement in (
        "CREATE TABLE mine (id int)",
        "DROP TABLE core_counter",
        "ALTER TABLE core_event DISABLE TRIGGER ALL",
    ):
        with pytest.raises(ProgrammingError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement)
    assert not Counter.objects.exists()
