"""Opening a factory where none, 300 and 1,000 are: against the raw SQL of its schema, and against an empty installation.

`python -m benchmarks.growth [--quick]`.
"""

from pathlib import Path

from benchmarks.apart import main, run_apart
from benchmarks.measure import Result, compare, result

PRESENT, QUICK = (0, 300, 1000), (0, 10)
ROUNDS = 7


def run(*, is_quick: bool) -> list[Result]:
    return run_apart("benchmarks.growth", is_quick=is_quick)


def _measure(is_quick: bool, folder: Path) -> list[Result]:
    from benchmarks import provisioning
    from tenants.models import Factory

    rows, first = [], None
    for many in QUICK if is_quick else PRESENT:
        while Factory.objects.count() < many:
            provisioning._sign_up()
        ours = compare(f"provision_{many}", provisioning._open, provisioning._replay, goal=2, rounds=ROUNDS)
        rows.append(ours)
        if first is None:
            first = ours
        else:
            rows.append(result(f"provision_growth_{many}", ours.ours, first.ours, 1.3))
    return rows


if __name__ == "__main__":
    main(__doc__, _measure)
