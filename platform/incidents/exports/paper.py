"""The register of incidents on A4 across, and the report to the authority on A4 upright."""

from collections.abc import Callable, Iterable
from pathlib import Path

from django.utils import timezone

from core.exports.cover import Cover
from core.pdf import render_long_pdf, render_pdf
from incidents.exports.rows import Row
from incidents.models import Incident
from incidents.report import items_of
from tenants.current import current_factory


def write_list(path: Path, cover: Cover, chunks: Iterable[list[Row]], heard: Callable[[int], None]) -> int:
    rows = [row for chunk in chunks for row in chunk]
    context = {"cover": cover, "count": len(rows)}
    render_long_pdf(path, "pdf/incidents.html", "paper.css", rows, context, foot="pdf/foot.html", heard=heard)
    return len(rows)


def write_report(path: Path, incident: Incident) -> int:
    context = {"incident": incident, "items": items_of(incident), "factory": current_factory().name}
    context |= {"at": timezone.now(), "grade": incident.grade()}
    path.write_bytes(render_pdf("pdf/accident_report.html", "evidence.css", context))
    return 1
