"""What is due now: how its cost grows with factories and waiting rows, beside a bare claim and a loop over schemas."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from django.db import connection, transaction

from benchmarks.measure import Result, compare, result
from tenants import due
from tenants.current import in_public

FACTORIES = 1000


def run(*, is_quick: bool) -> list[Result]:
    waiting, rows, rounds = (20_000, 100, 1) if is_quick else (1_000_000, 500, 5)
    with in_public(), _factories():
        few, many = _claims(10, 1, rows), _claims(FACTORIES, 1, rows)
        crowded_few, crowded = _claims(10, waiting, rows), _claims(FACTORIES, waiting, rows)
        with _waiting(waiting, FACTORIES):
            bare = compare(
                "due_claim_500", lambda: _take(rows, due.claim), lambda: _take(rows, _bare), goal=3, rounds=rounds
            )
        return [
            result("due_1000_factories", many, few, 1.5),
            result(f"due_1000_factories_{waiting}_waiting", crowded, crowded_few, 1.5),
            result(f"due_{waiting}_waiting", crowded, many, 1.5),
            bare,
            _beside_a_loop(rows),
        ]


@contextmanager
def _factories() -> Iterator[None]:
    """Only their rows: what is due is asked of the public schema alone."""
    _sql(
        "INSERT INTO tenants_factory (schema_name, name, status, time_zone, is_demo, created_at)"
        f" SELECT 'bench_' || n, 'bench', 'active', 'Asia/Shanghai', false, now() FROM generate_series(1, {FACTORIES}) n"
    )
    try:
        yield
    finally:
        _sql("DELETE FROM tenants_due WHERE handler = 'bench'")
        _sql("DELETE FROM tenants_factory WHERE name = 'bench'")


@contextmanager
def _waiting(count: int, factories: int) -> Iterator[None]:
    _fill(count, factories, "interval '1 day' + n * interval '1 second'")
    _sql("ANALYZE tenants_due")
    try:
        yield
    finally:
        _sql("DELETE FROM tenants_due WHERE handler = 'bench'")
        _sql("VACUUM tenants_due")


def _fill(count: int, factories: int, later: str) -> None:
    _sql(
        "INSERT INTO tenants_due (factory_id, handler, payload, due_at, is_urgent, attempts, last_error, created_at)"
        f" SELECT ids[1 + n % {factories}], 'bench', '{{}}', now() + {later}, false, 0, '', now()"
        " FROM (SELECT array_agg(id ORDER BY id) AS ids FROM tenants_factory WHERE name = 'bench') f,"
        f" generate_series(1, {count}) n"
    )


def _claims(factories: int, waiting: int, rows: int) -> float:
    """Seconds to claim so many due rows of so many factories, each in its own transaction; the median of three."""
    with _waiting(waiting, factories):
        seconds = []
        for _round in range(3):
            _fill(rows, factories, "- n * interval '1 second'")
            begin = time.perf_counter()
            _take(rows, due.claim, is_filled=True)
            seconds.append(time.perf_counter() - begin)
        return sorted(seconds)[1]


def _take(rows: int, claim: Callable[[], object], *, is_filled: bool = False) -> None:
    if not is_filled:
        _fill(rows, FACTORIES, "- n * interval '1 second'")
    for _row in range(rows):
        with transaction.atomic():
            assert claim()


def _bare() -> object:
    with connection.cursor() as cursor:
        cursor.execute(
            "DELETE FROM tenants_due WHERE id = (SELECT id FROM tenants_due WHERE dead_at IS NULL AND due_at <= now()"
            " ORDER BY due_at, id LIMIT 1 FOR UPDATE SKIP LOCKED) RETURNING *"
        )
        return cursor.fetchone()


def _beside_a_loop(rows: int) -> Result:
    """Finding what is due in one table, against asking a table of its own in each of a thousand schemas."""
    for number in range(FACTORIES):
        _sql(f"CREATE SCHEMA bench_{number}; CREATE TABLE bench_{number}.waiting (due_at timestamptz PRIMARY KEY)")
    try:
        with _waiting(rows, FACTORIES):
            return compare("due_beside_a_loop_over_schemas", _look, _loop, goal=0.1, rounds=3)
    finally:
        for number in range(FACTORIES):
            _sql(f"DROP SCHEMA bench_{number} CASCADE")


def _look() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT id FROM tenants_due WHERE dead_at IS NULL AND due_at <= now() ORDER BY due_at LIMIT 100")
        cursor.fetchall()


def _loop() -> None:
    with connection.cursor() as cursor:
        for number in range(FACTORIES):
            cursor.execute(f"SELECT due_at FROM bench_{number}.waiting WHERE due_at <= now() LIMIT 100")
            cursor.fetchall()


def _sql(statement: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement)
