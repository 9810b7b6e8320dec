"""The register of incidents as Excel and PDF, and the report to the authority: made in the background, noted in the ledger."""

from collections.abc import Iterator

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core import jobs
from core.errors import DomainError
from core.events import register
from core.exports import lists, orders
from core.models import Attachment, Job
from incidents.archive import Filter, choices, facts
from incidents.exports.book import write_book
from incidents.exports.paper import write_list, write_report
from incidents.exports.rows import Row, rows_of
from incidents.models import Incident
from people.models import User

register(
    {
        "incidents.exported": gettext_lazy("Incidents exported"),
        "incident.report_printed": gettext_lazy("Report to the authority printed"),
    }
)

VIEW = "incidents.view"
NEAR = ("area", "equipment__type", "department", "reporter", "investigator")
CHUNK = 200


def _chunks(chosen: Filter, by: User) -> Iterator[list[Row]]:
    found = chosen.of(Incident.objects.visible_to(by)).select_related(*NEAR)
    rows = list(found.prefetch_related("remedies__hazard", "reports"))
    for start in range(0, len(rows), CHUNK):
        yield rows_of(rows[start : start + CHUNK], by)


REGISTER = lists.make_known(
    lists.Listing(
        kind="incidents",
        title=gettext_lazy("Register of incidents"),
        permission=VIEW,
        filter=Filter,
        facts=lambda chosen: facts(chosen, choices()),
        rows=Incident.objects.visible_to,
        chunks=_chunks,
        writers={"xlsx": write_book, "pdf": write_list},
        too_many={
            "pdf": gettext_lazy("%(rows)d incidents are too many for a PDF (%(most)d at most). Choose fewer days."),
            "xlsx": gettext_lazy("%(rows)d incidents are too many for one Excel file (%(most)d at most)."),
        },
    )
)


def order_export(chosen: Filter, form: str, *, by: User) -> Job:
    return lists.order_list(REGISTER, chosen, form, by=by)


def order_report(incident: Incident, *, by: User) -> Job:
    """The six items as a letter; whoever sends it reads it first."""
    orders.refuse_others(by, "incidents.tell")
    name = orders.file_name(_("Accident report"), incident.number, "pdf")
    return orders.order("incidents.report", by=by, total=1, incident=incident.pk, name=name)


@jobs.kind("incidents.report")
def make_report(job: Job) -> Attachment:
    by = orders.asker(job, "incidents.tell")
    incident = incident_of(job, by)
    made = orders.make(job, "pdf", lambda path: write_report(path, incident))
    orders.note("incident.report_printed", incident, job, made, by=by)
    return made


def incident_of(job: Job, by: User) -> Incident:
    found = Incident.objects.visible_to(by).select_related(*NEAR).filter(pk=job.payload["incident"]).first()
    if found is None:
        raise DomainError(_("This record is not there any more, or not yours to see."))
    return found
