"""What was found in the history, kept as it was found."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from core.events import register

register(
    {
        "patterns.searched": _("History looked through for patterns"),
        "patterns.found": _("New patterns found in the history"),
        "countermeasure.taken": _("A pattern's countermeasure taken"),
        "countermeasure.judged": _("Judged what a countermeasure did"),
        "countermeasure.ended": _("Countermeasure taken back"),
    }
)


class ForWhoReadsPatterns(models.QuerySet):
    def visible_to(self, user):
        return self if user.can("insight.patterns") else self.none()


class Search(models.Model):
    """One look through the whole history; by=None: the weekly one."""

    at = models.DateTimeField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    runs = models.IntegerField(help_text="Inspections that were looked at.")
    failed = models.IntegerField(help_text="Of these, how many found something.")

    objects = ForWhoReadsPatterns.as_manager()

    class Meta:
        ordering = ["-at", "-id"]


class Pattern(models.Model):
    """Where things go wrong more often than inspections alone explain; what its figures mean: insight.patterns.search."""

    search = models.ForeignKey(Search, models.CASCADE, related_name="patterns")
    rank = models.IntegerField(help_text="1 is the strongest.")
    factors = models.JSONField(help_text="By name a value, or [from, to).")
    category = models.CharField(max_length=60, blank=True, help_text="Kind of hazard; empty: all of them.")
    n = models.IntegerField()
    exposure = models.IntegerField()
    rate_ratio = models.FloatField()
    ci_low = models.FloatField()
    ci_high = models.FloatField(null=True)
    q = models.FloatField()
    sentence = models.JSONField()
    action = models.JSONField()
    run_ids = models.JSONField(default=list, help_text="Inspections behind it that were done here.")
    past_ids = models.JSONField(default=list, help_text="Those that were brought along.")
    is_new = models.BooleanField(default=True, help_text="The search before did not find it.")
    proposed = models.JSONField(null=True, help_text="What could be done at once then: kind, text and stamp.")

    objects = ForWhoReadsPatterns.as_manager()

    class Meta:
        ordering = ["rank"]

    @property
    def mark(self) -> tuple[str, str]:
        """The same place and kind in another search; its values may have moved a little since."""
        starts = [value[0] if isinstance(value, list) else value for value in self.factors.values()]
        return repr(sorted(zip(self.factors, map(str, starts), strict=True))), self.category


class Countermeasure(models.Model):
    """对策: what was changed because of a pattern, and, look by look, what came of it."""

    class Kind(models.TextChoices):
        PLAN = "plan", _("Extra check")
        LIMIT = "limit", _("Limit of a sensor")
        COURSE = "course", _("Course in the third week")
        TALK = "talk", _("Toolbox talk")

    pattern = models.ForeignKey(Pattern, models.PROTECT, related_name="countermeasures")
    kind = models.CharField(max_length=6, choices=Kind.choices)
    what = models.JSONField(help_text="What was changed, in words.")
    made = models.JSONField(help_text="Ids of what was made: plan, thresholds, requirement or session.")
    taken_at = models.DateTimeField()
    taken_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    ended_at = models.DateTimeField(null=True)
    ended_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    end_note = models.CharField(max_length=300, blank=True)

    objects = ForWhoReadsPatterns.as_manager()

    class Meta:
        ordering = ["-taken_at", "-id"]

    @property
    def verdict(self) -> "Judgement | None":
        """The newest one."""
        return max(self.judgements.all(), key=lambda judgement: judgement.weeks, default=None)


LOOKS = (4, 8, 12, 24)  # weeks after it was taken


class Verdict(models.TextChoices):
    BETTER = "better", _("It works")
    NONE = "none", _("No effect to be seen")
    WORSE = "worse", _("It has become worse")
    UNCLEAR = "unclear", _("Too little to tell")


class Judgement(models.Model):
    """One look at what a countermeasure did; what the figures mean: insight.patterns.proof."""

    countermeasure = models.ForeignKey(Countermeasure, models.CASCADE, related_name="judgements")
    at = models.DateTimeField()
    weeks = models.IntegerField(help_text="Since the countermeasure was taken.")
    here_before = models.IntegerField()
    here_before_runs = models.IntegerField()
    here_after = models.IntegerField()
    here_after_runs = models.IntegerField()
    there_before = models.IntegerField(help_text="There: where nothing was changed.")
    there_before_runs = models.IntegerField()
    there_after = models.IntegerField()
    there_after_runs = models.IntegerField()
    ratio = models.FloatField(null=True)
    ci_low = models.FloatField(null=True)
    ci_high = models.FloatField(null=True)
    verdict = models.CharField(max_length=7, choices=Verdict.choices)

    class Meta:
        ordering = ["weeks"]
        constraints = [models.UniqueConstraint(fields=["countermeasure", "weeks"], name="judged_once_a_look")]


class EvidenceLinkQuerySet(models.QuerySet):
    def visible_to(self, user):
        return self if user.can("insight.evidence") else self.none()


class EvidenceLink(models.Model):
    """An evidence pack, open to inspectors for a day; who looked at what stands in the ledger."""

    job = models.ForeignKey("core.Job", models.PROTECT, related_name="+")
    person = models.CharField(max_length=120, help_text="Who looks, and of which authority.")
    token_hash = models.CharField(max_length=64, unique=True)
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    made_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True)

    objects = EvidenceLinkQuerySet.as_manager()

    class Meta:
        ordering = ["-made_at", "-id"]


class DayTotal(models.Model):
    """What was inspected and found on one day at one place, summed up; see insight.rollups.

    place: of records from before, in their file's words. timed: inspections of which is known how long they took.
    """

    kind = models.CharField(max_length=14, help_text="Which table it was summed from.")
    day = models.DateField(help_text="Of the factory's zone.")
    area = models.ForeignKey("facilities.Area", models.CASCADE, null=True, related_name="+")
    place = models.ForeignKey("past.PastPlace", models.CASCADE, null=True, related_name="+")
    runs = models.IntegerField()
    timed = models.IntegerField()
    seconds = models.BigIntegerField()
    general = models.IntegerField()
    serious = models.IntegerField()
    major = models.IntegerField()
    near_misses = models.IntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["day", "kind", "area", "place"], name="day_total_once", nulls_distinct=False
            )
        ]


class SummedUp(models.Model):
    """Up to which entry of the ledger the totals hold, and for which zone's days. One row."""

    seq = models.BigIntegerField()
    time_zone = models.CharField(max_length=64)


class Target(models.Model):
    """What the factory wants of one figure; a change is a further row, the newest one counts."""

    figure = models.CharField(max_length=20)
    value = models.FloatField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    at = models.DateTimeField()

    class Meta:
        ordering = ["-at", "-id"]


class ReportQuerySet(models.QuerySet):
    def visible_to(self, user):
        return self if user.can("insight.reports") else self.none()


class Report(models.Model):
    """安全报告: the figures of a month, quarter or year as they were when it was written; never counted again.

    by=None: the clock. figures: what stands in it, for whoever compares later.
    """

    class Span(models.TextChoices):
        MONTH = "month", _("Month")
        QUARTER = "quarter", _("Quarter")
        YEAR = "year", _("Year")

    span = models.CharField(max_length=7, choices=Span.choices)
    since = models.DateField()
    until = models.DateField()
    language = models.CharField(max_length=10)
    ordered_at = models.DateTimeField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    written_at = models.DateTimeField(null=True)
    figures = models.JSONField(default=dict)
    file = models.ForeignKey("core.Attachment", models.PROTECT, null=True, related_name="+")

    objects = ReportQuerySet.as_manager()

    class Meta:
        ordering = ["-ordered_at", "-id"]
