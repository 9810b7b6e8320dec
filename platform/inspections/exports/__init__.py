"""The archive as Excel and PDF: ordered at the desk, made in the background, noted in the ledger."""

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core import jobs
from core.errors import DomainError
from core.events import register
from core.exports import lists, orders
from core.exports.cover import cover
from core.models import Attachment, Job
from core.words import say
from inspections.archive import Filter, choices, facts
from inspections.exports.book import write_book
from inspections.exports.paper import write_evidence, write_list
from inspections.exports.rows import chunks
from inspections.models import Run
from people.models import User

register({"runs.exported": gettext_lazy("Records exported")})

VIEW = "inspections.view"
RECORDS = lists.make_known(
    lists.Listing(
        kind="runs",
        title=gettext_lazy("Inspection records"),
        permission=VIEW,
        filter=Filter,
        facts=lambda chosen: facts(chosen, choices()),
        rows=Run.objects.visible_to,
        chunks=chunks,
        writers={"xlsx": write_book, "pdf": write_list},
        too_many={
            "pdf": gettext_lazy(
                "%(rows)d runs are too many for a PDF (%(most)d at most). Choose a month or take Excel."
            ),
            "xlsx": gettext_lazy("%(rows)d runs are too many for one Excel file (%(most)d at most). Choose a year."),
        },
    )
)


def order_export(chosen: Filter, form: str, *, by: User) -> Job:
    return lists.order_list(RECORDS, chosen, form, by=by)


def order_paper(run: Run, *, by: User) -> Job:
    """The evidence sheet of one run."""
    orders.refuse_others(by, VIEW)
    name = f"{_('Inspection record')} {run.pk} {say(run.place.name)}.pdf"
    return orders.order("runs.paper", by=by, total=1, run=run.pk, name=name)


@jobs.kind("runs.paper")
def make_evidence(job: Job) -> Attachment:
    by = orders.asker(job, VIEW)
    near = ("checklist", "equipment", "area", "department", "team", "assignee", "inspector", "plan", "shift",
            "pause", "conflicts_with__inspector", "scanned")  # fmt: skip
    run = Run.objects.visible_to(by).select_related(*near).filter(pk=job.payload["run"]).first()
    if run is None:
        raise DomainError(_("This record is not there any more, or not yours to see."))
    about = cover(facts(Filter(), choices()), by)
    made = orders.make(job, "pdf", lambda path: write_evidence(path, about, run))
    orders.note("runs.exported", run, job, made, by=by, rows=1, form="pdf")
    return made
