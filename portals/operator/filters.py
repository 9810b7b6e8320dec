"""Which of the work that was set aside is looked at; the page and replaying all of it share it."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlencode

from django.db.models import QuerySet
from django.utils import timezone
from django.utils.dateparse import parse_datetime

from tenants import due
from tenants.models import Due

OWN = "own"


@dataclass(frozen=True)
class Filter:
    """factory: a number, "own" for work of the installation itself, or empty; until: nothing set aside after it."""

    factory: str = ""
    kind: str = ""
    until: datetime | None = None

    @property
    def query(self) -> str:
        return urlencode({name: value for name in ("factory", "kind") if (value := getattr(self, name))})

    def rows(self) -> QuerySet[Due]:
        rows = due.dead()
        if self.factory:
            rows = rows.filter(factory=None if self.factory == OWN else int(self.factory))
        if self.kind:
            rows = rows.filter(handler=self.kind)
        return rows.filter(dead_at__lte=self.until) if self.until else rows


def asked_by(sent: Any) -> Filter:
    """What cannot be read filters nothing."""
    factory, kind = sent.get("factory", ""), sent.get("kind", "").replace("\0", "")[:80]
    is_number = factory.isascii() and factory.isdecimal() and len(factory) < 19
    return Filter(factory if is_number or factory == OWN else "", kind, _moment(sent.get("until", "")))


def _moment(text: str) -> datetime | None:
    """Ours always bears a zone; what lies beyond now is now."""
    try:
        moment = parse_datetime(text)
    except ValueError:
        return None
    if moment is None or timezone.is_naive(moment) or abs(timezone.now() - moment) > timedelta(days=2):
        return None
    return moment


def choices() -> tuple[list[tuple[str, str]], list[str]]:
    """The factories and the kinds of which something was set aside."""
    found = due.dead().order_by().values_list("factory", "factory__name", "handler").distinct()
    factories = {(str(pk or OWN), name or "") for pk, name, _kind in found}
    return sorted(factories, key=lambda one: (one[1], one[0])), sorted({kind for *_factory, kind in found})
