"""Self-inspections as Excel and PDF: made in the background, noted in the ledger; a company takes only its own."""

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core import jobs
from core.errors import DomainError, NotAllowed
from core.events import register
from core.exports import lists, orders
from core.exports.cover import cover
from core.models import Attachment, Job
from partners.archive import Filter, choices, facts
from partners.exports.book import write_book
from partners.exports.paper import write_list, write_report
from partners.exports.rows import chunks
from partners.models import SelfInspection
from people.models import User

register({"self_inspections.exported": gettext_lazy("Self-inspections exported")})

VIEW, OWN = "partners.view", "partners.report"
RECORDS = lists.make_known(
    lists.Listing(
        kind="self_inspections",
        title=gettext_lazy("Self-inspections of suppliers"),
        permission=VIEW,
        filter=Filter,
        facts=lambda chosen: facts(chosen, choices()),
        rows=SelfInspection.objects.visible_to,
        chunks=chunks,
        writers={"xlsx": write_book, "pdf": write_list},
        too_many={
            "pdf": gettext_lazy(
                "%(rows)d reports are too many for a PDF (%(most)d at most). Choose a quarter or take Excel."
            ),
            "xlsx": gettext_lazy("%(rows)d reports are too many for one Excel file (%(most)d at most). Choose a year."),
        },
    )
)


def order_export(chosen: Filter, form: str, *, by: User) -> Job:
    return lists.order_list(RECORDS, chosen, form, by=by)


def order_paper(report: SelfInspection, *, by: User) -> Job:
    """One report with its photos, for the factory and for the company that wrote it."""
    _refuse_others(report, by)
    name = f"{report.company.name} {report.title}.pdf".replace("/", "-")
    return orders.order("self_inspections.paper", by=by, total=1, report=report.pk, name=name)


def _refuse_others(report: SelfInspection | None, by: User) -> SelfInspection:
    if report is None or not SelfInspection.objects.visible_to(by).filter(pk=report.pk).exists():
        raise DomainError(_("This record is not there any more, or not yours to see."))
    if not by.can(VIEW) and not by.can(OWN):
        raise NotAllowed(_("Your role does not see these records. Ask the safety officer for them."))
    return report


@jobs.kind("self_inspections.paper")
def make_paper(job: Job) -> Attachment:
    by = User.objects.get(pk=str(job.by_id))
    near = ("company__department", "checklist", "submitted_by", "decided_by")
    found = SelfInspection.objects.select_related(*near).filter(pk=job.payload["report"]).first()
    report = _refuse_others(found, by)
    about = cover(facts(Filter(), choices()), by)
    is_ours = by.can(VIEW)
    made = orders.make(job, "pdf", lambda path: write_report(path, about, report, is_ours=is_ours))
    orders.note("self_inspections.exported", report, job, made, by=by, rows=1, form="pdf")
    return made
