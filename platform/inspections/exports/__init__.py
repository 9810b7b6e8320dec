"""The archive as Excel and PDF: ordered at the desk, made in the background, noted in the ledger."""

from collections.abc import Callable
from typing import Any

from django.db.models import Model
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core import jobs
from core.errors import DomainError, NotAllowed
from core.events import action, emit, register
from core.models import Attachment, Job
from core.pdf import CONTENT_TYPE as PDF
from core.sheets import CONTENT_TYPE as XLSX
from core.words import say
from inspections.archive import Filter, period
from inspections.exports.book import write_book
from inspections.exports.cover import cover
from inspections.exports.paper import write_evidence, write_list
from inspections.exports.rows import chunks
from inspections.models import Run
from inspections.zone import zone
from people.models import User

register({"runs.exported": gettext_lazy("Records exported")})

_WRITERS: dict[str, tuple[Callable[..., int], str]] = {"xlsx": (write_book, XLSX), "pdf": (write_list, PDF)}
# What paper can hold, and what Excel can.
_MOST = {"xlsx": 1_000_000, "pdf": 3000}
MOST_AT_ONCE = 3


def order_export(chosen: Filter, form: str, *, by: User) -> Job:
    """form: xlsx or pdf. What cannot be made is refused before any work begins."""
    _refuse_others(by)
    rows = _refuse_size(chosen, form, by)
    moment = timezone.localtime(timezone=zone())
    days = period(chosen.since, chosen.until).replace(" ", "")
    name = f"{_('Inspection records')} {days} {moment:%Y%m%d-%H%M}.{form}"
    return _start(f"runs.{form}", by=by, total=rows, filter=chosen.as_json(), name=name)


def order_paper(run: Run, *, by: User) -> Job:
    """The evidence sheet of one run."""
    _refuse_others(by)
    name = f"{_('Inspection record')} {run.pk} {say(run.place.name)}.pdf"
    return _start("runs.paper", by=by, total=1, run=run.pk, name=name)


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


@action
def _start(kind: str, *, by: User, total: int, **payload: Any) -> Job:
    """Pressed twice, the same is made once; and nobody keeps the worker from the alerts of all others."""
    User.objects.select_for_update(no_key=True).get(pk=by.pk)
    waiting = Job.objects.filter(by=by, status=Job.Status.WAITING)
    asked = {name: value for name, value in payload.items() if name != "name"}
    same = waiting.filter(kind=kind, **{f"payload__{name}": value for name, value in asked.items()}).first()
    if same:
        return same
    if waiting.count() >= MOST_AT_ONCE:
        raise DomainError(_("Three files are being made for you already. Wait for one of them, or stop one."))
    return jobs.start_job(kind, by=by, total=total, **payload)


def _make_list(job: Job, form: str) -> Attachment:
    """Everything is asked again: rights may have changed, and rows may have gone, since it was ordered."""
    by, chosen = _asker(job), Filter.from_json(job.payload["filter"])
    rows = _refuse_size(chosen, form, by)
    write, content_type = _WRITERS[form]
    about = cover(chosen, by)
    with timezone.override(zone()), jobs.scratch(job) as folder:
        path = folder / f"made.{form}"
        count = write(path, about, chunks(chosen, by), lambda done: jobs.progress(job, done, max(rows, done)))
        job.total = count
        made = jobs.keep_result(job, path, name=job.payload["name"], content_type=content_type)
    facts = {"filter": job.payload["filter"], "note": about.words, "rows": count, "form": form}
    _note(job, job, made, by=by, **facts)
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
    with timezone.override(zone()), jobs.scratch(job) as folder:
        path = folder / "made.pdf"
        write_evidence(path, cover(Filter(), by), run)
        made = jobs.keep_result(job, path, name=job.payload["name"], content_type=PDF)
    _note(run, job, made, by=by, rows=1, form="pdf")
    return made


def _asker(job: Job) -> User:
    by = User.objects.get(pk=str(job.by_id))
    _refuse_others(by)
    return by


@action
def _note(subject: Model, job: Job, made: Attachment, *, by: User, **facts: Any) -> None:
    emit("runs.exported", subject, by=by, job=str(job.pk), file=made.sha256, **facts)
