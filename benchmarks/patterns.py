"""Patterns that were planted and how many of them are found, and what is found where there are none.

Planted ones count if a direct test of the planted cell itself is sure of it
(p < 1e-6); found is one of the first five whose inspections are mostly the same.
"""

from datetime import timedelta

import numpy as np
from scipy import stats

from benchmarks.exports import in_a_factory
from benchmarks.histories import DAYS, WORKSHOPS, History, Plant, history, shuffled
from benchmarks.measure import Count

SEEDS, QUICK = 100, 6
SURE, SAME, FIRST = 1e-6, 0.4, 5
WEEKS = timedelta(weeks=24)


def run(*, is_quick: bool) -> list[Count]:
    from insight.patterns.search import find

    found, planted, of_three, planted_of_three, reported = 0, 0, 0, 0, 0
    verdicts: dict[bool, list[str]] = {True: [], False: []}
    seeds = QUICK if is_quick else SEEDS
    with in_a_factory():
        for seed in range(seeds):
            past = history(seed)
            found, planted = np.add((found, planted), _found_of(past))
            of_three, planted_of_three = np.add((of_three, planted_of_three), _found_of(history(seed, of_three=True)))
            reported += bool(find(facts_of(shuffled(past, seed))))
            for works, said in verdicts.items():
                said.extend(_judged(past, history(seed, planted=[]) if works else past))
    return [
        Count("planted_patterns_found", found, planted, round(planted * 0.95), is_floor=True),
        # Half of the history proposes and the other half judges: what is only just sure on the whole is not on a half.
        Count("planted_of_three_factors_found", of_three, planted_of_three, planted_of_three // 3, is_floor=True),
        Count("reported_without_any", reported, seeds, seeds // 20),
        Count(
            "effects_seen", verdicts[True].count("better"), len(verdicts[True]), len(verdicts[True]) // 2, is_floor=True
        ),
        Count(
            "effects_claimed_without_any",
            verdicts[False].count("better"),
            len(verdicts[False]),
            len(verdicts[False]) // 20,
        ),
    ]


def _found_of(past: History) -> tuple[int, int]:
    """How many of those that were planted and are sure."""
    from insight.patterns.search import find

    first = find(facts_of(past))[:FIRST]
    sure = [past.inside(plant.factors) for plant in past.planted if _chance(past, plant) < SURE]
    return sum(any(_overlap(inside, one.inside) >= SAME for one in first) for inside in sure), len(sure)


def _judged(before: History, after: History) -> list[str]:
    """What is said after half a year, once for a countermeasure against the strongest pattern that was found by then."""
    from insight.patterns.facts import MEASURED
    from insight.patterns.facts import History as Read
    from insight.patterns.proof import compare
    from insight.patterns.search import find

    taken = before.moments[0] + timedelta(days=DAYS) - WEEKS
    is_before = np.array([moment < taken for moment in before.moments])
    known = find(facts_of(before.part(is_before)))[:1]
    whole = before.with_found(np.where(is_before, before.found, after.found))
    facts, minutes = facts_of(whole), np.array(whole.moments, "datetime64[m]").astype(np.int64)
    read = Read(facts, np.arange(facts.runs), 0, minutes, {name: whole.columns[name] for name in MEASURED})
    return [
        compare(
            read,
            {factor.name: factor.said(span) for factor, span in one.spans},
            "" if one.kind is None else facts_of(before.part(is_before)).kinds[one.kind],
            taken_at=taken,
            leave_out=set(),
        ).verdict
        for one in known
    ]


def facts_of(past: History):
    from insight.patterns.facts import RECORD, assemble

    rows = np.zeros(len(past.found), RECORD)
    rows["minute"] = np.array(past.moments, "datetime64[m]").astype(np.int64)
    rows["tenure"] = (past.columns["tenure_week"] - 1) * 7
    rows["failed"] = past.found >= 0
    for name in ("temperature_c", "humidity_pct"):
        rows[name] = past.columns[name]
    places = zip(past.columns["area"].tolist(), past.columns["equipment"].tolist(), strict=True)
    triples = [(WORKSHOPS[area % 5], f"{area}", f"{machine}") for area, machine in places]
    found_by = np.nonzero(past.found >= 0)[0]
    return assemble(rows, triples, found_by, [f"{kind:02}" for kind in past.found[found_by]])


def _chance(past: History, plant: Plant) -> float:
    """Of as many or more there, at the rate of everywhere else."""
    inside = past.inside(plant.factors)
    has_found = past.found >= 0 if plant.kind < 0 else past.found == plant.kind
    rate = has_found[~inside].mean()
    return float(stats.binom.sf(has_found[inside].sum() - 1, inside.sum(), rate))


def _overlap(one: np.ndarray, other: np.ndarray) -> float:
    return float((one & other).sum() / max((one | other).sum(), 1))
