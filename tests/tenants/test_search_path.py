"""A connection that says SET search_path only when it must asks every query in the schema that its work is in."""

from contextlib import contextmanager, suppress
from threading import Thread

import psycopg
import pytest
from django.db import DatabaseError, connection, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tenants import provisioning
from tenants.current import current_schema, in_factory, in_public
from tenants.postgresql.base import DatabaseWrapper

pytestmark = pytest.mark.spread


class Boom(Exception):
    """What a view may raise."""


@pytest.fixture(scope="module")
def homes(django_db_setup, django_db_blocker):
    """Real transactions, and nothing is written: how to enter one factory, the other, and neither."""
    with django_db_blocker.unblock():
        one, two = provisioning.find("one"), provisioning.find("two")
        yield [lambda: in_factory(one), lambda: in_factory(two), in_public]
        connection.close()


def where(cursor) -> str:
    cursor.execute("SELECT current_schema()")
    return cursor.fetchone()[0]


class Work:
    """Does a random piece of work; each step may look where its queries are asked."""

    def __init__(self, homes):
        self.homes = homes
        self.looks = 0
        self.cursor = connection.cursor()

    def do(self, steps) -> None:
        for kind, number, is_looking, inner in steps:
            getattr(self, kind)(number, inner)
            if is_looking:
                self.look()

    def look(self) -> None:
        with suppress(DatabaseError), connection.cursor() as cursor:
            assert where(cursor) == current_schema()
            self.looks += 1

    def enter(self, number, inner):
        with self.homes[number % 3]():
            self.do(inner)

    def leave_by_error(self, number, inner):
        with suppress(Boom), self.homes[number % 3]():
            self.do(inner)
            raise Boom

    def keep(self, number, inner):
        with suppress(DatabaseError), transaction.atomic(savepoint=number % 2 == 0):
            self.do(inner)

    def give_up(self, number, inner):
        with suppress(DatabaseError, Boom), transaction.atomic(savepoint=number % 2 == 0):
            self.do(inner)
            raise Boom

    def swallow(self, _number, _inner):
        """In a transaction nothing works after it, and its COMMIT takes everything back without a word."""
        with suppress(DatabaseError), connection.cursor() as cursor:
            cursor.execute("SELECT 1 / 0")

    def savepoint(self, number, inner):
        """By hand, as a library may."""
        if connection.in_atomic_block and not connection.needs_rollback:
            with suppress(DatabaseError):
                mark = transaction.savepoint()
                self.do(inner)
                (transaction.savepoint_commit if number % 2 else transaction.savepoint_rollback)(mark)

    def by_hand(self, number, inner):
        """Without autocommit, as psycopg is by itself."""
        if not connection.in_atomic_block and connection.get_autocommit():
            connection.set_autocommit(False)
            try:
                self.do(inner)
                with suppress(DatabaseError):
                    (connection.commit if number % 2 else connection.rollback)()
            finally:
                # Where its savepoint fails, atomic() leaves itself open if nobody commits for it.
                connection.in_atomic_block, connection.atomic_blocks, connection.savepoint_ids = False, [], []
                connection.rollback()
                connection.set_autocommit(True)

    def copy(self, _number, _inner):
        with suppress(DatabaseError, psycopg.Error), connection.cursor() as cursor:
            with cursor.copy("COPY (SELECT current_schema()) TO STDOUT") as rows:
                told = b"".join(rows).decode().strip()
            assert told == current_schema()
            self.looks += 1

    def stream(self, _number, inner):
        """Rows of a server-side cursor go on coming from where it was opened."""
        with suppress(DatabaseError), connection.chunked_cursor() as cursor:
            cursor.execute("SELECT current_schema() FROM generate_series(1, 3)")
            opened = current_schema()
            assert cursor.fetchone()[0] == opened
            self.do(inner)
            assert cursor.fetchone()[0] == opened

    def old_cursor(self, _number, _inner):
        """One that was opened before all this."""
        with suppress(DatabaseError):
            if self.cursor.connection is not connection.connection:
                self.cursor = connection.cursor()
            assert where(self.cursor) == current_schema()
            self.looks += 1

    def close(self, _number, _inner):
        """Back to the pool, which hands it to whoever comes next."""
        if not connection.in_atomic_block and connection.get_autocommit():
            connection.close()

    def other_thread(self, number, _inner):
        """Leaves a connection in the pool that has been somewhere else."""

        def visit():
            with self.homes[number % 3](), connection.cursor() as cursor:
                where(cursor)
            connection.close()

        thread = Thread(target=visit)
        thread.start()
        thread.join()


PLAIN = ("swallow", "copy", "old_cursor", "close", "other_thread")
AROUND = ("enter", "leave_by_error", "keep", "give_up", "savepoint", "by_hand", "stream")


def steps_of(inner):
    return st.lists(st.tuples(st.sampled_from(AROUND), st.integers(0, 5), st.booleans(), inner), max_size=4)


PLAIN_STEPS = st.lists(
    st.tuples(st.sampled_from(PLAIN), st.integers(0, 5), st.booleans(), st.just([])), min_size=1, max_size=3
)
STEPS = st.recursive(PLAIN_STEPS, steps_of, max_leaves=12)


@contextmanager
def alone():
    """Every piece of work begins with a connection that has been in public last."""
    with in_public():
        try:
            yield
        finally:
            connection.close()


BREAKS = ("swallow", 0, False, [])
# By what of the connection keeps it from going wrong: the shortest work that otherwise does.
TRAPS = {
    "commit": [("enter", 0, True, [("enter", 1, False, [("keep", 0, True, [BREAKS])])])],
    "create_cursor": [
        (
            "enter",
            0,
            True,
            [("keep", 0, False, [("give_up", 1, False, []), ("enter", 1, False, [("copy", 0, False, [])])])],
        )
    ],
}


@settings(max_examples=100, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
@given(st.lists(STEPS, min_size=1, max_size=6))
def test_whatever_happens_queries_are_asked_where_the_work_is(homes, works):
    with alone():
        for steps in works:
            Work(homes).do(steps)


@pytest.mark.parametrize("kept_by", TRAPS)
def test_what_django_and_postgresql_undo_without_a_word_is_noticed(homes, kept_by):
    with alone():
        work = Work(homes)
        work.do(TRAPS[kept_by])
        assert work.looks


@pytest.mark.parametrize("kept_by", TRAPS)
def test_the_tests_see_a_connection_that_believes_too_much(homes, monkeypatch, kept_by):
    monkeypatch.delattr(DatabaseWrapper, kept_by)
    with alone(), pytest.raises(AssertionError):
        Work(homes).do(TRAPS[kept_by])
