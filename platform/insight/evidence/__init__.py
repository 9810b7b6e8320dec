"""迎审资料包: what shows, chapter by chapter of a standard, that it is done: an index, files, hashes, the ledger's end."""

import json
from dataclasses import dataclass
from pathlib import Path

from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core import jobs
from core.archives import Days, Fact, period
from core.errors import DomainError
from core.events import register
from core.exports import orders
from core.exports.box import Box, open_box
from core.exports.cover import Cover, cover
from core.models import Attachment, Job
from core.pdf import render_pdf
from core.words import say
from core.zone import zone
from insight.evidence.parts import PARTS, Ask
from insight.evidence.standards import Standard, standards
from people.models import User

register({"evidence.packed": gettext_lazy("Evidence pack made")})

VIEW, KIND = "insight.evidence", "evidence.pack"
INDEX = "index.json"


@dataclass(frozen=True)
class Filed:
    """One record of a chapter; name: of its file or folder in the pack, empty where there is nothing in these days."""

    title: str
    name: str
    rows: int


def order_evidence(standard: str, days: Days, *, by: User) -> Job:
    orders.refuse_others(by, VIEW)
    found = standards().get(standard)
    if found is None:
        raise DomainError(_("Choose the standard that is asked about."))
    if days.since is None or days.until is None or days.since > days.until:
        raise DomainError(_("Give the first and the last day, the first one not after the last."))
    name = orders.file_name(f"{_('Evidence pack')} {standard}", period(days.since, days.until), "zip")
    total = len(found.parts)
    return orders.order(
        KIND, by=by, total=total, standard=standard, days=days.as_json(), language=by.language, name=name
    )


@jobs.kind(KIND)
def make_evidence(job: Job) -> Attachment:
    """Rights are asked again; what the one who ordered it may not see is not in it."""
    by = orders.asker(job, VIEW)
    standard, days = standards()[job.payload["standard"]], Days.from_json(job.payload["days"])
    with translation.override(job.payload["language"]), timezone.override(zone()), jobs.scratch(job) as folder:
        facts = [
            Fact("standard", _("Standard"), str(standard)),
            Fact("period", _("Period"), period(days.since, days.until)),
        ]
        about, path = cover(facts, by), folder / "pack.zip"
        with open_box(path, about) as box:
            files = _fill(box, folder, about, standard, Ask(days, by), job)
            chapters = [
                {"no": each.no, "title": say(each.title), "files": [vars(files[part]) for part in each.parts]}
                for each in standard.chapters
            ]
            box.put("index.pdf", render_pdf("pdf/evidence.html", "paper.css", {"cover": about, "chapters": chapters}))
            box.put(INDEX, json.dumps(chapters, ensure_ascii=False, indent=1).encode())
            manifest = box.close(about)
        made = jobs.keep_result(job, path, name=job.payload["name"], content_type="application/zip")
        orders.note("evidence.packed", job, job, made, by=by, note=about.words, manifest=manifest)
        return made


def _fill(box: Box, folder: Path, about: Cover, standard: Standard, ask: Ask, job: Job) -> dict[str, Filed]:
    files: dict[str, Filed] = {}
    for done, key in enumerate(standard.parts, 1):
        part, path = PARTS[key], folder / "part"
        title, rows = str(part.title), 0
        if part.write:
            name = f"{key}.xlsx"
            rows = part.write(path, about, ask)
            if rows:
                box.put_file(name, path)
        elif part.papers:
            name = f"{key}/"
            for paper, write in part.papers(about, ask):
                write(path)
                box.put_file(name + paper, path)
                rows += 1
        files[key] = Filed(title, name if rows else "", rows)
        jobs.progress(job, done, max(done, job.total))
    return files
