"""Checks the chain from its first entry to its signed head, and anchors the head outside the database."""

import json
from dataclasses import dataclass

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from django.utils import timezone

from core.events import public_key_bytes, seal_of
from core.models import Event, LedgerHead
from tenants.current import current_schema
from tenants.provisioning import anchor_file


@dataclass(frozen=True)
class Finding:
    """The first entry at which the chain is not what was sealed."""

    seq: int
    kind: str  # changed | removed | order | head | anchor
    detail: str


@dataclass(frozen=True)
class Verdict:
    entries: int
    head: str
    finding: Finding | None

    @property
    def is_whole(self) -> bool:
        return self.finding is None


def verify() -> Verdict:
    """Reads every entry once, in order; a chain is whole up to the entry before the finding."""
    head = LedgerHead.objects.get()
    anchors = dict(_anchors())
    seq, previous = 0, "0" * 64
    for event in Event.objects.order_by("seq").iterator(chunk_size=2000):
        finding = _check(event, seq + 1, previous, anchors)
        if finding:
            return Verdict(seq, head.seal, finding)
        seq, previous = event.seq, event.seal
    return Verdict(seq, head.seal, _check_head(head, seq, previous, anchors))


def _check(event: Event, expected: int, previous: str, anchors: dict[int, str]) -> Finding | None:
    if event.seq != expected:
        return Finding(expected, "removed", f"entry {expected} is missing, the next one is {event.seq}")
    if event.previous != previous:
        return Finding(event.seq, "order", f"entry {event.seq} does not follow the seal of entry {event.seq - 1}")
    if seal_of(event) != event.seal:
        return Finding(event.seq, "changed", f"the content of entry {event.seq} is not what was sealed")
    if anchors.get(event.seq, event.seal) != event.seal:
        return Finding(event.seq, "anchor", f"entry {event.seq} differs from its anchor outside the database")
    return None


def _check_head(head: LedgerHead, seq: int, seal: str, anchors: dict[int, str]) -> Finding | None:
    if max(anchors, default=0) > seq:
        return Finding(seq + 1, "removed", f"the anchor knows entry {max(anchors)}, the chain ends at {seq}")
    if (head.seq, head.seal) != (seq, seal):
        return Finding(seq + 1, "removed", f"the head says {head.seq} entries, the chain has {seq}")
    if seq and not _is_signed(head):
        return Finding(seq, "head", "the signature of the head is not ours")
    return None


def _is_signed(head: LedgerHead) -> bool:
    message = f"{current_schema()}:{head.seq}:{head.seal}".encode()
    try:
        Ed25519PublicKey.from_public_bytes(public_key_bytes()).verify(bytes.fromhex(head.signature), message)
    except (InvalidSignature, ValueError):
        return False
    return True


def anchor() -> None:
    """Appends the signed head to a file that the database cannot write: a cut tail shows against it."""
    head = LedgerHead.objects.get()
    line = {"at": timezone.now().isoformat(), "seq": head.seq, "seal": head.seal, "signature": head.signature}
    path = anchor_file(current_schema())
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("a", encoding="utf-8") as file:
        file.write(json.dumps(line) + "\n")


def _anchors():
    path = anchor_file(current_schema())
    if not path.exists():
        return
    for line in path.read_text(encoding="utf-8").splitlines():
        entry = json.loads(line)
        yield entry["seq"], entry["seal"]
