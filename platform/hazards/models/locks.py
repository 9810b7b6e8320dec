"""停用锁: a machine that nobody may run until the hazard is closed."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from facilities.models import Equipment
from hazards.models.hazards import Hazard


class StopUseQuerySet(models.QuerySet):
    def in_force(self):
        return self.filter(freed_at=None)

    def visible_to(self, user):
        """Nobody may run it, so whoever works in the plant may know."""
        return self if user.is_staff_member else self.none()

    def near(self, user):
        """Where this person works or answers for hazards: what their pages say without being asked."""
        theirs = Q(hazard__owner=user)
        if user.department:
            theirs |= Q(equipment__area__department__in=user.department.subtree)
        departments = user.departments_with("hazards.view")
        if departments is not None:
            theirs |= Q(equipment__area__department__in=departments)
        visible = self.visible_to(user)
        return visible if departments is None else visible.filter(theirs)


class StopUse(models.Model):
    hazard = models.ForeignKey(Hazard, models.PROTECT, related_name="stop_uses")
    equipment = models.ForeignKey(Equipment, models.PROTECT, related_name="stop_uses")
    reason = models.CharField(_("reason"), max_length=200)
    locked_at = models.DateTimeField()
    locked_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    freed_at = models.DateTimeField(null=True)
    freed_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")

    objects = StopUseQuerySet.as_manager()

    class Meta:
        ordering = ["-locked_at", "-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["hazard", "equipment"], condition=Q(freed_at=None), name="stop_use_once_per_hazard"
            ),
        ]
        indexes = [models.Index(fields=["equipment"], name="stop_use_in_force", condition=Q(freed_at=None))]
