"""CSV files of past records, read row by row so that their size does not matter."""

import csv
from collections.abc import Iterator
from pathlib import Path

from django.utils.translation import gettext as _

from core.errors import DomainError
from core.events import action
from core.sheets import places_of
from past.actions import Entry, Faulty, add_past
from past.columns import FIELDS, read_values
from past.models import Batch

# Whoever repairs a file needs the first faults, not a million of them.
MOST_FAULTS = 200


class FaultyFiles(DomainError):
    """faults: file, line (headings are line 1), heading of the column, reason."""

    def __init__(self, faults: list[tuple[Path, int, str, str]]) -> None:
        super().__init__(_("Nothing was read in: some rows need a look first."))
        self.faults = faults


@action
def import_history(files: dict[str, Path], *, by=None) -> list[Batch]:
    """files: by PastKind. UTF-8, the first row holds the headings; either all of the files or nothing.

    Columns that are not known are kept as notes of their row.
    """
    batches, faults = [], []
    for kind, path in files.items():
        try:
            batches.append(add_past(kind, entries_of(kind, path), name=path.name, by=by))
        except Faulty as found:
            faults += [(path, *fault) for fault in found.faults]
    if faults:
        raise FaultyFiles(faults)
    return batches


def entries_of(kind: str, path: Path) -> Iterator[Entry]:
    """Raises Faulty at the end, with all that is wrong; from the first fault on nothing is handed out."""
    faults: list[tuple[int, str, str]] = []
    with path.open(encoding="utf-8-sig", newline="") as file:
        lines = csv.reader(file)
        try:
            headings = next(lines, [])
            columns = _columns(kind, headings, path)
            for line in lines:
                if any(text.strip() for text in line):
                    yield from _entry(kind, lines.line_num, headings, columns, line, faults)
                if len(faults) >= MOST_FAULTS:
                    break
        except UnicodeDecodeError:
            raise DomainError(_("%(file)s is not UTF-8. Save it as “CSV UTF-8”.") % {"file": path.name}) from None
        except csv.Error:
            raise DomainError(
                _("%(file)s cannot be read as a table from line %(line)d on.")
                % {"file": path.name, "line": lines.line_num}
            ) from None
    if faults:
        raise Faulty(faults)


def _columns(kind: str, headings: list[str], path: Path) -> dict[int, str]:
    """By the place in the line the key of its column."""
    fields = [field.column for field in FIELDS[kind]]
    places = places_of(headings, fields)
    missing = [column.key for column in fields if column.is_required and places[column.key] is None]
    if missing:
        raise DomainError(_("%(file)s has no column %(columns)s.") % {"file": path.name, "columns": ", ".join(missing)})
    return {at: key for key, at in places.items() if at is not None}


def _entry(
    kind: str,
    number: int,
    headings: list[str],
    columns: dict[int, str],
    line: list[str],
    faults: list[tuple[int, str, str]],
) -> Iterator[Entry]:
    texts, notes = {}, {}
    for at, raw in enumerate(line):
        text = raw.replace("\0", "").strip()
        if at in columns:
            texts[columns[at]] = text
        elif text:
            notes[headings[at].strip() if at < len(headings) else f"{at + 1}"] = text
    values, wrong = read_values(kind, texts)
    shown = {key: headings[at] for at, key in columns.items()}
    faults += [(number, shown.get(key, key), reason) for key, reason in wrong]
    if not faults:
        yield Entry(values, notes)
