"""The archive of hazards as Excel and PDF, and one hazard whole: made in the background, noted in the ledger."""

from collections.abc import Callable
from pathlib import Path

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core import jobs
from core.archives import Fact, period
from core.errors import DomainError, NotAllowed
from core.events import register
from core.exports import orders
from core.exports.cover import cover
from core.models import Attachment, Job
from hazards import government
from hazards.archive import Filter, choices, facts
from hazards.exports import tables
from hazards.exports.book import write_book
from hazards.exports.paper import write_evidence, write_list
from hazards.exports.rows import chunks
from hazards.models import Hazard
from people.models import User

register({"hazards.exported": gettext_lazy("Hazards exported")})

_WRITERS: dict[str, Callable[..., int]] = {"xlsx": write_book, "pdf": write_list}
# What paper can hold, and what Excel can.
_MOST = {"xlsx": 1_000_000, "pdf": 3000}
NEAR = (
    "area",
    "equipment",
    "department",
    "category",
    "policy",
    "team",
    "owner",
    "reporter",
    "repeat_of",
    "merged_into",
)


def order_export(chosen: Filter, form: str, *, by: User) -> Job:
    """form: xlsx or pdf. What cannot be made is refused before any work begins."""
    refuse_others(by)
    rows = _refuse_size(chosen, form, by)
    name = orders.file_name(_("Hazard register"), period(chosen.since, chosen.until), form)
    return orders.order(f"hazards.{form}", by=by, total=rows, filter=chosen.as_json(), name=name)


def order_evidence(hazard: Hazard, *, by: User) -> Job:
    """The whole record of one hazard."""
    refuse_others(by)
    name = orders.file_name(_("Hazard record"), hazard.number, "pdf")
    return orders.order("hazards.paper", by=by, total=1, hazard=hazard.pk, name=name)


def order_table(period: str, form: str, *, by: User) -> Job:
    """The statistics of a quarter or a year for the authority."""
    refuse_others(by)
    name = orders.file_name(_("Hazard statistics"), government.title_of(period), form)
    return orders.order(f"government.{form}", by=by, total=1, period=period, name=name)


def refuse_others(by: User) -> None:
    if not by.can("hazards.view"):
        raise NotAllowed(_("Your role does not see these records. Ask the safety officer for them."))


def _refuse_size(chosen: Filter, form: str, by: User) -> int:
    rows = chosen.of(Hazard.objects.visible_to(by)).count()
    if not rows:
        raise DomainError(
            _("Nothing fits this filter, so there is nothing to export. Choose other days or fewer words.")
        )
    if rows > _MOST[form]:
        words = {
            "pdf": _("%(rows)d hazards are too many for a PDF (%(most)d at most). Choose a month or take Excel."),
            "xlsx": _("%(rows)d hazards are too many for one Excel file (%(most)d at most). Choose a year."),
        }
        raise DomainError(words[form] % {"rows": rows, "most": _MOST[form]})
    return rows


def _make_list(job: Job, form: str) -> Attachment:
    """Everything is asked again: rights may have changed, and rows may have gone, since it was ordered."""
    by, chosen = asker(job), Filter.from_json(job.payload["filter"])
    rows = _refuse_size(chosen, form, by)
    about = cover(facts(chosen, choices()), by)

    def write(path: Path) -> int:
        return _WRITERS[form](path, about, chunks(chosen, by), lambda done: jobs.progress(job, done, max(rows, done)))

    made = orders.make(job, form, write)
    said = {"filter": job.payload["filter"], "note": about.words, "rows": job.total, "form": form}
    orders.note("hazards.exported", job, job, made, by=by, **said)
    return made


@jobs.kind("hazards.xlsx")
def make_book(job: Job) -> Attachment:
    return _make_list(job, "xlsx")


@jobs.kind("hazards.pdf")
def make_paper(job: Job) -> Attachment:
    return _make_list(job, "pdf")


@jobs.kind("hazards.paper")
def make_evidence(job: Job) -> Attachment:
    by = asker(job)
    hazard, about = hazard_of(job, by), cover([], by)
    made = orders.make(job, "pdf", lambda path: write_evidence(path, about, hazard))
    orders.note("hazards.exported", hazard, job, made, by=by, rows=1, form="pdf")
    return made


def _make_table(job: Job, form: str) -> Attachment:
    by, period = asker(job), job.payload["period"]
    title = f"{_('Hazard statistics')} · {government.title_of(period)}"
    about, blocks = cover([Fact("period", _("Period"), government.title_of(period))], by), government.blocks(by, period)
    write = {"xlsx": tables.write_book, "pdf": tables.write_paper}[form]
    made = orders.make(job, form, lambda path: write(path, about, title, blocks))
    orders.note("hazards.exported", job, job, made, by=by, period=period, rows=job.total, form=form)
    return made


@jobs.kind("government.xlsx")
def make_table_book(job: Job) -> Attachment:
    return _make_table(job, "xlsx")


@jobs.kind("government.pdf")
def make_table_paper(job: Job) -> Attachment:
    return _make_table(job, "pdf")


def asker(job: Job) -> User:
    by = User.objects.get(pk=str(job.by_id))
    refuse_others(by)
    return by


def hazard_of(job: Job, by: User) -> Hazard:
    found = Hazard.objects.visible_to(by).select_related(*NEAR).filter(pk=job.payload["hazard"]).first()
    if found is None:
        raise DomainError(_("This record is not there any more, or not yours to see."))
    return found
