"""PDF from the project's own templates and fonts; nothing is fetched from anywhere."""

import io
from collections.abc import Callable, Iterable, Sequence
from itertools import islice
from pathlib import Path
from typing import Any

from django.conf import settings
from django.template.loader import render_to_string

CONTENT_TYPE = "application/pdf"
_FACES = {"400": "NotoSansSC-Regular.ttf", "700": "NotoSansSC-Bold.ttf"}
_PART = 200


def render_pdf(template: str, css: str, context: dict[str, Any]) -> bytes:
    """css: name of a sheet in static/css. Whole font files: split ones printed wrong Chinese characters."""
    made: bytes = typesetter(css)(template, context).write_pdf()
    return made


def typesetter(css: str) -> Callable[[str, dict[str, Any]], Any]:
    """Reads fonts and sheet once, for many documents; what it returns lays out a template with its context."""
    from PIL import ImageFile
    from weasyprint import CSS, HTML
    from weasyprint.text.fonts import FontConfiguration
    from weasyprint.urls import URLFetcher

    # Its import lets Pillow accept pictures that are cut off, in the whole process; evidence must be whole.
    ImageFile.LOAD_TRUNCATED_IMAGES = False
    fonts, local = FontConfiguration(), URLFetcher(allowed_protocols=["file", "data"])
    style = CSS(string=style_of(css), font_config=fonts, url_fetcher=local)

    def lay_out(template: str, context: dict[str, Any]) -> Any:
        page = HTML(string=render_to_string(template, context), url_fetcher=local)
        return page.render(stylesheets=[style], font_config=fonts)

    return lay_out


def style_of(css: str) -> str:
    """The sheet with the fonts that it may name."""
    return _faces() + (settings.ROOT / "static" / "css" / css).read_text(encoding="utf-8")


def _faces() -> str:
    folder = Path(settings.PDF_FONT_DIR)
    return "".join(
        f'@font-face {{ font-family:"Print"; font-weight:{weight}; src:url("{(folder / name).as_uri()}") }}\n'
        for weight, name in _FACES.items()
    )


def render_long_pdf(
    path: Path,
    template: str,
    css: str,
    rows: Iterable[Any],
    context: dict[str, Any],
    *,
    foot: str,
    heard: Callable[[int], None],
) -> int:
    """A table of any length in memory that stays flat; returns the number of pages.

    The template gets `rows` in parts, with `is_first` and `is_last`; each row's element has the id r1, r2, … by
    `first` and its place in the part. foot: a template that gets `pages`, one page of it for each, laid over them.
    heard: is told after each part how many rows are done.
    """
    lay_out, coming = typesetter(css), iter(rows)
    waiting: list[Any] = []
    parts: list[bytes] = []
    done = 0
    while True:
        fresh = list(islice(coming, _PART))
        waiting += fresh
        is_last = len(fresh) < _PART
        facts = {"rows": waiting, "is_first": not parts, "is_last": is_last}
        document = lay_out(template, context | facts)
        kept, held = (document.pages, 0) if is_last else _whole(document.pages, len(waiting))
        if kept:
            parts.append(document.copy(kept).write_pdf())
        done += len(waiting) - held
        waiting = waiting[len(waiting) - held :]
        heard(done)
        if is_last:
            return _bind(path, parts, lambda pages: lay_out(foot, context | {"pages": pages}).write_pdf())


def _whole(pages: Sequence[Any], count: int) -> tuple[Sequence[Any], int]:
    """All pages but the last, and how many rows stand on that one: they go on with the next part."""
    last = [int(name[1:]) for name in pages[-1].anchors if name[:1] == "r" and name[1:].isdigit()]
    if not last:
        return pages, 0
    held = count + 1 - min(last)
    return (pages[:-1], held) if held < count else ([], count)


def _bind(path: Path, parts: Sequence[bytes], draw_foot: Callable[[range], bytes]) -> int:
    """One book of the parts, each page with its foot: how many pages there are is known only now."""
    from pypdf import PdfReader, PdfWriter

    book = PdfWriter()
    for part in parts:
        book.append(PdfReader(io.BytesIO(part)), import_outline=False)
    feet = PdfReader(io.BytesIO(draw_foot(range(1, len(book.pages) + 1))))
    for page, foot in zip(book.pages, feet.pages, strict=True):
        page.merge_page(foot)
        page.compress_content_streams()
    book.compress_identical_objects()
    with path.open("wb") as out:
        book.write(out)
    return len(book.pages)
