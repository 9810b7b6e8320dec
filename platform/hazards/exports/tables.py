"""The table for the authority as Excel and on paper, with what its words mean."""

from pathlib import Path
from typing import Any

from django.utils.translation import gettext as _

from core.exports.book import looks_of, open_book, write_cover
from core.exports.cover import Cover
from core.pdf import render_pdf
from hazards.government import COLUMNS, DEFINITIONS, Block


def write_book(path: Path, cover: Cover, title: str, blocks: list[Block]) -> int:
    with open_book(path) as book:
        looks = looks_of(book)
        sheet = book.add_worksheet(_("Statistics"))
        sheet.set_column(0, 0, 26)
        sheet.set_column(1, len(COLUMNS), 15)
        sheet.set_landscape()
        sheet.set_paper(9)
        sheet.fit_to_pages(1, 0)
        sheet.write_string(0, 0, title, looks["title"])
        at = 2
        for block in blocks:
            at = _block(sheet, looks, block, at)
        for definition in DEFINITIONS:
            sheet.write_string(at, 0, str(definition))
            at += 1
        about = book.add_worksheet(_("About"))
        write_cover(about, looks, title, cover.lines([]))
    return sum(len(block.rows) for block in blocks)


def _block(sheet: Any, looks: dict[str, Any], block: Block, at: int) -> int:
    sheet.write_string(at, 0, f"{block.title} ({block.days[0]} – {block.days[1]})", looks["label"])
    sheet.write_row(at + 1, 0, [_("By the law"), *map(str, COLUMNS.values())], looks["head"])
    at += 2
    named = [(str(row.name), row) for row in block.rows]
    named += [(_("Clause %(clause)s") % {"clause": row.name}, row) for row in block.clauses]
    for name, row in named:
        sheet.write_string(at, 0, name, looks["wrap"])
        for column, (key, value) in enumerate(zip(COLUMNS, row.values, strict=True), 1):
            if value is not None:
                is_money = key == "cost"
                sheet.write_number(
                    at, column, value / 100 if is_money else value, looks["money" if is_money else "wrap"]
                )
        at += 1
    return at + 1


def write_paper(path: Path, cover: Cover, title: str, blocks: list[Block]) -> int:
    context = {"cover": cover, "title": title, "blocks": blocks, "columns": COLUMNS, "definitions": DEFINITIONS}
    path.write_bytes(render_pdf("pdf/government.html", "paper.css", context))
    return sum(len(block.rows) for block in blocks)
