"""What was found in the history, kept as it was found."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from core.events import register

register(
    {
        "patterns.searched": _("History looked through for patterns"),
        "patterns.found": _("New patterns found in the history"),
    }
)


class SearchQuerySet(models.QuerySet):
    def visible_to(self, user):
        return self if user.can("insight.patterns") else self.none()


class Search(models.Model):
    """One look through the whole history; by=None: the weekly one."""

    at = models.DateTimeField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    runs = models.IntegerField(help_text="Inspections that were looked at.")
    failed = models.IntegerField(help_text="Of these, how many found something.")

    objects = SearchQuerySet.as_manager()

    class Meta:
        ordering = ["-at", "-id"]


class PatternQuerySet(models.QuerySet):
    def visible_to(self, user):
        return self if user.can("insight.patterns") else self.none()


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

    objects = PatternQuerySet.as_manager()

    class Meta:
        ordering = ["rank"]


class DayTotal(models.Model):
    """What was inspected and found on one day at one place, summed up; see insight.rollups.

    place: of records from before, in their file's words. timed: inspections of which is known how long they took.
    """

    kind = models.CharField(max_length=14, help_text="Which table it was summed from.")
    day = models.DateField(help_text="Of the factory's zone.")
    area = models.ForeignKey("facilities.Area", models.CASCADE, null=True, related_name="+")
    place = models.ForeignKey("past.PastPlace", models.CASCADE, null=True, related_name="+")
    runs = models.IntegerField()
    failed = models.IntegerField()
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
