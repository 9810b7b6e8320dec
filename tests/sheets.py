"""Excel files as people make them."""

import io
from collections.abc import Sequence

import openpyxl
from django.core.files.uploadedfile import SimpleUploadedFile

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def workbook(*lines: Sequence[object], name: str = "people.xlsx") -> SimpleUploadedFile:
    book = openpyxl.Workbook()
    for line in lines:
        book.active.append(list(line))
    out = io.BytesIO()
    book.save(out)
    return SimpleUploadedFile(name, out.getvalue(), XLSX)


def read_in(browser, url: str, upload: SimpleUploadedFile, verb: str = "take", **more: str):
    """Every step of reading in, as somebody takes them who changes nothing about the columns; the last answer."""
    first = browser.post(url, {"file": upload})
    if first.status_code != 302:
        return first
    return browser.post(first.url, {**matched(browser.get(first.url)), "verb": verb, **more})


def matched(page) -> dict[str, str]:
    """What the page's form sends as it stands."""
    row, places = page.context["row"], page.context["matches"]
    return {"head": str(row.head), **{f"at-{column.key}": "" if at is None else str(at) for column, at in places}}


def csv_file(text: str, encoding: str = "utf-8", name: str = "list.csv") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, text.encode(encoding), "text/csv")


def lines_of(content: bytes) -> list[list[str]]:
    sheet = openpyxl.load_workbook(io.BytesIO(content)).worksheets[0]
    return [[str(value or "") for value in line] for line in sheet.iter_rows(values_only=True)]
