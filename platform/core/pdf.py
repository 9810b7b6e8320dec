"""PDF from the project's own templates and fonts; nothing is fetched from anywhere."""

from pathlib import Path
from typing import Any

from django.conf import settings
from django.template.loader import render_to_string

CONTENT_TYPE = "application/pdf"
_FACES = {"400": "NotoSansSC-Regular.ttf", "700": "NotoSansSC-Bold.ttf"}


def render_pdf(template: str, css: str, context: dict[str, Any]) -> bytes:
    """css: name of a sheet in static/css. Whole font files: split ones printed wrong Chinese characters."""
    from PIL import ImageFile
    from weasyprint import CSS, HTML
    from weasyprint.text.fonts import FontConfiguration
    from weasyprint.urls import URLFetcher

    # Its import lets Pillow accept pictures that are cut off, in the whole process; evidence must be whole.
    ImageFile.LOAD_TRUNCATED_IMAGES = False
    fonts, local = FontConfiguration(), URLFetcher(allowed_protocols=["file", "data"])
    sheet = (settings.ROOT / "static" / "css" / css).read_text(encoding="utf-8")
    style = CSS(string=_faces() + sheet, font_config=fonts, url_fetcher=local)
    page = HTML(string=render_to_string(template, context), url_fetcher=local)
    made: bytes = page.write_pdf(stylesheets=[style], font_config=fonts)
    return made


def _faces() -> str:
    folder = Path(settings.PDF_FONT_DIR)
    return "".join(
        f'@font-face {{ font-family:"Print"; font-weight:{weight}; src:url("{(folder / name).as_uri()}") }}\n'
        for weight, name in _FACES.items()
    )
