"""Past records are read in file by file, all of it or nothing, and can be taken out again."""

import hashlib
import json
import secrets
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from itertools import islice
from typing import Any, cast

from django.utils import timezone
from django.utils.translation import gettext as _

from core.errors import DomainError, NotAllowed, Refusal, WrongStatus
from core.events import action, emit
from past.columns import MODELS, MOMENT
from past.models import Batch, PastKind, PastPlace, PastRecord

_PART = 2000
_PLACE = ("workshop", "area", "equipment")


@dataclass(frozen=True)
class Entry:
    """values by the columns' keys, notes by the headings of further columns."""

    values: dict[str, Any]
    notes: dict[str, str]


class Faulty(Refusal):
    """faults: line in the file (its headings are line 1), key of the column, and the reason."""

    def __init__(self, faults: list[tuple[int, str, str]]) -> None:
        super().__init__(_("Nothing was read in: some rows need a look first."))
        self.faults = faults


@action
def add_past(kind: str, entries: Iterable[Entry], *, name: str, by: Any) -> Batch:
    """All rows of one file; refused where the same rows are here already. by=None: from the operator's shell."""
    _refuse_others(by)
    now = timezone.now()
    batch = Batch(kind=kind, name=name[-200:], rows=0, first_at=now, last_at=now, by=by, at=now)
    batch.sha256 = secrets.token_hex(32)  # until all rows are known
    batch.save()
    rows, noted = _rows(batch, entries), _Noted(MOMENT[PastKind(kind)])
    while part := list(islice(rows, _PART)):
        MODELS[PastKind(kind)]._default_manager.bulk_create(part)
        noted.add(part)
    if not noted.rows:
        raise DomainError(_("There is nothing in this file."))
    facts = {"sha256": noted.digest.hexdigest(), "rows": noted.rows, "first_at": noted.first, "last_at": noted.last}
    twin = Batch.objects.filter(kind=kind, sha256=facts["sha256"], removed_at=None).first()
    if twin:
        day = f"{timezone.localtime(twin.at):%Y-%m-%d}"
        raise WrongStatus(_("The same rows were read in on %(day)s already.") % {"day": day})
    Batch.objects.filter(pk=batch.pk).update(**facts)
    batch.refresh_from_db()
    emit("past.read_in", batch, by=by, kind=kind, rows=batch.rows, sha256=batch.sha256)
    return batch


@action
def remove_past(batch: Batch, *, by: Any) -> Batch:
    """Its rows go, that they were here stays in the ledger."""
    _refuse_others(by)
    facts = {"removed_at": timezone.now(), "removed_by": by}
    if not Batch.objects.filter(pk=batch.pk, removed_at=None).update(**facts):
        raise WrongStatus(_("This file was taken out already."))
    MODELS[PastKind(batch.kind)]._default_manager.filter(batch=batch).delete()
    batch.refresh_from_db()
    emit("past.removed", batch, by=by, kind=batch.kind, rows=batch.rows)
    return batch


def _rows(batch: Batch, entries: Iterable[Entry]) -> Iterator[PastRecord]:
    place, model = cache(_place), cast(Any, MODELS[PastKind(batch.kind)])
    for entry in entries:
        values = dict(entry.values)
        where = [values.pop(key, "") for key in _PLACE]
        if batch.kind == PastKind.RUNS:
            values["has_failed"] = values.pop("result")
        yield model(batch=batch, notes=entry.notes, place=place(*where), **values)


def _place(workshop: str, area: str, equipment: str) -> PastPlace:
    return PastPlace.objects.get_or_create(workshop=workshop, area=area, equipment=equipment)[0]


class _Noted:
    """What the rows say in their order, and from when they are; how the file was written makes no difference."""

    def __init__(self, moment: str) -> None:
        self.moment, self.rows, self.digest = moment, 0, hashlib.sha256()
        self.first = self.last = timezone.now()

    def add(self, part: list[PastRecord]) -> None:
        for row in part:
            at = getattr(row, self.moment)
            self.first, self.last = (min(self.first, at), max(self.last, at)) if self.rows else (at, at)
            self.rows += 1
            said = {field.attname: _plain(getattr(row, field.attname)) for field in row._meta.concrete_fields}
            del said["id"], said["batch_id"]
            self.digest.update(json.dumps(said, sort_keys=True).encode())


def _plain(value: Any) -> str:
    return value.astimezone(UTC).isoformat() if isinstance(value, datetime) else repr(value)


def _refuse_others(by: Any) -> None:
    if by is not None and not by.can("past.manage"):
        raise NotAllowed(_("Your role may not open this page. Ask the administrator if you need it."))
