"""The list of an archive as Excel or PDF: ordered at the desk, made in the background, noted in the ledger."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from django.db.models import QuerySet
from django.utils.functional import Promise
from django.utils.translation import gettext as _

from core import jobs
from core.archives import Fact, period
from core.errors import DomainError
from core.exports import orders
from core.exports.cover import cover
from core.models import Attachment, Job

# What paper can hold, and what Excel can.
MOST = {"xlsx": 1_000_000, "pdf": 3000}


@dataclass(frozen=True)
class Listing:
    """kind: of its jobs, as in runs.xlsx; its event in the ledger is runs.exported. permission: who may take it away.

    filter: an archive's Filter; rows: all that a person may see; chunks: of what a filter leaves of them, ready to be
    written; writers and too_many: by form.
    """

    kind: str
    title: str | Promise
    permission: str
    filter: Any
    facts: Callable[[Any], list[Fact]]
    rows: Callable[[Any], QuerySet]
    chunks: Callable[[Any, Any], Iterator[Any]]
    writers: Mapping[str, Callable[..., int]]
    too_many: Mapping[str, str | Promise]


def make_known(listing: Listing) -> Listing:
    """From now on the worker does its jobs."""
    for form in MOST:
        jobs.kind(f"{listing.kind}.{form}")(partial(_make, listing, form))
    return listing


def order_list(listing: Listing, chosen: Any, form: str, *, by: Any) -> Job:
    """form: xlsx or pdf. What cannot be made is refused before any work begins."""
    orders.refuse_others(by, listing.permission)
    rows = _refuse_size(listing, chosen, form, by)
    name = orders.file_name(str(listing.title), period(chosen.since, chosen.until), form)
    return orders.order(f"{listing.kind}.{form}", by=by, total=rows, filter=chosen.as_json(), name=name)


def _refuse_size(listing: Listing, chosen: Any, form: str, by: Any) -> int:
    rows = chosen.of(listing.rows(by)).count()
    if not rows:
        raise DomainError(
            _("Nothing fits this filter, so there is nothing to export. Choose other days or fewer words.")
        )
    if rows > MOST[form]:
        raise DomainError(str(listing.too_many[form]) % {"rows": rows, "most": MOST[form]})
    return rows


def _make(listing: Listing, form: str, job: Job) -> Attachment:
    """Everything is asked again: rights may have changed, and rows may have gone, since it was ordered."""
    by, chosen = orders.asker(job, listing.permission), listing.filter.from_json(job.payload["filter"])
    rows = _refuse_size(listing, chosen, form, by)
    about = cover(listing.facts(chosen), by)

    def write(path: Path) -> int:
        parts = listing.chunks(chosen, by)
        return listing.writers[form](path, about, parts, lambda done: jobs.progress(job, done, max(rows, done)))

    made = orders.make(job, form, write)
    said = {"filter": job.payload["filter"], "note": about.words, "rows": job.total, "form": form}
    orders.note(f"{listing.kind}.exported", job, job, made, by=by, **said)
    return made
