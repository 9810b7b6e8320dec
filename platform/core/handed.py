"""What a phone says of a record that waited on it; the same for a check and for the report of a hazard."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

# What the columns hold.
MOST_SECONDS = 2**31 - 1


@dataclass(frozen=True)
class Handed:
    """How a phone handed in: its own id for it, a hash over all it said, and what its clock showed. Nothing is trusted."""

    id: UUID
    sha256: str
    started_at: datetime | None = None
    submitted_at: datetime | None = None
    sent_at: datetime | None = None

    def skew(self, now: datetime) -> timedelta:
        """The phone's clock minus ours while it was sending."""
        return self.sent_at - now if self.sent_at else timedelta()

    def skew_seconds(self, now: datetime) -> int | None:
        seconds = round(self.skew(now).total_seconds())
        return max(-MOST_SECONDS, min(seconds, MOST_SECONDS)) if self.sent_at else None
