"""Excel sheets that grow row by row in constant memory, and in which nothing that people typed comes alive."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

import xlsxwriter
from django.utils.functional import Promise

# What Excel would take for a formula, also where somebody opens the cell and presses Enter.
_ALIVE = ("=", "+", "-", "@", "\t", "\r", "\n")
_LONGEST = 32_000
# Excel ends at 1,048,576 rows.
_MOST = 1_000_000
_DAY_ZERO = datetime(1899, 12, 30)  # noqa: DTZ001 - Excel knows no zones


@dataclass(frozen=True)
class Column:
    title: str | Promise
    width: int
    kind: str = "text"


@contextmanager
def open_book(path: Path) -> Iterator[Any]:
    """Constant memory: each row leaves for a file as soon as the next one begins. Texts stay texts."""
    options = {
        "constant_memory": True, "tmpdir": str(path.parent),
        "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False,
    }  # fmt: skip
    with xlsxwriter.Workbook(str(path), options) as book:
        yield book


def looks_of(book: Any) -> dict[str, Any]:
    return {
        "head": book.add_format({"bold": True, "bg_color": "#E6EFEA", "border": 1, "text_wrap": True, "valign": "top"}),
        "title": book.add_format({"bold": True, "font_size": 16}),
        "label": book.add_format({"bold": True, "valign": "top"}),
        "wrap": book.add_format({"text_wrap": True, "align": "left", "valign": "top"}),
        "time": book.add_format({"num_format": "yyyy-mm-dd hh:mm:ss", "align": "left"}),
        "day": book.add_format({"num_format": "yyyy-mm-dd", "align": "left"}),
        "money": book.add_format({"num_format": "#,##0.00"}),
        "quoted": book.add_format({"quote_prefix": True}),
        "wrap quoted": book.add_format({"text_wrap": True, "align": "left", "valign": "top", "quote_prefix": True}),
    }


class Sheet:
    """A worksheet that goes on in another one where Excel's rows end."""

    def __init__(self, book: Any, looks: dict[str, Any], title: str, columns: Sequence[Column]) -> None:
        self.book, self.looks, self.title, self.columns = book, looks, title, columns
        self.rows, self.pages, self.at = 0, 0, 0
        self._open()

    def _open(self) -> None:
        self.pages += 1
        name = self.title if self.pages == 1 else f"{self.title} {self.pages}"
        self.sheet = self.book.add_worksheet(name)
        for at, column in enumerate(self.columns):
            self.sheet.set_column(at, at, column.width)
        self.sheet.freeze_panes(1, 1)
        self.sheet.repeat_rows(0)
        self.sheet.set_landscape()
        self.sheet.set_paper(9)
        self.sheet.fit_to_pages(1, 0)
        self.sheet.set_footer("&C&P / &N")
        self.sheet.write_row(0, 0, [str(column.title) for column in self.columns], self.looks["head"])
        put = {
            "number": self.sheet.write_number, "time": self._time, "day": self._day,
            "money": self._money, "text": self._text,
        }  # fmt: skip
        self.put = [put[column.kind] for column in self.columns]
        self.at = 1

    def write(self, values: Sequence[Any]) -> None:
        if self.at > _MOST:
            self.close()
            self._open()
        row = self.at
        for at, (value, put) in enumerate(zip(values, self.put, strict=True)):
            if value is not None and value != "":
                put(row, at, value)
        self.at += 1
        self.rows += 1

    def close(self) -> None:
        self.sheet.autofilter(0, 0, max(self.at - 1, 1), len(self.columns) - 1)

    def _text(self, row: int, at: int, value: str) -> None:
        if len(value) > _LONGEST:
            value = value[:_LONGEST] + "…"
        self.sheet.write_string(row, at, value, self.looks["quoted"] if value[0] in _ALIVE else None)

    def _time(self, row: int, at: int, value: datetime) -> None:
        self.sheet.write_number(row, at, serial(value), self.looks["time"])

    def _day(self, row: int, at: int, value: date) -> None:
        self.sheet.write_number(row, at, (value - _DAY_ZERO.date()).days, self.looks["day"])

    def _money(self, row: int, at: int, value: int) -> None:
        """Minor units."""
        self.sheet.write_number(row, at, value / 100, self.looks["money"])


def serial(moment: datetime) -> float:
    """Excel's number of a local time, to the second."""
    since = moment.replace(tzinfo=None) - _DAY_ZERO
    return since.days + since.seconds / 86400


def write_cover(sheet: Any, looks: dict[str, Any], title: str, lines: list[tuple[str, Any]]) -> None:
    sheet.set_column(0, 0, 22)
    sheet.set_column(1, 1, 72)
    sheet.write_string(0, 0, title, looks["title"])
    for row, (label, value) in enumerate(lines, 2):
        sheet.write_string(row, 0, label, looks["label"])
        if isinstance(value, datetime):
            sheet.write_number(row, 1, serial(value), looks["time"])
        elif isinstance(value, int):
            sheet.write_number(row, 1, value, looks["wrap"])
        else:
            sheet.write_string(row, 1, value, looks["wrap quoted" if value.startswith(_ALIVE) else "wrap"])
