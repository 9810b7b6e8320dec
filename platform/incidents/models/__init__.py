"""未遂事件和事故: what nearly hurt somebody, or did; why it came to it, and what is done so that it does not come again."""

from django.utils.translation import gettext_lazy as _

from core.events import register
from incidents.models.drills import Drill as Drill
from incidents.models.drills import DrillCheck as DrillCheck
from incidents.models.drills import DrillDuty as DrillDuty
from incidents.models.drills import DrillFeedback as DrillFeedback
from incidents.models.figures import SafetyStart as SafetyStart
from incidents.models.figures import WorkedHours as WorkedHours
from incidents.models.incidents import OPEN as OPEN
from incidents.models.incidents import WORKFLOW as WORKFLOW
from incidents.models.incidents import Incident as Incident
from incidents.models.incidents import IncidentFile as IncidentFile
from incidents.models.incidents import IncidentQuerySet as IncidentQuerySet
from incidents.models.incidents import Status as Status
from incidents.models.parts import AuthorityReport as AuthorityReport
from incidents.models.parts import Injury as Injury
from incidents.models.parts import Remedy as Remedy

register(
    {
        "incident.reported": _("Incident reported"),
        "incident.confirmed": _("Incident confirmed, being investigated"),
        "incident.classed": _("Class or facts of the incident changed"),
        "incident.analysed": _("Causes written down"),
        "incident.handed_in": _("Investigation handed in"),
        "incident.returned": _("Investigation returned"),
        "incident.closed": _("Incident closed"),
        "incident.reopened": _("Incident opened again"),
        "incident.dismissed": _("Not an incident"),
        "incident.injury_added": _("Injured person added"),
        "incident.lost_days_changed": _("Lost days changed"),
        "incident.remedy_added": _("Measure added"),
        "incident.spread": _("Measure given to machines of the same kind"),
        "incident.clock_started": _("One hour to report the accident has begun"),
        "incident.clock_stopped": _("It need not be reported"),
        "incident.report_due": _("The accident has still to be reported"),
        "incident.report_late": _("The hour to report the accident is over"),
        "incident.told_authority": _("Accident reported to the authority"),
        "incident.supplement_due": _("Changed casualties have to be reported"),
        "drill.planned": _("Drill planned"),
        "drill.evaluated": _("Drill evaluated"),
        "drill.followed_up": _("A hazard follows from the drill"),
        "drill.feedback": _("Said how the drill went"),
        "drill.near": _("A drill is due soon"),
        "drill.overdue": _("A drill is overdue"),
        "hours.entered": _("Hours worked in a month entered"),
        "safety_start.changed": _("Beginning of the safe days changed"),
    },
    urgent=("incident.clock_started", "incident.report_due", "incident.report_late"),
)
