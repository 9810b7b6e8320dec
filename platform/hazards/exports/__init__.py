"""The archive of hazards as Excel and PDF, and one hazard whole: made in the background, noted in the ledger."""

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core import jobs
from core.archives import Fact
from core.errors import DomainError
from core.events import register
from core.exports import lists, orders
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

VIEW = "hazards.view"
REGISTER = lists.make_known(
    lists.Listing(
        kind="hazards",
        title=gettext_lazy("Hazard register"),
        permission=VIEW,
        filter=Filter,
        facts=lambda chosen: facts(chosen, choices()),
        rows=Hazard.objects.visible_to,
        chunks=chunks,
        writers={"xlsx": write_book, "pdf": write_list},
        too_many={
            "pdf": gettext_lazy(
                "%(rows)d hazards are too many for a PDF (%(most)d at most). Choose a month or take Excel."
            ),
            "xlsx": gettext_lazy("%(rows)d hazards are too many for one Excel file (%(most)d at most). Choose a year."),
        },
    )
)
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
    return lists.order_list(REGISTER, chosen, form, by=by)


def order_evidence(hazard: Hazard, *, by: User) -> Job:
    """The whole record of one hazard."""
    orders.refuse_others(by, VIEW)
    name = orders.file_name(_("Hazard record"), hazard.number, "pdf")
    return orders.order("hazards.paper", by=by, total=1, hazard=hazard.pk, name=name)


def order_table(period: str, form: str, *, by: User) -> Job:
    """The statistics of a quarter or a year for the authority."""
    orders.refuse_others(by, VIEW)
    name = orders.file_name(_("Hazard statistics"), government.title_of(period), form)
    return orders.order(f"government.{form}", by=by, total=1, period=period, name=name)


@jobs.kind("hazards.paper")
def make_evidence(job: Job) -> Attachment:
    by = orders.asker(job, VIEW)
    hazard, about = hazard_of(job, by), cover([], by)
    made = orders.make(job, "pdf", lambda path: write_evidence(path, about, hazard))
    orders.note("hazards.exported", hazard, job, made, by=by, rows=1, form="pdf")
    return made


def _make_table(job: Job, form: str) -> Attachment:
    by, period = orders.asker(job, VIEW), job.payload["period"]
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


def hazard_of(job: Job, by: User) -> Hazard:
    found = Hazard.objects.visible_to(by).select_related(*NEAR).filter(pk=job.payload["hazard"]).first()
    if found is None:
        raise DomainError(_("This record is not there any more, or not yours to see."))
    return found
