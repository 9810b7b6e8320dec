"""事故调查报告: one incident whole, with what could have been seen before it; made in the background, noted in the ledger."""

from pathlib import Path
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core import jobs
from core.attachments import picture
from core.events import history, register
from core.exports import orders
from core.exports.cover import cover
from core.models import Attachment, Job
from core.pdf import render_pdf
from incidents.exports import VIEW, incident_of
from incidents.models import Incident, Injury
from insight import foresight
from people.models import User

register({"incident.printed": gettext_lazy("Record of the incident printed")})


def order_paper(incident: Incident, *, by: User) -> Job:
    orders.refuse_others(by, VIEW)
    name = orders.file_name(_("Incident record"), incident.number, "pdf")
    return orders.order("insight.incident", by=by, total=1, incident=incident.pk, name=name)


@jobs.kind("insight.incident")
def make_paper(job: Job) -> Attachment:
    by = orders.asker(job, VIEW)
    incident = incident_of(job, by)
    made = orders.make(job, "pdf", lambda path: _write(path, incident, by))
    orders.note("incident.printed", incident, job, made, by=by)
    return made


def _write(path: Path, incident: Incident, by: User) -> int:
    files = [file.attachment for file in incident.files.select_related("attachment__by")]
    context: dict[str, Any] = {
        "cover": cover([], by),
        "incident": incident,
        "injuries": Injury.objects.visible_to(by).filter(incident=incident).select_related("person"),
        "may_see_injured": by.can("incidents.see_injured", incident),
        "remedies": incident.remedies.select_related("hazard__owner", "twin"),
        "reports": incident.reports.select_related("by"),
        "grade": incident.grade(),
        "foresight": foresight.before(incident, by),
        "pictures": [picture(file) for file in files if not file.is_sound],
        "events": history(incident),
    }
    path.write_bytes(render_pdf("pdf/incident.html", "evidence.css", context))
    return 1
