"""The archive as Excel and PDF: ordered at the desk, made in the background, noted in the ledger."""

from collections.abc import Callable
from pathlib import Path

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core import jobs
from core.archives import period
from core.errors import DomainError, NotAllowed
from core.events import register
from core.exports import orders
from core.models import Attachment, Job
from core.words import say
from inspections.archive import Filter
from inspections.exports.book import write_book
from inspections.exports.cover import cover
from inspections.exports.paper import write_evidence, write_list
from inspections.exports.rows import chunks
from inspections.models import Run
from people.models import User

register({"runs.exported": gettext_lazy("Records exported")})

_WRITERS: dict[str, Callable[..., int]] = {"xlsx": write_book, "pdf": write_list}
# What paper can hold, and what Excel can.
_MOST = {"xlsx": 1_000_000, "pdf": 3000}


def order_export(chosen: Filter, form: str, *, by: User) -> Job:
    """form: xlsx or pdf. What cannot be made is refused before any work begins."""
    _refuse_others(by)
    rows = _refuse_size(chosen, form, by)
    name = orders.file_name(_("Inspection records"), period(chosen.since, chosen.until), form)
    return orders.order(f"runs.{form}", by=by, total=rows, filter=chosen.as_json(), name=name)


def order_paper(run: Run, *, by: User) -> Job:
    """The evidence sheet of one run."""
    _refuse_others(by)
    name = f"{_('Inspection record')} {run.pk} {say(run.place.name)}.pdf"
    return orders.order("runs.paper", by=by, total=1, run=run.pk, name=name)


def _refuse_others(by: User) -> None:
    if not by.can("inspections.view"):
        raise NotAllowed(_("Your role does not see these records. Ask the safety officer for them."))


def _refuse_size(chosen: Filter, form: str, by: User) -> int:
    rows = chosen.of(Run.objects.visible_to(by)).count()
    if not rows:
        raise DomainError(
            _("Nothing fits this filter, so there is nothing to export. Choose other days or fewer words.")
        )
    if rows > _MOST[form]:
        words = {
            "pdf": _("%(rows)d runs are too many for a PDF (%(most)d at most). Choose a month or take Excel."),
            "xlsx": _("%(rows)d runs are too many for one Excel file (%(most)d at most). Choose a year."),
        }
        raise DomainError(words[form] % {"rows": rows, "most": _MOST[form]})
    return rows


def _make_list(job: Job, form: str) -> Attachment:
    """Everything is asked again: rights may have changed, and rows may have gone, since it was ordered."""
    by, chosen = _asker(job), Filter.from_json(job.payload["filter"])
    rows = _refuse_size(chosen, form, by)
    about = cover(chosen, by)

    def write(path: Path) -> int:
        return _WRITERS[form](path, about, chunks(chosen, by), lambda done: jobs.progress(job, done, max(rows, done)))

    made = orders.make(job, form, write)
    facts = {"filter": job.payload["filter"], "note": about.words, "rows": job.total, "form": form}
    orders.note("runs.exported", job, job, made, by=by, **facts)
    return made


@jobs.kind("runs.xlsx")
def make_book(job: Job) -> Attachment:
    return _make_list(job, "xlsx")


@jobs.kind("runs.pdf")
def make_paper(job: Job) -> Attachment:
    return _make_list(job, "pdf")


@jobs.kind("runs.paper")
def make_evidence(job: Job) -> Attachment:
    by = _asker(job)
    near = ("checklist", "equipment", "area", "department", "team", "assignee", "inspector", "plan", "shift",
            "pause", "conflicts_with__inspector", "scanned")  # fmt: skip
    run = Run.objects.visible_to(by).select_related(*near).filter(pk=job.payload["run"]).first()
    if run is None:
        raise DomainError(_("This record is not there any more, or not yours to see."))
    about = cover(Filter(), by)
    made = orders.make(job, "pdf", lambda path: write_evidence(path, about, run))
    orders.note("runs.exported", run, job, made, by=by, rows=1, form="pdf")
    return made


def _asker(job: Job) -> User:
    by = User.objects.get(pk=str(job.by_id))
    _refuse_others(by)
    return by
