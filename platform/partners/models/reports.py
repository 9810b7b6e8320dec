"""What a supplier says of itself each period, what came of it, and who looked whether it is true."""

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from core.models import Attachment
from core.workflow import Step, Workflow
from core.zone import zone
from facilities.calendar import today
from hazards.models import Hazard
from inspections.models import Checklist, Item
from partners.models.companies import Company


class Grade(models.TextChoices):
    A = "A", "A"
    B = "B", "B"
    C = "C", "C"
    D = "D", "D"


class Status(models.TextChoices):
    OPEN = "open", _("To be filled in")
    SUBMITTED = "submitted", _("Waits for the factory")
    ACCEPTED = "accepted", _("Accepted")
    RETURNED = "returned", _("Returned")


ANSWERABLE = (Status.OPEN, Status.RETURNED)


def _is_of_its_company(user, report) -> bool:
    return report.company.members.filter(user=user).exists()


WORKFLOW = Workflow(
    Step("submit", ANSWERABLE, Status.SUBMITTED, "partners.report", "self_inspection.submitted", _("Hand it in"), only=_is_of_its_company),
    Step("accept", (Status.SUBMITTED,), Status.ACCEPTED, "partners.review", "self_inspection.accepted", _("Accept")),
    Step("return", (Status.SUBMITTED,), Status.RETURNED, "partners.review", "self_inspection.returned", _("Return"), needs_note=True),
)  # fmt: skip


class SelfInspectionQuerySet(models.QuerySet):
    def visible_to(self, user):
        return self.filter(company__in=Company.objects.visible_to(user))

    def answerable(self):
        return self.filter(status__in=ANSWERABLE)

    def graded(self):
        return self.filter(status__in=(Status.SUBMITTED, Status.ACCEPTED))


class SelfInspection(models.Model):
    """自查报告: one period of one company, with the version of the questionnaire that it was opened with."""

    Status = Status

    company = models.ForeignKey(Company, models.CASCADE, related_name="reports")
    starts_on = models.DateField()
    ends_on = models.DateField()
    due_on = models.DateField()
    checklist = models.ForeignKey(Checklist, models.PROTECT, related_name="+")
    status = models.CharField(max_length=9, choices=Status.choices, default=Status.OPEN)
    opened_at = models.DateTimeField(auto_now_add=True)
    submitted_at = models.DateTimeField(null=True)
    submitted_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    decided_at = models.DateTimeField(null=True)
    decided_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    reason = models.CharField(max_length=500, blank=True, help_text="Why it was returned.")
    returns = models.IntegerField(default=0)
    score = models.IntegerField(null=True)
    grade = models.CharField(max_length=1, choices=Grade.choices, blank=True)
    is_capped = models.BooleanField(default=False, help_text="D because of a major hazard, whatever the score.")

    objects = SelfInspectionQuerySet.as_manager()

    class Meta:
        ordering = ["-starts_on", "company__name", "id"]
        constraints = [models.UniqueConstraint(fields=["company", "starts_on"], name="self_inspection_period_once")]
        indexes = [models.Index(fields=["status", "due_on"], name="self_inspection_due")]

    @property
    def period(self) -> str:
        """Its month, or its quarter."""
        words = {"year": self.starts_on.year, "month": self.starts_on.month, "n": (self.starts_on.month + 2) // 3}
        if (self.ends_on - self.starts_on).days < 32:
            return gettext("%(month)s/%(year)s") % words
        return gettext("quarter %(n)s of %(year)s") % words

    @property
    def title(self) -> str:
        return gettext("Self-inspection for %(period)s") % {"period": self.period}

    @property
    def department_id(self) -> int:
        return self.company.department_id

    @property
    def is_answerable(self) -> bool:
        return self.status in ANSWERABLE

    @property
    def days_late(self) -> int:
        """Days after its last one on which it came, or by now has not come."""
        came = timezone.localdate(self.submitted_at, timezone=zone()) if self.submitted_at else today()
        return max(0, (came - self.due_on).days)

    @property
    def days_left(self) -> int:
        return (self.due_on - today()).days


class ReplyQuerySet(models.QuerySet):
    def visible_to(self, user):
        return self.filter(report__in=SelfInspection.objects.visible_to(user))


class Reply(models.Model):
    """What was answered to one question; prefilled from the last accepted report until somebody looked at it."""

    report = models.ForeignKey(SelfInspection, models.CASCADE, related_name="replies")
    item = models.ForeignKey(Item, models.PROTECT, related_name="+")
    choice = models.IntegerField(null=True, help_text="Number of the choice, from 0.")
    number = models.DecimalField(max_digits=12, decimal_places=4, null=True)
    text = models.CharField(max_length=500, blank=True)
    note = models.CharField(max_length=500, blank=True, help_text="What is done about it, where it is not in order.")
    done_by = models.DateField(null=True)
    is_prefilled = models.BooleanField(default=False)
    looked_at = models.DateTimeField(null=True)

    objects = ReplyQuerySet.as_manager()

    class Meta:
        ordering = ["item__position"]
        constraints = [models.UniqueConstraint(fields=["report", "item"], name="reply_once")]

    @property
    def is_answered(self) -> bool:
        return self.choice is not None or self.number is not None or bool(self.text)


class ReplyPhoto(models.Model):
    """like: an earlier photo of this company, for another report or question, that is the same shot, as far as a comparison can tell."""

    reply = models.ForeignKey(Reply, models.CASCADE, related_name="photos")
    attachment = models.OneToOneField(Attachment, models.PROTECT, related_name="+")
    like = models.ForeignKey("self", models.SET_NULL, null=True, related_name="+")

    class Meta:
        ordering = ["id"]


class ReportFile(models.Model):
    """The company's own report, beside the answers."""

    report = models.ForeignKey(SelfInspection, models.CASCADE, related_name="files")
    attachment = models.OneToOneField(Attachment, models.PROTECT, related_name="+")
    pages = models.IntegerField(null=True)

    class Meta:
        ordering = ["id"]


class CorrectiveActionQuerySet(models.QuerySet):
    def visible_to(self, user):
        return self.filter(company__in=Company.objects.visible_to(user))


class CorrectiveAction(models.Model):
    """整改通知: a hazard at a company's own site, which its people see and fix."""

    company = models.ForeignKey(Company, models.CASCADE, related_name="corrections")
    hazard = models.OneToOneField(Hazard, models.CASCADE, related_name="correction")
    report = models.ForeignKey(SelfInspection, models.SET_NULL, null=True, related_name="corrections")
    item = models.ForeignKey(Item, models.PROTECT, null=True, related_name="+")

    objects = CorrectiveActionQuerySet.as_manager()

    class Meta:
        ordering = ["-id"]


class Draw(models.Model):
    """Which reports of a period are looked at on the spot: seed and list say why these, and can be counted again."""

    starts_on = models.DateField()
    ends_on = models.DateField()
    seed = models.CharField(max_length=32)
    reports = models.JSONField(help_text="Ids of those that it was drawn from, in order.")
    drawn_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["-starts_on"]
        constraints = [models.UniqueConstraint(fields=["starts_on", "ends_on"], name="draw_once_a_period")]


class SpotCheckQuerySet(models.QuerySet):
    def visible_to(self, user):
        return self.filter(report__in=SelfInspection.objects.visible_to(user))


class SpotCheck(models.Model):
    """抽查: somebody of the factory looks whether it is as the company says, by video or on site."""

    class Way(models.TextChoices):
        VIDEO = "video", _("By video")
        ON_SITE = "on_site", _("On site")

    class Result(models.TextChoices):
        AS_SAID = "as_said", _("As they say")
        DIFFERENT = "different", _("Not as they say")

    report = models.OneToOneField(SelfInspection, models.CASCADE, related_name="spot_check")
    draw = models.ForeignKey(Draw, models.CASCADE, related_name="checks")
    way = models.CharField(max_length=7, choices=Way.choices, blank=True)
    result = models.CharField(max_length=9, choices=Result.choices, blank=True)
    note = models.CharField(max_length=500, blank=True)
    done_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    done_at = models.DateTimeField(null=True)

    objects = SpotCheckQuerySet.as_manager()

    class Meta:
        ordering = ["id"]
