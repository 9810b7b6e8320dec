"""Opening a factory where none, 300 and 1,000 are: against the raw SQL of it, and against an empty installation.

What somebody who signs up waits for is a schema of the warm pool; cold is what filling the pool costs, schema by schema.

`python -m benchmarks.growth [--quick]`.
"""

from pathlib import Path

from benchmarks.apart import main, run_apart
from benchmarks.measure import Result, compare, result

PRESENT, QUICK = (0, 300, 1000), (0, 10)
# Milliseconds want more rounds than tenths of a second do.
ROUNDS = {"signup": 25, "cold": 7}


def run(*, is_quick: bool) -> list[Result]:
    return run_apart("benchmarks.growth", is_quick=is_quick)


def _measure(is_quick: bool, folder: Path) -> list[Result]:
    from benchmarks import provisioning
    from tenants.provisioning import fill_pool

    ways = {
        "signup": (provisioning._sign_up, provisioning._bare_inserts),
        "cold": (provisioning._open, provisioning._replay),
    }
    rows: list[Result] = []
    first: dict[str, Result] = {}
    for many in QUICK if is_quick else PRESENT:
        while _present() < many:
            provisioning._sign_up()
        for name, (ours, raw) in ways.items():
            rounds = ROUNDS[name]
            fill_pool(rounds + 1)  # one of them for warming up: nobody finds the pool empty
            found = compare(f"provision_{name}_{many}", ours, raw, goal=2, rounds=rounds)
            rows.append(found)
            if name in first:
                rows.append(result(f"provision_{name}_growth_{many}", found.ours, first[name].ours, 1.3))
            else:
                first[name] = found
    return rows


def _present() -> int:
    """With a schema of their own: the raw SQL's factories have none."""
    from tenants.current import connection

    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM tenants_factory JOIN pg_namespace ON nspname = schema_name")
        return cursor.fetchone()[0]


if __name__ == "__main__":
    main(__doc__, _measure)
