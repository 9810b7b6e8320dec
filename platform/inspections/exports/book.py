"""The archive as an Excel book: a cover, a row for each run, a row for each answer; written row by row."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import xlsxwriter
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from inspections.exports.cover import Cover
from inspections.exports.rows import RunRow

# What Excel would take for a formula, also where somebody opens the cell and presses Enter.
_ALIVE = ("=", "+", "-", "@", "\t", "\r", "\n")
_LONGEST = 32_000
# Excel ends at 1,048,576 rows.
_MOST = 1_000_000
_DAY_ZERO = datetime(1899, 12, 30)  # noqa: DTZ001 - Excel knows no zones
Told = Callable[[int], None]


@dataclass(frozen=True)
class Column:
    title: str | Promise
    width: int
    kind: str = "text"


RUNS = (
    Column(gettext_lazy("Record no."), 9, "number"),
    Column(gettext_lazy("Plan"), 22),
    Column(gettext_lazy("Workshop"), 14),
    Column(gettext_lazy("Area"), 14),
    Column(gettext_lazy("Machine"), 24),
    Column(gettext_lazy("Checklist"), 26),
    Column(gettext_lazy("Version"), 7, "number"),
    Column(gettext_lazy("Kind of check"), 14),
    Column(gettext_lazy("Due from"), 19, "time"),
    Column(gettext_lazy("Due until"), 19, "time"),
    Column(gettext_lazy("Begun at"), 19, "time"),
    Column(gettext_lazy("Handed in at"), 19, "time"),
    Column(gettext_lazy("Status"), 9),
    Column(gettext_lazy("Late"), 7),
    Column(gettext_lazy("Result"), 11),
    Column(gettext_lazy("Given to"), 13),
    Column(gettext_lazy("Done by"), 11),
    Column(gettext_lazy("Seconds"), 8, "number"),
    Column(gettext_lazy("Problems"), 8, "number"),
    Column(gettext_lazy("Hazards"), 24),
    Column(gettext_lazy("Photos"), 8, "number"),
    Column(gettext_lazy("Second record of"), 11, "number"),
    Column(gettext_lazy("Phone's clock minus ours (s)"), 12, "number"),
)
ANSWERS = (
    Column(gettext_lazy("Record no."), 9, "number"),
    Column(gettext_lazy("Handed in at"), 19, "time"),
    Column(gettext_lazy("Workshop"), 14),
    Column(gettext_lazy("Machine or area"), 24),
    Column(gettext_lazy("Checklist"), 26),
    Column(gettext_lazy("Item"), 6, "number"),
    Column(gettext_lazy("Question"), 46),
    Column(gettext_lazy("Answer"), 12),
    Column(gettext_lazy("Number"), 10, "number"),
    Column(gettext_lazy("Unit"), 8),
    Column(gettext_lazy("Lower limit"), 9, "number"),
    Column(gettext_lazy("Upper limit"), 9, "number"),
    Column(gettext_lazy("Words"), 30),
    Column(gettext_lazy("Hazard"), 18),
    Column(gettext_lazy("Photos"), 8, "number"),
    Column(gettext_lazy("Voice note"), 8),
    Column(gettext_lazy("Answered at"), 19, "time"),
    Column(gettext_lazy("Done by"), 11),
)


def write_book(path: Path, cover: Cover, chunks: Iterable[list[RunRow]], heard: Told) -> int:
    """heard: is told after each chunk how many runs are written. Returns that number at the end."""
    # Constant memory: each row leaves for a file as soon as the next one begins. Texts stay texts.
    options = {
        "constant_memory": True, "tmpdir": str(path.parent),
        "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False,
    }  # fmt: skip
    with xlsxwriter.Workbook(str(path), options) as book:
        looks = _looks(book)
        first = book.add_worksheet(_("About"))
        runs = _Sheet(book, looks, _("Runs"), RUNS)
        answers = _Sheet(book, looks, _("Answers"), ANSWERS)
        yes = _("yes")
        for chunk in chunks:
            for run in chunk:
                runs.write(_run(run, yes))
                for values in _answers(run, yes):
                    answers.write(values)
            heard(runs.rows)
        for sheet in (runs, answers):
            sheet.close()
        _cover(first, looks, cover.lines(runs.rows, answers.rows))
    return runs.rows


def _run(run: RunRow, yes: str) -> tuple[Any, ...]:
    return (
        run.id, run.plan, run.department, run.area, run.machine, run.checklist, run.version, run.frequency,
        run.opens, run.closes, run.begun, run.handed_in, run.status, yes if run.is_late else "", run.result,
        run.given_to, run.person, run.seconds, run.problems, run.hazards, run.photos, run.second_of, run.skew,
    )  # fmt: skip


def _answers(run: RunRow, yes: str) -> Iterable[tuple[Any, ...]]:
    place = run.machine or run.area
    for given in run.answers:
        yield (
            run.id, run.handed_in, run.department, place, run.checklist, given.position, given.text, given.value,
            given.number, given.unit, given.minimum, given.maximum, given.words, given.hazard, given.photos,
            yes if given.voice else "", given.at, run.person,
        )  # fmt: skip


def _looks(book: Any) -> dict[str, Any]:
    return {
        "head": book.add_format({"bold": True, "bg_color": "#E6EFEA", "border": 1, "text_wrap": True, "valign": "top"}),
        "title": book.add_format({"bold": True, "font_size": 16}),
        "label": book.add_format({"bold": True, "valign": "top"}),
        "wrap": book.add_format({"text_wrap": True, "align": "left", "valign": "top"}),
        "time": book.add_format({"num_format": "yyyy-mm-dd hh:mm:ss", "align": "left"}),
        "quoted": book.add_format({"quote_prefix": True}),
        "wrap quoted": book.add_format({"text_wrap": True, "align": "left", "valign": "top", "quote_prefix": True}),
    }


class _Sheet:
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
        put = {"number": self.sheet.write_number, "time": self._time, "text": self._text}
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


def serial(moment: datetime) -> float:
    """Excel's number of a local time, to the second."""
    since = moment.replace(tzinfo=None) - _DAY_ZERO
    return since.days + since.seconds / 86400


def _cover(sheet: Any, looks: dict[str, Any], lines: list[tuple[str, Any]]) -> None:
    sheet.set_column(0, 0, 22)
    sheet.set_column(1, 1, 72)
    sheet.write_string(0, 0, _("Inspection records"), looks["title"])
    for row, (label, value) in enumerate(lines, 2):
        sheet.write_string(row, 0, label, looks["label"])
        if isinstance(value, datetime):
            sheet.write_number(row, 1, serial(value), looks["time"])
        elif isinstance(value, int):
            sheet.write_number(row, 1, value, looks["wrap"])
        else:
            sheet.write_string(row, 1, value, looks["wrap quoted" if value.startswith(_ALIVE) else "wrap"])
