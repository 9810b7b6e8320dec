"""联合处理组: people of several departments and invited outsiders who work on one hazard together; what they say is its thread."""

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from core.models import Attachment
from hazards.models.hazards import Hazard
from hazards.models.levels import Maintainer


class JointGroupQuerySet(models.QuerySet):
    def visible_to(self, user):
        """The group is part of the hazard's record: who sees the one reads the other."""
        return self.filter(hazard__in=Hazard.objects.visible_to(user))


class JointGroup(models.Model):
    hazard = models.OneToOneField(Hazard, models.PROTECT, related_name="group")
    opened_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    opened_at = models.DateTimeField()

    objects = JointGroupQuerySet.as_manager()

    @property
    def number(self) -> str:
        return self.hazard.number

    @property
    def title(self) -> str:
        return self.hazard.title

    @property
    def department_id(self) -> int:
        return self.hazard.department_id

    def present(self) -> models.QuerySet["Member"]:
        """Who can be called and given work: has not left, and where it is an outsider, the link still opens."""
        return Member.objects.present().filter(group=self).select_related("user__department")


class MemberQuerySet(models.QuerySet):
    def present(self):
        over = models.Q(revoked_at__isnull=False) | models.Q(expires_at__lte=timezone.now())
        gone = Invitation.objects.filter(over, hazard=models.OuterRef("group__hazard"), user=models.OuterRef("user"))
        return self.filter(~models.Exists(gone), left_at=None)


class Member(models.Model):
    """Somebody in the group; who has left still stands in the record."""

    group = models.ForeignKey(JointGroup, models.PROTECT, related_name="members")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="joint_groups")
    added_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    added_at = models.DateTimeField()
    left_at = models.DateTimeField(null=True)

    objects = MemberQuerySet.as_manager()

    class Meta:
        ordering = ["id"]
        constraints = [models.UniqueConstraint(fields=["group", "user"], name="member_once")]


class Invitation(models.Model):
    """A link by which somebody without an account works on one hazard: joins its group, or fixes it."""

    hazard = models.ForeignKey(Hazard, models.PROTECT, related_name="invitations")
    # A person without any way to sign in, so that all that is done by the link stands under a name.
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="invitations")
    maintainer = models.ForeignKey(Maintainer, models.PROTECT, null=True, related_name="invitations")
    company = models.CharField(_("company"), max_length=80)
    phone = models.CharField(_("phone"), max_length=20, blank=True)
    may_fix = models.BooleanField(default=False)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    opened_at = models.DateTimeField(null=True)
    revoked_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["id"]

    @property
    def is_over(self) -> bool:
        return bool(self.revoked_at or self.expires_at <= timezone.now())


class SubTask(models.Model):
    """A part of the work, with somebody who does it and a day."""

    group = models.ForeignKey(JointGroup, models.PROTECT, related_name="subtasks")
    title = models.CharField(_("what is to be done"), max_length=120)
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    due_at = models.DateTimeField(_("until"))
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    created_at = models.DateTimeField()
    done_at = models.DateTimeField(null=True)
    done_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    result = models.CharField(_("result"), max_length=300, blank=True)
    photo = models.OneToOneField(Attachment, models.PROTECT, null=True, related_name="+")

    class Meta:
        ordering = ["due_at", "id"]

    @property
    def is_overdue(self) -> bool:
        return self.done_at is None and self.due_at <= timezone.now()
