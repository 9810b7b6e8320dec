"""A hand-in as the phone's queue sends it: the form's fields, the ids of files sent before, and the phone's times."""

import hashlib
import json
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from django.http import HttpRequest, QueryDict
from django.utils.translation import gettext as _

from core.errors import DomainError
from core.handed import Handed
from core.models import Attachment
from inspections.models import Run
from portals.photos import moment

MOST_BYTES = 2**20
MOST_FIELDS, MOST_FILES, LONGEST = 5000, 500, 4000


@dataclass(frozen=True)
class Sent:
    """fields: name and value as in a form; files: name of the input → ids, in their order."""

    handed: Handed
    user: int
    fields: list[tuple[str, str]] = field(default_factory=list)
    files: dict[str, list[UUID]] = field(default_factory=dict)
    label: str = ""

    def missing(self, user: Any) -> list[str]:
        """Ids of files that this person has not sent yet."""
        wanted = {pk for ids in self.files.values() for pk in ids}
        here = set(Attachment.objects.filter(pk__in=wanted, by=user).values_list("pk", flat=True))
        return sorted(str(pk) for pk in wanted - here)

    def as_form(self, request: HttpRequest) -> HttpRequest:
        """The request as if the same form had come without scripts, its files being of an earlier try."""
        form = QueryDict(mutable=True)
        for name, value in self.fields:
            form.appendlist(name, value)
        for name, ids in self.files.items():
            form.setlistdefault(f"{name}-kept").extend(str(pk) for pk in ids)
        if request.FILES:  # looked at first: Django reads both together, and this would empty POST later
            raise _unreadable()
        request.POST = form  # type: ignore[assignment]  # Django's own setter
        return request


def read_sent(request: HttpRequest, run: Run | None = None) -> Sent:
    """Of a check, or without one of a report."""
    if len(request.body) > MOST_BYTES:
        raise _unreadable()
    try:
        told = json.loads(request.body)
        fields = _fields(told["fields"])
        files = {_name(name): [UUID(pk) for pk in ids] for name, ids in told["files"].items()}
        label = str(told.get("label") or "")[:200]
        sent = Sent(_handed(told, run, fields, files), int(told["user"]), fields, files, label)
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        raise _unreadable() from None
    if run:
        _refuse_other_items(run, fields, files)
    return sent


def _fields(told: Any) -> list[tuple[str, str]]:
    pairs = [(_name(name), value) for name, value in told]
    if len(pairs) > MOST_FIELDS or any(not isinstance(value, str) or len(value) > LONGEST for _name, value in pairs):
        raise ValueError
    return pairs


def _name(name: Any) -> str:
    if not isinstance(name, str) or len(name) > 60:
        raise ValueError
    return name


def _handed(
    told: dict[str, Any], run: Run | None, fields: list[tuple[str, str]], files: dict[str, list[UUID]]
) -> Handed:
    if sum(map(len, files.values())) > MOST_FILES:
        raise ValueError
    content = [
        run.pk if run else None,
        sorted(fields),
        sorted((name, [str(pk) for pk in ids]) for name, ids in files.items()),
    ]
    text = json.dumps(content, ensure_ascii=True, separators=(",", ":"))
    times = {name: moment(str(told.get(name) or "")) for name in ("started_at", "submitted_at", "sent_at")}
    return Handed(id=UUID(told["id"]), sha256=hashlib.sha256(text.encode()).hexdigest(), **times)


def _refuse_other_items(run: Run, fields: list[tuple[str, str]], files: dict[str, list[UUID]]) -> None:
    known = {str(pk) for pk in run.checklist.items.values_list("pk", flat=True)}
    asked = {
        part for name in [*files, *(name for name, _value in fields)] for part in name.split("-") if part.isdigit()
    }
    if asked - known:
        raise DomainError(_("These answers belong to another checklist. Open the check again and look at each one."))


def _unreadable() -> DomainError:
    return DomainError(_("The record did not arrive whole. Open it again and hand it in once more."))
