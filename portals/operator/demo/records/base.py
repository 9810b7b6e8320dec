"""What all that is written has in common: numbers, people, and the events to be sealed."""

import uuid
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db.models import Model

from core.events import Event
from core.models import Attachment
from people.models import User
from portals.operator.demo.cases import Case
from portals.operator.demo.checks import Check, Routine
from portals.operator.demo.setup import Site


@dataclass
class Records:
    """Everything that has a number, so that answers find their hazards and hazards their photos."""

    site: Site
    plan: list[Routine]
    checks: list[Check]
    cases: list[Case]
    now: datetime
    hazard_ids: list[int] = field(default_factory=list)
    before: dict[int, list[Attachment]] = field(default_factory=dict)
    shots: dict[int, Attachment] = field(default_factory=dict)
    after: dict[tuple[int, int], Attachment] = field(default_factory=dict)
    events: list[Event] = field(default_factory=list)
    held: dict[int, dict[str, list[User]]] = field(default_factory=dict)

    def user(self, number: int | None) -> int | None:
        return None if number is None else self.site.users[number].pk

    def tell(self, name: str, model: type[Model], pk: object, at: datetime, by: int | None, **data: Any) -> None:
        self.events.append(
            Event(
                id=uuid.uuid4(),
                name=name,
                subject_type=model._meta.label_lower,
                subject_id=str(pk),
                actor_id=by,
                data=data,
                at=at,
            )
        )


def columns(row: Model, fields: Iterable[str]) -> list[Any]:
    values = []
    for name in fields:
        column = row._meta.get_field(name)
        value = getattr(row, column.attname)  # type: ignore[union-attr]
        values.append(getattr(value, "name", value) if name in {"original", "shown"} else value)
    return values
