"""The table of steps, to be read by everybody at the desk."""

from django.contrib.auth.decorators import login_required
from django.utils.translation import gettext as _

from hazards.models import PLAN_WORKFLOW, WORKFLOW, PlanStatus, Status
from incidents.models import WORKFLOW as INCIDENT_WORKFLOW
from incidents.models import Status as IncidentStatus
from portals.console.workflow import draw, rows
from portals.web import page, require


@login_required
def show(request):
    require(request.user, "console.open")
    tables = (
        ("hazard", _("Hazard"), WORKFLOW, Status),
        ("plan", _("Plan for a major hazard"), PLAN_WORKFLOW, PlanStatus),
        ("incident", _("Incident"), INCIDENT_WORKFLOW, IncidentStatus),
    )
    parts = [
        {"title": title, "drawing": draw(table, statuses, name), "rows": rows(table, statuses)}
        for name, title, table, statuses in tables
    ]
    return page(request, "console/hazards/workflow.html", {"parts": parts})
