"""The archive on paper: the list on A4 across, and the evidence sheet of one run on A4 upright."""

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from django.core.files.storage import default_storage

from core.events import history, public_key_bytes
from core.models import Attachment
from core.pdf import render_long_pdf, render_pdf
from inspections.exports.cover import Cover
from inspections.exports.rows import RunRow
from inspections.models import Run


def write_list(path: Path, cover: Cover, chunks: Iterable[list[RunRow]], heard: Callable[[int], None]) -> int:
    """Returns how many runs are on it. So few fit on paper that they are read at once, and counted on page 1."""
    runs = [run for chunk in chunks for run in chunk]
    context = {
        "cover": cover,
        "count": len(runs),
        "key": public_key_bytes().hex(),
        "problems": [(run, answer) for run in runs for answer in run.answers if answer.is_problem],
    }
    render_long_pdf(path, "pdf/runs.html", "paper.css", runs, context, foot="pdf/foot.html", heard=heard)
    return len(runs)


def write_evidence(path: Path, cover: Cover, run: Run) -> None:
    answers = run.answers.select_related("item", "hazard", "voice").prefetch_related("photos__by")
    context = {
        "cover": cover,
        "key": public_key_bytes().hex(),
        "run": run,
        "answers": [(answer, [_picture(photo) for photo in answer.photos.all()]) for answer in answers],
        "events": history(run),
        "conflicts": run.conflicts.select_related("inspector"),
    }
    path.write_bytes(render_pdf("pdf/run.html", "evidence.css", context))


def _picture(photo: Attachment) -> dict[str, Any]:
    """The copy that is shown; where its file is gone, the record of it still stands on the paper."""
    name = photo.shown.name or ""
    is_there = bool(name) and default_storage.exists(name)
    return {"photo": photo, "url": Path(default_storage.path(name)).as_uri() if is_there else ""}
