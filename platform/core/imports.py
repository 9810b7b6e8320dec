"""Reading in a sheet in steps: the file is kept, its columns are matched, what would come of it is shown, then it is done.

A room says by register() what its columns are, what is wrong with a row, and what takes the rows.
"""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from functools import cached_property
from typing import Any

from django.core.files.uploadedfile import UploadedFile
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _

from core import sheets
from core.attachments import keep_file
from core.errors import DomainError, NotAllowed, Refusal, WrongStatus
from core.events import action
from core.jobs import kind as job_kind
from core.jobs import progress, start_job
from core.models import Attachment, Import, Job
from core.sheets import Column, Row
from tenants import due

KEPT = timedelta(days=7)
# Beyond this a worker does it, and a page shows how far it is.
MOST_AT_ONCE = 1000


@dataclass(frozen=True)
class Kind:
    """may_add: what may be added along the way, in words; empty where nothing is."""

    key: str
    permission: str
    title: str | Promise
    columns: Sequence[Column]
    check: Callable[..., list[Row]]
    take: Callable[..., int]
    may_add: str | Promise = ""
    most_rows: int = sheets.MAX_ROWS


kinds: dict[str, Kind] = {}


def register(kind: Kind) -> None:
    kinds[kind.key] = kind


class Outlook:
    """What would come of an import as its columns are matched now; nothing is changed by looking."""

    def __init__(self, row: Import) -> None:
        self.row, self.kind = row, kinds[row.kind]

    @cached_property
    def missing(self) -> list[str]:
        """Columns that have to be there and are not matched."""
        return [str(c.title) for c in self.kind.columns if c.is_required and self.row.places.get(c.key) is None]

    @cached_property
    def rows(self) -> list[Row]:
        if self.missing:
            return []
        places = {column.key: self.row.places.get(column.key) for column in self.kind.columns}
        rows = sheets.rows_of(self.row.lines, self.row.head, places, self.kind.columns, self.kind.most_rows)
        return self.kind.check(rows, may_add=self.row.may_add)

    @property
    def faulty(self) -> list[Row]:
        return [row for row in self.rows if row.faults]

    @property
    def good(self) -> list[Row]:
        """Those of which something comes."""
        return [row for row in self.rows if not row.faults and not row.skip]

    @cached_property
    def counts(self) -> dict[str, int]:
        return {"new": 0, "changed": 0, "skipped": 0, "faulty": 0} | Counter(outcome(row) for row in self.rows)


def outcome(row: Row) -> str:
    if row.faults:
        return "faulty"
    if row.skip:
        return "skipped"
    return "changed" if row.changes else "new"


@action
def begin_import(upload: UploadedFile, kind: Kind, *, by: Any) -> Import:
    """Keeps the sheet with its columns matched as far as their headings are known."""
    _refuse_others(kind, by)
    lines = sheets.read_lines(upload, kind.most_rows)
    head = sheets.head_of(lines, kind.columns)
    places = sheets.places_of(lines[head], kind.columns)
    row = Import.objects.create(
        kind=kind.key, name=(upload.name or "")[-200:], lines=lines, head=head, places=places, by=by
    )
    due.at(timezone.now() + KEPT, "core.forget_import", key=f"import:{row.pk}", row=str(row.pk))
    return row


@action
def match_columns(row: Import, *, head: int, places: dict[str, int | None], may_add: bool, by: Any) -> Import:
    """places: by the key of a column where it stands. Another line of headings is matched anew."""
    kind = kinds[row.kind]
    _refuse_others(kind, by)
    if not 0 <= head < min(len(row.lines), sheets.MAX_HEAD):
        raise DomainError(_("Choose the line that holds the headings."))
    width = len(row.lines[head])
    is_new_head = head != row.head
    row.head, row.may_add = head, may_add
    row.places = sheets.places_of(row.lines[head], kind.columns) if is_new_head else {
        column.key: at if (at := places.get(column.key)) is not None and 0 <= at < width else None
        for column in kind.columns
    }  # fmt: skip
    row.save(update_fields=["head", "places", "may_add"])
    return row


def read_in(row: Import, *, by: Any, leaves_faulty: bool = False) -> Import | Job:
    """All of it in one transaction; a large one by a worker. leaves_faulty: without the rows that need a look."""
    if len(row.lines) - row.head - 1 <= MOST_AT_ONCE:
        return take_rows(row, by=by, leaves_faulty=leaves_faulty)
    _refuse_others(kinds[row.kind], by)
    return start_job("import", by=by, total=len(row.lines), row=str(row.pk), leaves_faulty=leaves_faulty, name=row.name)


@action
def take_rows(row: Import, *, by: Any, leaves_faulty: bool, tell: Callable[[int], None] | None = None) -> Import:
    kind = kinds[row.kind]
    _refuse_others(kind, by)
    row = Import.objects.select_for_update().get(pk=row.pk)
    if row.status != Import.Status.OPEN:
        raise WrongStatus(_("This list was read in already."))
    outlook = Outlook(row)
    if outlook.missing:
        raise Refusal(_("Say which column holds: %(missing)s.") % {"missing": ", ".join(outlook.missing)})
    if outlook.faulty and not leaves_faulty:
        raise Refusal(_("Nothing was read in: some rows need a look first."))
    if not outlook.good:
        raise Refusal(_("Nothing in this list is new. Nothing was changed."))
    if tell:
        tell(len(outlook.rows) // 3)
    kind.take(outlook.good, by=by)
    row.status, row.counts, row.lines = Import.Status.DONE, outlook.counts, []
    row.left = [[[faulty.texts[c.key] for c in kind.columns], " ".join(faulty.faults)] for faulty in outlook.faulty]
    row.save()
    return row


@job_kind("import")
def import_by_worker(job: Job) -> Attachment:
    """Its file says what became of the list: the rows that were left out, or the headings alone."""
    row = Import.objects.filter(pk=job.payload["row"]).first()
    if row is None:
        raise DomainError(_("This list is not kept any more. Choose the file again."))
    tell = lambda done: progress(job, done)  # noqa: E731 - a name of its own would say no more
    row = take_rows(row, by=job.by, leaves_faulty=job.payload["leaves_faulty"], tell=tell)
    return keep_file(left_out(row), name=f"{row.kind}.xlsx", content_type=sheets.CONTENT_TYPE, by=job.by)


def left_out(row: Import) -> bytes:
    """The rows that need a look with why, as a sheet that can be corrected and read in."""
    kind = kinds[row.kind]
    if row.status == Import.Status.OPEN:
        rows = Outlook(row).faulty
    else:
        keys = [column.key for column in kind.columns]
        rows = [Row(0, dict(zip(keys, texts, strict=False)), [why]) for texts, why in row.left]
    return sheets.report(kind.columns, rows, str(kind.title))


@due.handler("core.forget_import")
def forget_import(row: str) -> None:
    """What stood in it may be names and phone numbers of people."""
    Import.objects.filter(pk=row).delete()


def _refuse_others(kind: Kind, by: Any) -> None:
    if not by.can(kind.permission):
        raise NotAllowed(_("Your role may not open this page. Ask the administrator if you need it."))
