"""Verifying the ledger of the demo factory against hashing the same bytes in a loop."""

import hashlib
import json
from datetime import UTC

from benchmarks.measure import Result, compare
from core import ledger
from portals.operator.demo.load import load
from portals.operator.demo.plant import SLUG
from tenants import provisioning
from tenants.current import connection, in_factory


def run(*, is_quick: bool) -> list[Result]:
    was_made = load(lambda _line: None)
    factory = provisioning.find(SLUG)
    try:
        with in_factory(factory):
            return [compare("ledger_verify_23k", _verify, _hash, goal=2, rounds=1 if is_quick else 5)]
    finally:
        if was_made:
            provisioning.delete_factory(factory)


def _verify() -> None:
    assert ledger.verify().is_whole


def _hash() -> None:
    """Reads the same columns with plain SQL and hashes the same bytes in a loop, without comparing anything."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT seq, id, name, subject_type, subject_id, actor_id, data, at, previous FROM core_event ORDER BY seq"
        )
        while rows := cursor.fetchmany(2000):
            for seq, pk, name, kind, subject, actor, data, at, previous in rows:
                content = {
                    "seq": seq,
                    "id": str(pk),
                    "name": name,
                    "subject": [kind, subject],
                    "actor": actor,
                    "data": json.loads(data) if isinstance(data, str) else data,
                    "at": at.astimezone(UTC).isoformat(),
                }
                text = json.dumps(content, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
                hashlib.sha256(f"{previous}\n{text}".encode()).hexdigest()
