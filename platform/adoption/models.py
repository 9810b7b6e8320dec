"""推广使用: inspectors of the month with their objections and rewards, and buddies with the help that was asked for."""

from datetime import date, timedelta

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from adoption.scoring import WINNERS
from core.events import register
from core.zone import zone
from inspections.models import Item, Run

PERSON = settings.AUTH_USER_MODEL
APPEAL_DAYS = timedelta(days=7)
# What ends a pair by itself, in its reason.
LEFT, MOVED = "left", "moved"
CAUSES = {LEFT: _("one of the two no longer works on the floor"), MOVED: _("one of the two went to another workshop")}

register(
    {
        "ranking.frozen": _("Inspectors of the month"),
        "ranking.revised": _("Month corrected after an objection"),
        "ranking.won": _("Among the inspectors of the month"),
        "appeal.made": _("Objection to the month"),
        "appeal.granted": _("Objection granted"),
        "appeal.declined": _("Objection declined"),
        "reward.paid": _("Reward handed over"),
        "name.shown": _("Agreed that the name is shown"),
        "name.hidden": _("Name no longer shown"),
        "pair.begun": _("Buddies"),
        "pair.graduated": _("Graduated"),
        "pair.ended": _("Buddies ended"),
        "help.asked": _("Asked the buddy for help"),
    }
)


class ShownName(models.Model):
    """展示姓名: somebody agreed that lists of inspectors of the month show the name; taken back, the row is gone."""

    person = models.OneToOneField(PERSON, models.CASCADE, related_name="shown_name")
    agreed_at = models.DateTimeField()


class RankingQuerySet(models.QuerySet):
    def newest(self):
        """Of each month what stands now."""
        later = Ranking.objects.filter(month=models.OuterRef("month"), revision__gt=models.OuterRef("revision"))
        return self.filter(~models.Exists(later))

    def visible_to(self, user):
        return self if user.is_staff_member else self.none()


class Ranking(models.Model):
    """A month of 移动巡检达人 as it was frozen; a correction is a further revision, nothing is changed."""

    month = models.DateField(help_text="Its first day.")
    revision = models.IntegerField(default=1)
    frozen_at = models.DateTimeField()

    objects = RankingQuerySet.as_manager()

    class Meta:
        ordering = ["-month", "-revision"]
        constraints = [models.UniqueConstraint(fields=["month", "revision"], name="ranking_revision_once")]

    @property
    def first(self) -> "Ranking":
        return Ranking.objects.get(month=self.month, revision=1)

    @property
    def appeals_until(self):
        """From the first freezing on, whatever was corrected since."""
        begun = self if self.revision == 1 else self.first
        return begun.frozen_at + APPEAL_DAYS

    @property
    def winners(self):
        rows = self.results.filter(place__lte=WINNERS).order_by("place")
        return rows.select_related("person__shown_name", "person__department", "person__team")


class OwnQuerySet(models.QuerySet):
    def visible_to(self, user):
        """Everybody their own; the others' are the business of whoever answers for it."""
        return self if user.can("adoption.award") else self.filter(person=user)


class Result(models.Model):
    """What one person had in a frozen month; lines: the deeds behind it, of checks only their sum."""

    ranking = models.ForeignKey(Ranking, models.PROTECT, related_name="results")
    person = models.ForeignKey(PERSON, models.PROTECT, related_name="+")
    place = models.IntegerField(null=True, help_text="Of the winners only: there is no list of the last ones.")
    quality = models.IntegerField()
    volume = models.IntegerField()
    done = models.IntegerField(help_text="Volume before its limit.")
    reached_at = models.DateTimeField(null=True)
    checks = models.IntegerField(default=0)
    proven = models.IntegerField(default=0, help_text="Checks with all proof.")
    lines = models.JSONField(default=list, help_text='[{"kind", "day", "about", "ref", "points"}]')

    objects = OwnQuerySet.as_manager()

    class Meta:
        ordering = ["place", "id"]
        constraints = [
            models.UniqueConstraint(fields=["ranking", "person"], name="result_once"),
            models.UniqueConstraint(fields=["ranking", "place"], name="result_place_once"),
        ]

    @property
    def total(self) -> int:
        return self.quality + self.volume

    @property
    def department_id(self) -> int | None:
        return self.person.department_id


class Appeal(models.Model):
    """申诉: somebody objects to the own result of a month; once answered it stays as it is."""

    class Status(models.TextChoices):
        OPEN = "open", _("Waits for an answer")
        GRANTED = "granted", _("Granted")
        DECLINED = "declined", _("Declined")

    month = models.DateField()
    person = models.ForeignKey(PERSON, models.PROTECT, related_name="+")
    text = models.TextField(max_length=500)
    made_at = models.DateTimeField()
    status = models.CharField(max_length=8, choices=Status.choices, default=Status.OPEN)
    points = models.IntegerField(default=0)
    answer = models.TextField(max_length=500, blank=True)
    answered_by = models.ForeignKey(PERSON, models.PROTECT, null=True, related_name="+")
    answered_at = models.DateTimeField(null=True)

    objects = OwnQuerySet.as_manager()

    class Meta:
        ordering = ["-made_at", "-id"]
        constraints = [models.UniqueConstraint(fields=["month", "person"], name="appeal_once")]

    @property
    def title(self) -> str:
        return f"{self.month:%Y-%m}"


class Reward(models.Model):
    """奖励: that a winner's reward was handed over, by whom and when."""

    month = models.DateField()
    person = models.ForeignKey(PERSON, models.PROTECT, related_name="+")
    what = models.CharField(max_length=120)
    paid_by = models.ForeignKey(PERSON, models.PROTECT, related_name="+")
    paid_at = models.DateTimeField()

    objects = OwnQuerySet.as_manager()

    class Meta:
        ordering = ["-paid_at"]
        constraints = [models.UniqueConstraint(fields=["month", "person"], name="reward_once")]

    @property
    def title(self) -> str:
        return f"{self.month:%Y-%m}"


class PairQuerySet(models.QuerySet):
    def running(self):
        return self.filter(status=Pair.Status.RUNNING)

    def visible_to(self, user):
        """The two of them, and whoever pairs people in the workshop or looks after how it is used."""
        departments = user.departments_with("adoption.view")
        own = Q(mentor=user) | Q(mentee=user)
        return self if departments is None else self.filter(own | Q(mentee__department__in=departments))


class Pair(models.Model):
    """帮扶结对: a mentor and a mentee of one workshop, with a goal; ends with 结业 or with a reason."""

    class Status(models.TextChoices):
        RUNNING = "running", _("Running")
        GRADUATED = "graduated", _("Graduated")
        ENDED = "ended", _("Ended")

    mentor = models.ForeignKey(PERSON, models.PROTECT, related_name="mentored")
    mentee = models.ForeignKey(PERSON, models.PROTECT, related_name="helped")
    percent = models.IntegerField(default=90, help_text="Of the week's checks, done without help.")
    weeks = models.IntegerField(default=2, help_text="In a row.")
    checks = models.IntegerField(default=3, help_text="So many checks make a week that counts.")
    status = models.CharField(max_length=9, choices=Status.choices, default=Status.RUNNING)
    begun_by = models.ForeignKey(PERSON, models.PROTECT, related_name="+")
    begun_on = models.DateField()
    ended_at = models.DateTimeField(null=True)
    reason = models.CharField(max_length=300, blank=True)

    objects = PairQuerySet.as_manager()

    class Meta:
        ordering = ["-begun_on", "-id"]
        constraints = [
            models.UniqueConstraint(fields=["mentee"], condition=Q(status="running"), name="pair_one_mentor"),
            models.CheckConstraint(condition=~Q(mentor=models.F("mentee")), name="pair_of_two"),
        ]

    @property
    def department_id(self) -> int | None:
        return self.mentee.department_id

    @property
    def until(self) -> date | None:
        return timezone.localdate(self.ended_at, zone()) if self.ended_at else None

    @property
    def why(self) -> str:
        """Why it ended: what somebody wrote, or what happened by itself."""
        return str(CAUSES.get(self.reason, self.reason))


class HelpCallQuerySet(models.QuerySet):
    def visible_to(self, user):
        return self.filter(Q(person=user) | Q(mentor=user) | Q(pair__in=Pair.objects.visible_to(user)))


class HelpCall(models.Model):
    """求助: somebody asked the buddy for help at one step of a check, which therefore is no unaided one."""

    pair = models.ForeignKey(Pair, models.PROTECT, related_name="calls")
    run = models.ForeignKey(Run, models.PROTECT, related_name="help_calls")
    item = models.ForeignKey(Item, models.PROTECT, related_name="+")
    person = models.ForeignKey(PERSON, models.PROTECT, related_name="+")
    mentor = models.ForeignKey(PERSON, models.PROTECT, related_name="+")
    asked_at = models.DateTimeField()

    objects = HelpCallQuerySet.as_manager()

    class Meta:
        ordering = ["-asked_at", "-id"]
        constraints = [models.UniqueConstraint(fields=["run", "item", "person"], name="help_once_per_step")]

    @property
    def equipment(self):
        return self.run.equipment

    @property
    def area(self):
        return self.run.area

    @property
    def title(self) -> dict[str, str]:
        return self.item.text
