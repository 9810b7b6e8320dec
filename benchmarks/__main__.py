"""`python -m benchmarks [--quick]`: measures against the goals, prints a table, writes results.json. Never fails on speed."""

import argparse
import json
import os
from pathlib import Path

import django


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="small sizes, few rounds; writes nothing")
    is_quick = parser.parse_args().quick
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    # Migrations and schemas are the owner's; the comparison needs both sides on one connection.
    os.environ["DATABASE_AS_OWNER"] = "1"
    django.setup()
    from django.core.management import call_command

    from benchmarks import (
        authenticity,
        dashboard,
        due,
        exports,
        fanout,
        fleet,
        growth,
        hazards,
        ledger,
        pattern_search,
        patterns,
        provisioning,
        training,
    )
    from benchmarks.measure import counts, table

    call_command("bootstrap")
    parts = (provisioning, growth, fleet, ledger, due, exports, hazards, dashboard, pattern_search)
    results = [row for part in parts for row in part.run(is_quick=is_quick)]
    told, lost = fanout.run(is_quick=is_quick)
    printed, large = training.run(is_quick=is_quick)
    results += [*told, *printed]
    found = [*authenticity.run(is_quick=is_quick), *patterns.run(is_quick=is_quick), *lost, *large]
    print(table(results))
    print(counts(found))
    if not is_quick:
        text = json.dumps([row.as_json() for row in [*results, *found]], indent=2)
        Path(__file__).with_name("results.json").write_text(text + "\n")


if __name__ == "__main__":
    main()
