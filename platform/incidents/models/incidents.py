"""An incident, from the report to its closure, and the one table of the steps between them."""

import uuid
from datetime import date, datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from core.accidents import Severity, accident_words
from core.models import Attachment
from core.workflow import Step, Workflow
from core.zone import zone
from facilities.models import Area, Department, Equipment
from incidents.law import grade_of, rules, supplement_until


class Status(models.TextChoices):
    REPORTED = "reported", _("Waits to be confirmed")
    INVESTIGATING = "investigating", _("Being investigated")
    REVIEW = "review", _("Waits for the review")
    CLOSED = "closed", _("Case closed")
    DISMISSED = "dismissed", _("Not an incident")


OPEN = (Status.REPORTED, Status.INVESTIGATING, Status.REVIEW)

_CAUSES = _("at least one immediate and one root cause, and one measure")
_PROOF = _("each measure is proved and closed, by somebody who did not investigate")

WORKFLOW = Workflow(
    Step("confirm", (Status.REPORTED,), Status.INVESTIGATING, "incidents.manage", "incident.confirmed", _("Confirm, begin to investigate")),
    Step("dismiss", (Status.REPORTED,), Status.DISMISSED, "incidents.manage", "incident.dismissed", _("Not an incident"), needs_note=True, is_turn=False),
    Step("hand_in", (Status.INVESTIGATING,), Status.REVIEW, "incidents.manage", "incident.handed_in", _("Hand in the investigation"), needs=_CAUSES),
    Step("return", (Status.REVIEW,), Status.INVESTIGATING, "incidents.review", "incident.returned", _("Investigate further"), needs_note=True),
    Step("close", (Status.REVIEW,), Status.CLOSED, "incidents.review", "incident.closed", _("Agree and close"), needs=_PROOF),
    Step("reopen", (Status.CLOSED,), Status.INVESTIGATING, "incidents.review", "incident.reopened", _("Investigate further"), needs_note=True, is_turn=False),
)  # fmt: skip


class IncidentQuerySet(models.QuerySet):
    def open(self):
        return self.filter(status__in=OPEN)

    def counted(self):
        """What figures are counted of."""
        return self.exclude(status=Status.DISMISSED)

    def injuring(self):
        """With lost days: a minor injury or worse."""
        return self.counted().filter(severity__in=(Severity.MINOR, Severity.SERIOUS, Severity.FATAL))

    def lessons(self):
        """What everybody may learn from it: closed, and without anybody's name."""
        return self.filter(status=Status.CLOSED).exclude(lesson="")

    def visible_to(self, user):
        """What somebody reported; the rest by duty, for the departments they answer for. Who was hurt: see Injury."""
        departments = user.departments_with("incidents.view")
        if departments is None:
            return self
        return self.filter(Q(reporter=user) | Q(department_id__in=departments))


class Incident(models.Model):
    """severity: the worst of its injuries, or as it was reported. happened_at decides which list of classes counts."""

    # Given by the form: a person who sends it twice makes one incident.
    client_id = models.UUIDField(default=uuid.uuid4)
    number = models.CharField(_("number"), max_length=30, unique=True)
    status = models.CharField(max_length=13, choices=Status.choices, default=Status.REPORTED)
    severity = models.CharField(_("severity"), max_length=9, choices=Severity.choices)
    title = models.CharField(_("what happened"), max_length=120)
    description = models.TextField(_("how it came about"), blank=True)
    scene = models.TextField(_("the scene"), blank=True)
    accident = models.CharField(_("kind of accident"), max_length=60, help_text="As core.accidents names it.")
    department = models.ForeignKey(Department, models.PROTECT, related_name="+")
    area = models.ForeignKey(Area, models.PROTECT, related_name="+")
    equipment = models.ForeignKey(Equipment, models.PROTECT, null=True, blank=True, related_name="incidents")
    happened_at = models.DateTimeField()
    reporter = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="reported_incidents")
    reported_at = models.DateTimeField()
    phone_reported_at = models.DateTimeField(null=True, help_text="As the phone says; not trusted.")
    skew_seconds = models.IntegerField(null=True, help_text="The phone's clock minus ours.")
    hurt = models.CharField(max_length=60, blank=True, help_text="Who was hurt, in the reporter's words; personal.")
    # Lists of sentences; whys: the chain of five questions, each the answer to the one before.
    immediate_causes = models.JSONField(default=list)
    root_causes = models.JSONField(default=list)
    whys = models.JSONField(default=list)
    lesson = models.CharField(_("lesson for everybody"), max_length=500, blank=True)
    loss_fen = models.BigIntegerField(_("direct loss"), null=True, help_text="Minor units of the factory's currency.")
    other = models.TextField(_("anything else to be reported"), blank=True)
    must_report = models.BooleanField(default=False, help_text="The law's hour runs from known_at.")
    known_at = models.DateTimeField(null=True, help_text="When the head of the factory learned of it.")
    investigator = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    closed_at = models.DateTimeField(null=True)

    objects = IncidentQuerySet.as_manager()

    class Meta:
        ordering = ["-happened_at", "-id"]
        indexes = [models.Index(fields=["happened_at", "severity"], name="incident_when")]
        constraints = [models.UniqueConstraint(fields=["reporter", "client_id"], name="incident_sent_once")]

    @property
    def place(self) -> Equipment | Area:
        return self.equipment or self.area

    @property
    def happened_on(self) -> date:
        return self.happened_at.astimezone(zone()).date()

    @property
    def accident_words(self) -> str:
        return accident_words(self.accident)

    @property
    def is_injury(self) -> bool:
        return Severity(self.severity).rank >= Severity.MINOR.rank

    @property
    def report_by(self) -> datetime | None:
        """The end of the law's hour."""
        return self.known_at + timedelta(minutes=rules()["minutes"]) if self.must_report and self.known_at else None

    @property
    def first_report(self) -> Any:
        return next(iter(self.reports.all()), None)

    @property
    def waits_for_report(self) -> bool:
        return self.must_report and self.status != Status.DISMISSED and self.first_report is None

    @property
    def is_report_late(self) -> bool:
        """Reported too late, or still not reported after the hour; that stands, whatever comes after it."""
        first = self.first_report
        return bool(self.report_by and (first.at if first else timezone.now()) > self.report_by)

    @property
    def supplement_until(self) -> date:
        return supplement_until(self.happened_on, self.accident)

    def grade(self) -> dict[str, str] | None:
        found = [injury.severity for injury in self.injuries.all()]
        worst = Severity(self.severity)
        deaths = found.count(Severity.FATAL) or int(worst == Severity.FATAL)
        serious = found.count(Severity.SERIOUS) or int(worst == Severity.SERIOUS)
        return grade_of(deaths, serious, self.loss_fen or 0)


class IncidentFile(models.Model):
    """A photo or voice note of the report. It proves one thing only."""

    incident = models.ForeignKey(Incident, models.CASCADE, related_name="files")
    attachment = models.OneToOneField(Attachment, models.PROTECT, related_name="+")

    class Meta:
        ordering = ["id"]
