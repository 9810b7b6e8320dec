"""What each export says of itself: whose records, who took them, when, which ones, how many, and the ledger's end."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from core.archives import Fact
from core.events import public_key_bytes
from core.models import LedgerHead
from core.zone import zone
from tenants.current import current_factory, current_schema


@dataclass(frozen=True)
class Cover:
    factory: str
    person: str
    at: datetime
    facts: list[Fact]
    seq: int
    seal: str
    signature: str

    @property
    def words(self) -> str:
        return "；".join(f"{fact.label}：{fact.value}" for fact in self.facts)

    @property
    def signed(self) -> str:
        """The text that the signature is over."""
        return f"{current_schema()}:{self.seq}:{self.seal}"

    @property
    def key(self) -> str:
        return public_key_bytes().hex()

    def lines(self, counts: Sequence[tuple[str, int]]) -> list[tuple[str, Any]]:
        return [
            (_("Factory"), self.factory),
            (_("Exported by"), self.person),
            (_("Exported at"), self.at),
            *((str(fact.label), fact.value) for fact in self.facts),
            *counts,
            (_("End of the ledger"), self.seq),
            (_("Seal"), self.seal),
            (_("Signature (Ed25519)"), self.signature),
            (_("Signed text"), self.signed),
            (_("Public key"), self.key),
        ]


def cover(facts: list[Fact], by: Any) -> Cover:
    """The ledger's end is read before the rows: what stands in them was sealed by then, or later."""
    head = LedgerHead.objects.get()
    now = timezone.localtime(timezone=zone())
    return Cover(current_factory().name, by.name, now, facts, head.seq, head.seal, head.signature)
