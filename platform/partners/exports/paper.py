"""Self-inspections on paper: the list on A4 across, and one report with its photos on A4 upright."""

from collections.abc import Callable, Iterable
from pathlib import Path

from core.attachments import picture
from core.events import history
from core.exports.cover import Cover
from core.pdf import render_long_pdf, render_pdf
from partners.exports.rows import ReportRow, row_of
from partners.models import SelfInspection


def write_list(path: Path, cover: Cover, chunks: Iterable[list[ReportRow]], heard: Callable[[int], None]) -> int:
    """Returns how many reports are on it. So few fit on paper that they are read at once, and counted on page 1."""
    rows = [row for chunk in chunks for row in chunk]
    context = {"cover": cover, "count": len(rows)}
    render_long_pdf(path, "pdf/self_inspections.html", "paper.css", rows, context, foot="pdf/foot.html", heard=heard)
    return len(rows)


def write_report(path: Path, cover: Cover, report: SelfInspection, *, is_ours: bool) -> int:
    """is_ours: for the factory, which reads more of the history than the company does."""
    row = row_of(report)
    context = {
        "cover": cover,
        "report": report,
        "row": row,
        "answers": [(given, [picture(photo) for photo in given.photos]) for given in row.answers],
        "events": history(report) if is_ours else history(report).filter(name__in=FOR_THE_COMPANY),
    }
    path.write_bytes(render_pdf("pdf/self_inspection.html", "evidence.css", context))
    return 1


# Whether it was drawn, and what was found on the spot, the factory says itself.
FOR_THE_COMPANY = (
    "self_inspection.opened", "self_inspection.filed", "self_inspection.submitted", "self_inspection.accepted",
    "self_inspection.returned",
)  # fmt: skip
