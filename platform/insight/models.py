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
