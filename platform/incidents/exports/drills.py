"""演练评估报告: one drill whole, as PDF; made in the background, noted in the ledger."""

from pathlib import Path
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core import jobs
from core.attachments import picture
from core.errors import DomainError
from core.events import history, register
from core.exports import orders
from core.exports.cover import cover
from core.models import Attachment, Job
from core.pdf import render_pdf
from core.words import say
from incidents.drill_rules import questions
from incidents.models import Drill
from people.models import User

register({"drill.printed": gettext_lazy("Report of the drill printed")})
VIEW = "drills.view"


def order_report(drill: Drill, *, by: User) -> Job:
    orders.refuse_others(by, VIEW)
    name = orders.file_name(_("Report of the drill"), f"{drill.session.starts_at:%Y-%m-%d}", "pdf")
    return orders.order("incidents.drill", by=by, total=1, drill=drill.pk, name=name)


@jobs.kind("incidents.drill")
def make_report(job: Job) -> Attachment:
    by = orders.asker(job, VIEW)
    drill = Drill.objects.visible_to(by).select_related("session__trainer", "area", "evaluated_by").filter(
        pk=job.payload["drill"]
    ).first()  # fmt: skip
    if drill is None:
        raise DomainError(_("This record is not there any more, or not yours to see."))
    made = orders.make(job, "pdf", lambda path: write_report(path, drill, by))
    orders.note("drill.printed", drill, job, made, by=by)
    return made


def write_report(path: Path, drill: Drill, by: User) -> int:
    known = {row.code: row for row in drill.checks.select_related("hazard__owner")}
    photos = drill.session.photos.select_related("photo__by")
    context: dict[str, Any] = {
        "cover": cover([], by),
        "drill": drill,
        "people": drill.session.attendances.select_related("person__team", "person__department"),
        "sheet": [(say(each.group), say(each.text), known.get(each.code)) for each in questions(drill.form)],
        "feedback": drill.feedback.all(),
        "pictures": [picture(row.photo) for row in photos],
        "events": history(drill, drill.session),
    }
    path.write_bytes(render_pdf("pdf/drill.html", "evidence.css", context))
    return 1
