"""Verifying the ledger of the demo factory against hashing the same bytes in a loop."""

import hashlib

from benchmarks.measure import Result, compare
from core import ledger
from core.models import Event
from portals.operator.demo.load import load
from portals.operator.demo.plant import SLUG
from tenants import provisioning
from tenants.current import in_factory


def run(*, is_quick: bool) -> list[Result]:
    load(lambda _line: None)
    with in_factory(provisioning.find(SLUG)):
        return [compare("ledger_verify_23k", _verify, _hash, goal=2, rounds=1 if is_quick else 5)]


def _verify() -> None:
    assert ledger.verify().is_whole


def _hash() -> None:
    """Reads the same rows and hashes their texts, without asking what they mean."""
    fields = ("seq", "id", "name", "subject_type", "subject_id", "actor_id", "data", "at", "previous", "seal")
    for row in Event.objects.order_by("seq").values_list(*fields).iterator(chunk_size=2000):
        hashlib.sha256(repr(row).encode()).hexdigest()
