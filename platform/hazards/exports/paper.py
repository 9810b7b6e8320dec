"""The register of hazards on A4 across, and the whole record of one hazard on A4 upright."""

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from core.attachments import picture
from core.events import history
from core.exports.cover import Cover
from core.pdf import render_long_pdf, render_pdf
from hazards.exports.rows import HazardRow
from hazards.models import Hazard
from hazards.record import thread_record


def write_list(path: Path, cover: Cover, chunks: Iterable[list[HazardRow]], heard: Callable[[int], None]) -> int:
    """Returns how many hazards are on it. So few fit on paper that they are read at once, and counted on page 1."""
    rows = [row for chunk in chunks for row in chunk]
    context = {"cover": cover, "count": len(rows)}
    render_long_pdf(path, "pdf/hazards.html", "paper.css", rows, context, foot="pdf/foot.html", heard=heard)
    return len(rows)


def write_evidence(path: Path, cover: Cover, hazard: Hazard) -> int:
    evidence = list(hazard.evidence.select_related("attachment__by"))
    context = {
        "cover": cover,
        "hazard": hazard,
        "pictures": [(proof, picture(proof.attachment)) for proof in evidence if not proof.attachment.is_sound],
        "notes": [proof for proof in evidence if proof.attachment.is_sound],
        "plans": hazard.plans.select_related("author", "leader", "head"),
        "reviews": hazard.reviews.select_related("reviewer"),
        "extensions": hazard.extensions.select_related("requested_by", "decided_by"),
        "changes": hazard.level_changes.select_related("asked_by", "decided_by"),
        "locks": hazard.stop_uses.select_related("equipment", "locked_by", "freed_by"),
        "thread": _thread(hazard),
        "events": history(hazard),
    }
    path.write_bytes(render_pdf("pdf/hazard.html", "evidence.css", context))
    return 1


def _thread(hazard: Hazard) -> dict[str, Any] | None:
    """What was said, with the files of its photos."""
    record = thread_record(hazard)
    if record is None:
        return None
    posts = [(post, [picture(photo.attachment) for photo in post.photos.all()]) for post in record["posts"]]
    return record | {"posts": posts}
