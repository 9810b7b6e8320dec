"""The search for patterns against DuckDB, which only counts the same cells over the same columns and decides nothing."""

from collections.abc import Sequence
from typing import Any

from benchmarks.exports import in_a_factory
from benchmarks.histories import history
from benchmarks.measure import Result, compare
from benchmarks.patterns import facts_of

SIZES, QUICK = (12_000, 1_200_000), (12_000,)
FOUND = 867 / 12_000
SEED = 1


def run(*, is_quick: bool) -> list[Result]:
    import duckdb

    from insight.patterns.search import find

    results = []
    with in_a_factory():
        for runs in QUICK if is_quick else SIZES:
            facts = facts_of(history(SEED, runs=runs, found=round(runs * FOUND)))
            with duckdb.connect() as bare:
                queries = _load(bare, facts)
                results.append(
                    compare(
                        f"pattern_search_{runs // 1000}k",
                        lambda facts=facts: _nothing(find(facts)),
                        lambda bare=bare, queries=queries: _nothing(_count(bare, queries)),
                        goal=5,
                        rounds=3,
                    )
                )
    return results


def _nothing(_found: Any) -> None:
    """What was found is thrown away."""


def _load(bare: Any, facts: Any) -> list[str]:
    """Returns, for each family of cells, how its inspections and what they found are counted."""
    from insight.patterns.cells import families

    columns = {factor.name: factor.codes for factor in facts.factors} | {"failed": facts.failed}
    found = {"run": facts.found_by, "kind": facts.found_kind}
    bare.execute("CREATE TABLE run AS SELECT *, row_number() OVER () - 1 AS number FROM columns")
    bare.execute("CREATE TABLE found AS SELECT kind, run.* FROM found JOIN run ON run.number = found.run")
    assert bare.execute("SELECT count(*) FROM found").fetchone() == (len(found["run"]),) and columns
    names = [", ".join(factor.name for factor in family.factors) for family in families(facts.factors)]
    return [
        query
        for each in names
        for query in (
            f"SELECT {each}, count(*), count(*) FILTER (WHERE failed) FROM run GROUP BY {each}",
            f"SELECT {each}, kind, count(*) FROM found GROUP BY {each}, kind",
        )
    ]


def _count(bare: Any, queries: Sequence[str]) -> list[Any]:
    return [bare.execute(query).fetchall() for query in queries]
