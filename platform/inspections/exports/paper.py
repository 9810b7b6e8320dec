"""The archive on paper: the list on A4 across, and the evidence sheet of one run on A4 upright."""

from collections.abc import Callable, Iterable
from pathlib import Path

from core.attachments import picture
from core.events import history
from core.exports.cover import Cover
from core.pdf import render_long_pdf, render_pdf
from inspections.exports.rows import RunRow
from inspections.models import Run


def write_list(path: Path, cover: Cover, chunks: Iterable[list[RunRow]], heard: Callable[[int], None]) -> int:
    """Returns how many runs are on it. So few fit on paper that they are read at once, and counted on page 1."""
    runs = [run for chunk in chunks for run in chunk]
    context = {
        "cover": cover,
        "count": len(runs),
        "problems": [(run, answer) for run in runs for answer in run.answers if answer.is_problem],
    }
    render_long_pdf(path, "pdf/runs.html", "paper.css", runs, context, foot="pdf/foot.html", heard=heard)
    return len(runs)


def write_evidence(path: Path, cover: Cover, run: Run) -> int:
    answers = run.answers.select_related("item", "hazard", "voice").prefetch_related("photos__by")
    context = {
        "cover": cover,
        "run": run,
        "answers": [(answer, [picture(photo) for photo in answer.photos.all()]) for answer in answers],
        "events": history(run),
        "conflicts": run.conflicts.select_related("inspector"),
    }
    path.write_bytes(render_pdf("pdf/run.html", "evidence.css", context))
    return 1
