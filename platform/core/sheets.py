"""Excel in both directions: a sheet is read whole or refused whole, with a sentence beside each faulty row."""

import csv
import io
import re
import zipfile
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

import openpyxl
import xlsxwriter
from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import override
from openpyxl.utils.exceptions import InvalidFileException

from core.errors import DomainError

MAX_BYTES = 5 * 2**20
# A small file may unpack to something huge.
MAX_UNPACKED = 200 * 2**20
MAX_ROWS = 5000
MAX_COLUMNS = 40
# Among the first lines the headings are looked for; above them a title often stands.
MAX_HEAD = 8
# What the libraries below say of a workbook that is damaged, locked or made up.
_UNREADABLE = (
    InvalidFileException, zipfile.BadZipFile, zlib.error, SyntaxError, RuntimeError,
    KeyError, IndexError, ValueError, TypeError, AttributeError, OverflowError, EOFError,
)  # fmt: skip
CONTENT_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@dataclass(frozen=True)
class Column:
    """key: its name in code; a sheet is read whichever of our languages its headings are in. also: other headings."""

    key: str
    title: str | Promise
    example: str | Promise = ""
    is_required: bool = False
    also: tuple[str, ...] = ()

    @property
    def heading(self) -> str:
        return str(self.title) + (" *" if self.is_required else "")

    @property
    def names(self) -> set[str]:
        names = {_plain(heading) for heading in self.also}
        for language, _name in settings.LANGUAGES:
            with override(language):
                names.add(_plain(str(self.title)))
        return names


@dataclass
class Row:
    """One line of the sheet: its number there, texts by key, and what is wrong with it.

    skip: why nothing comes of it; changes: what of something that is there already would be changed by it; notes: what
    stands in columns that were not matched, by their heading.
    """

    number: int
    texts: dict[str, str]
    faults: list[str] = field(default_factory=list)
    skip: str = ""
    changes: list[str] = field(default_factory=list)
    notes: dict[str, str] = field(default_factory=dict)


def read_sheet(upload: UploadedFile, columns: Sequence[Column]) -> list[Row]:
    """The filled rows of the first sheet; headings in either language, in any order, others ignored."""
    lines = read_lines(upload)
    places = places_of(lines[0], columns)
    missing = [column.heading for column in columns if column.is_required and places[column.key] is None]
    if missing:
        raise DomainError(
            _("The first row must hold the headings. Missing: %(missing)s. Use the template.")
            % {"missing": ", ".join(missing)}
        )
    return rows_of(lines, 0, places, columns)


def read_lines(upload: UploadedFile, most: int = MAX_ROWS) -> list[list[str]]:
    """Every line of the first sheet as texts, of an Excel file or of a CSV file in any of the usual encodings."""
    if upload.size and upload.size > MAX_BYTES:
        raise DomainError(_("The file is larger than %(limit)d MB. Split it.") % {"limit": MAX_BYTES // 2**20})
    is_table = (upload.name or "").lower().endswith((".csv", ".txt", ".tsv"))
    lines: list[list[str]] = []
    filled = empty = 0
    for line in _table(upload.read()) if is_table else _lines(_checked(upload)):
        if not any(line):
            empty += 1
            if empty > MAX_ROWS:  # only formatted from here on
                break
            continue
        lines += [[] for _gap in range(empty)] + [line]
        filled, empty = filled + 1, 0
        if filled > most + MAX_HEAD:
            raise DomainError(_("There are more than %(limit)d rows. Split the file.") % {"limit": most})
    if not lines:
        raise DomainError(_("There is nothing in this file."))
    return lines


def places_of(headings: Sequence[str], columns: Sequence[Column]) -> dict[str, int | None]:
    """In which place of the line each column stands; None where its heading is not there."""
    plain = [_plain(text) for text in headings]
    return {column.key: _place(column, plain) for column in columns}


def head_of(lines: Sequence[Sequence[str]], columns: Sequence[Column]) -> int:
    """Which line holds the headings: of the first few the one in which most of them are known."""
    found = [sum(at is not None for at in places_of(line, columns).values()) for line in lines[:MAX_HEAD]]
    return found.index(max(found))


def rows_of(
    lines: Sequence[Sequence[str]],
    head: int,
    places: dict[str, int | None],
    columns: Sequence[Column],
    most: int = MAX_ROWS,
) -> list[Row]:
    """The filled rows below the headings, each with its number in the file."""
    rows, others = [], {at: text for at, text in enumerate(lines[head]) if text and at not in places.values()}
    for number, line in enumerate(lines[head + 1 :], head + 2):
        texts = {key: line[at] if at is not None and at < len(line) else "" for key, at in places.items()}
        if any(texts.values()):
            row = _row(number, texts, columns)
            row.notes = {heading: line[at] for at, heading in others.items() if at < len(line) and line[at]}
            rows.append(row)
    if len(rows) > most:
        raise DomainError(_("There are more than %(limit)d rows. Split the file.") % {"limit": most})
    if not rows:
        raise DomainError(_("There is nothing below the headings."))
    return rows


def _row(number: int, texts: dict[str, str], columns: Sequence[Column]) -> Row:
    row = Row(number, texts)
    for column in columns:
        if column.is_required and not texts[column.key]:
            row.faults.append(_("“%(column)s” is empty.") % {"column": column.title})
    return row


def _checked(upload: UploadedFile) -> UploadedFile:
    refusal = DomainError(_("This is not an Excel file (.xlsx). Save it as “Excel workbook” and try again."))
    try:
        with zipfile.ZipFile(upload) as parts:
            if sum(part.file_size for part in parts.infolist()) > MAX_UNPACKED:
                raise refusal
    except (zipfile.BadZipFile, OSError):
        raise refusal from None
    upload.seek(0)
    return upload


def _lines(upload: UploadedFile) -> Iterator[list[str]]:
    try:
        book = openpyxl.load_workbook(upload, read_only=True, data_only=True)
        for line in book.worksheets[0].iter_rows(values_only=True, max_col=MAX_COLUMNS):
            yield [_text(value) for value in line]
    except _UNREADABLE:
        raise DomainError(_("This Excel file cannot be read. Open it, save it again as .xlsx and try again.")) from None


def _table(content: bytes) -> Iterator[list[str]]:
    """CSV as Excel saves it: UTF-8, or GBK on a Chinese Windows, or UTF-16 with tabs."""
    text = _decoded(content).replace("\0", "")
    delimiter = max(",\t;", key="\n".join(text.split("\n", MAX_HEAD)[:MAX_HEAD]).count)
    try:
        for line in csv.reader(io.StringIO(text), delimiter=delimiter):
            yield [value.strip() for value in line[:MAX_COLUMNS]]
    except csv.Error:
        raise DomainError(_("This file cannot be read as a table. Save it as .xlsx and try again.")) from None


def _decoded(content: bytes) -> str:
    encodings = ("utf-16",) if content[:2] in (b"\xff\xfe", b"\xfe\xff") else ("utf-8-sig", "gb18030")
    for encoding in encodings:
        try:
            return content.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise DomainError(_("This file cannot be read as a table. Save it as .xlsx and try again."))


def _text(value: Any) -> str:
    """As it looks in the sheet: a number of 11 digits has no decimals, a day no time."""
    if value is None:
        return ""
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    if isinstance(value, datetime | date):
        return f"{value:%Y-%m-%d}"
    return str(value).replace("\0", "").strip()


def _plain(heading: str) -> str:
    return re.sub(r"[\s*＊（）()]", "", heading).lower()


def _place(column: Column, headings: list[str]) -> int | None:
    names = column.names
    return next((at for at, heading in enumerate(headings) if heading in names), None)


def read_day(text: str) -> date | None:
    """2024-03-01, 2024/3/1, 2024.3.1 or 2024年3月1日; None for what is no day."""
    parts = re.fullmatch(r"(\d{4})\s*[-/.年]\s*(\d{1,2})\s*[-/.月]\s*(\d{1,2})\s*日?", text.strip())
    try:
        return date(*map(int, parts.groups())) if parts else None
    except ValueError:
        return None


def template(columns: Sequence[Column], title: str) -> bytes:
    """A workbook with the headings and one line that shows how."""
    examples = [str(column.example) for column in columns]
    return _write(title, [column.heading for column in columns], [(examples, "")])


def filled(columns: Sequence[Column], rows: Sequence[Row], title: str) -> bytes:
    """What there is, with the columns in which it can come back."""
    lines = [([row.texts[column.key] for column in columns], "") for row in rows]
    return _write(title, [column.heading for column in columns], lines)


def report(columns: Sequence[Column], rows: Sequence[Row], title: str) -> bytes:
    """The same sheet again with what is wrong beside each row, to be corrected and read once more."""
    lines = [([row.texts[column.key] for column in columns], " ".join(row.faults)) for row in rows]
    return _write(title, [*(column.heading for column in columns), _("What is wrong")], lines)


def _write(title: str, headings: list[str], lines: Sequence[tuple[list[str], str]]) -> bytes:
    out = io.BytesIO()
    # Texts stay texts: what begins with "=" or looks like a link must not come alive in somebody's Excel.
    with xlsxwriter.Workbook(out, {"strings_to_formulas": False, "strings_to_urls": False}) as book:
        sheet = book.add_worksheet(title[:31])
        head = book.add_format({"bold": True, "bg_color": "#E6EFEA", "border": 1})
        bad = book.add_format({"bg_color": "#FBE4E1", "text_wrap": True})
        sheet.write_row(0, 0, headings, head)
        sheet.set_column(0, len(headings) - 1, 18)
        sheet.freeze_panes(1, 0)
        for number, (texts, fault) in enumerate(lines, 1):
            for at, text in enumerate([*texts, fault] if fault else texts):
                sheet.write_string(number, at, text, bad if fault else None)
    return out.getvalue()
