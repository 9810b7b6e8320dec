"""Who: users with phone or employee number, teams, job roles, and the roles that carry permissions."""

import uuid
from collections import defaultdict
from collections.abc import Collection, Iterable

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _

from facilities.models import Department, Shift
from people.permissions import PARTNER_ROLES, PERMISSIONS, Role, allows


class JobRole(models.Model):
    """岗位: what somebody does, such as welder; decides courses, not permissions."""

    code = models.CharField(max_length=40, unique=True)
    name = models.JSONField()

    class Meta:
        ordering = ["code"]


class Team(models.Model):
    """班组, or a group that hazards are routed to, such as the maintenance group."""

    code = models.CharField(max_length=40, unique=True)
    name = models.JSONField()
    department = models.ForeignKey(Department, models.PROTECT, related_name="teams")
    leader = models.ForeignKey("people.User", models.SET_NULL, null=True, blank=True, related_name="led_teams")

    class Meta:
        ordering = ["code"]


class UserManager(BaseUserManager):
    def get_by_natural_key(self, key):
        return self.get(login_key=key)

    def insiders(self) -> models.QuerySet["User"]:
        """In no list of people is who comes by a link to one hazard, with a contractor's crew, or from the service's support."""
        outside = (Role.OUTSIDER, Role.CONTRACTOR_WORKER)
        visitors = SupportAccess.visitors.through.objects.values("user")
        people = User.objects.exclude(pk__in=RoleGrant.objects.filter(role__in=outside).values("user"))
        return people.exclude(pk__in=visitors)

    def permitted(self, permission: str) -> models.QuerySet["User"]:
        """Everybody with an account one of whose own roles allows this, wherever; also those whose account is closed."""
        return self.insiders().filter(pk__in=RoleGrant.objects.filter(role__in=PERMISSIONS[permission]).values("user"))

    def holding(self, roles: str | Collection[str], department_id: int | None = None) -> models.QuerySet["User"]:
        """Active people with this role or one of these, everywhere or for the department, and who stands in for them."""
        wanted = [roles] if isinstance(roles, str) else roles
        grants = _sharing(RoleGrant.objects.filter(role__in=wanted).select_related("department"))
        fitting = [grant.user_id for grant in grants if grant.reaches(department_id)]
        stand_ins = Absence.objects.lending().filter(person__in=fitting).values("stand_in")
        return User.objects.filter(Q(pk__in=fitting) | Q(pk__in=stand_ins), is_active=True)


class User(AbstractBaseUser):
    """A person of this factory. Nobody needs an e-mail; a phone or an employee number is enough."""

    # One column that is never empty stands in for Django's username; people sign in by phone, number or e-mail.
    login_key = models.UUIDField(unique=True, editable=False, default=uuid.uuid4)
    name = models.CharField(_("name"), max_length=60)
    sort_key = models.CharField(max_length=120, db_index=True, help_text="Pinyin of the name.")
    phone = models.CharField(_("phone"), max_length=20, unique=True, null=True, blank=True)
    phone_verified = models.BooleanField(default=False)
    employee_no = models.CharField(_("employee number"), max_length=30, unique=True, null=True, blank=True)
    email = models.EmailField(_("e-mail"), unique=True, null=True, blank=True)
    department = models.ForeignKey(Department, models.PROTECT, null=True, related_name="people")
    team = models.ForeignKey(Team, models.SET_NULL, null=True, blank=True, related_name="members")
    job_role = models.ForeignKey(JobRole, models.SET_NULL, null=True, blank=True, related_name="people")
    hired_on = models.DateField(_("hired on"), null=True, blank=True)
    language = models.CharField(max_length=10, default="zh-hans")
    theme = models.CharField(max_length=5, default="light")
    text_size = models.CharField(max_length=6, default="normal", help_text="normal, large or huge")
    is_active = models.BooleanField(default=True)
    created_at = models.DateTimeField(auto_now_add=True)

    objects = UserManager()
    USERNAME_FIELD = "login_key"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS = []

    class Meta:
        ordering = ["sort_key", "id"]

    def __str__(self) -> str:
        return self.name

    @cached_property
    def powers(self) -> list["RoleGrant"]:
        """The own roles, and those of whom this person stands in for at the moment."""
        absent = Absence.objects.lending().filter(stand_in=self).values("person")
        lent = Q(user__in=absent) & ~Q(role=Role.ADMIN)
        return list(RoleGrant.objects.filter(Q(user=self) | lent).select_related("department", "user"))

    @property
    def roles(self) -> list["RoleGrant"]:
        return [grant for grant in self.powers if grant.user_id == self.pk]

    @cached_property
    def role_codes(self) -> frozenset[str]:
        return frozenset(grant.role for grant in self.roles)

    @property
    def is_staff_member(self) -> bool:
        """Works for the factory itself, not for a supplier or contractor."""
        return bool(self.role_codes - PARTNER_ROLES)

    def can(self, permission: str, obj: object = None) -> bool:
        """Whether one of the person's roles allows this, on this object's department where the role is bound to one."""
        return self.is_active and any(allows(grant.role, permission) and grant.covers(obj) for grant in self.powers)

    def acts_for(self, permission: str, obj: object = None) -> "User | None":
        """Whom this person stands in for when using the permission; nobody where the own roles allow it."""
        fitting = [grant for grant in self.powers if allows(grant.role, permission) and grant.covers(obj)]
        return None if any(grant.user_id == self.pk for grant in fitting) or not fitting else fitting[0].user

    def departments_with(self, permission: str) -> list[int] | None:
        """Ids of the departments in which the person holds the permission; None means everywhere."""
        grants = [grant for grant in self.powers if allows(grant.role, permission)]
        if any(grant.department_id is None for grant in grants):
            return None
        return sorted(set().union(*(grant.department.subtree for grant in grants if grant.department)))


def with_powers(people: Iterable[User]) -> list[User]:
    """The same people, with what each of them may do asked for at once: two questions, however many they are."""
    found = {person.pk: person for person in people}
    lent: dict[int, set[int]] = defaultdict(set)
    absent = Absence.objects.lending().filter(stand_in__in=found)
    for person, stand_in in absent.values_list("person", "stand_in"):
        lent[person].add(stand_in)
    powers: dict[int, list[RoleGrant]] = defaultdict(list)
    grants = RoleGrant.objects.filter(Q(user__in=found) | Q(user__in=lent)).select_related("department", "user")
    for grant in _sharing(grants):
        holders = {grant.user_id} | (lent[grant.user_id] if grant.role != Role.ADMIN else set())
        for pk in holders & found.keys():
            powers[pk].append(grant)
    for pk, person in found.items():
        person.powers = powers[pk]
    return list(found.values())


def _sharing(grants: Iterable["RoleGrant"]) -> list["RoleGrant"]:
    """One object for each department, because it remembers what lies below it."""
    departments: dict[int | None, Department | None] = {}
    found = list(grants)
    for grant in found:
        grant.department = departments.setdefault(grant.department_id, grant.department)
    return found


class RoleGrant(models.Model):
    """A role, everywhere or bound to one department."""

    user = models.ForeignKey(User, models.CASCADE, related_name="grants")
    role = models.CharField(max_length=24, choices=Role.choices)
    department = models.ForeignKey(Department, models.CASCADE, null=True, blank=True, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["user", "role", "department"], name="grant_once", nulls_distinct=False)
        ]

    def reaches(self, department_id: int | None) -> bool:
        return self.department is None or department_id in self.department.subtree

    def covers(self, obj: object) -> bool:
        return obj is None or self.reaches(getattr(obj, "department_id", None))


class WorkApp(models.Model):
    """工作应用: the factory's own app at WeCom, DingTalk or Feishu, by which its people sign in with their work account."""

    class Vendor(models.TextChoices):
        """Their values are the names of allauth's providers."""

        WECOM = "wecom", _("WeCom")
        DINGTALK = "dingtalk", _("DingTalk")
        FEISHU = "feishu", _("Feishu")

    vendor = models.CharField(_("with"), max_length=10, choices=Vendor.choices, unique=True)
    app_id = models.CharField(max_length=100, help_text="WeCom: of the company; else of the app.")
    agent_id = models.CharField(max_length=20, blank=True, help_text="WeCom only.")
    secret = models.TextField(help_text="Sealed; never shown again.")
    set_at = models.DateTimeField(auto_now=True)

    class Meta:
        ordering = ["-vendor"]


class Kiosk(models.Model):
    """公用平板: a tablet of the factory on which people sign in one after another, until it is switched off."""

    name = models.CharField(_("where it lies"), max_length=60)
    department = models.ForeignKey(Department, models.PROTECT, related_name="+")
    link_hash = models.CharField(max_length=64, unique=True, null=True, help_text="Of the link that pairs it, once.")
    link_until = models.DateTimeField(null=True)
    device_hash = models.CharField(max_length=64, unique=True, null=True, help_text="Of what its browser keeps.")
    created_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)
    paired_at = models.DateTimeField(null=True)
    seen_at = models.DateTimeField(null=True)
    revoked_at = models.DateTimeField(null=True)
    revoked_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")

    class Meta:
        ordering = ["name", "id"]


class Pin(models.Model):
    """PIN 码: six digits of one person, which count on a paired tablet only; hashed as passwords are."""

    person = models.OneToOneField(User, models.CASCADE, related_name="pin")
    secret = models.CharField(max_length=128)
    set_at = models.DateTimeField(auto_now=True)


class SecondFactor(models.Model):
    """登录动态码: the authenticator app of one person, whose codes are asked for when they sign in."""

    person = models.OneToOneField(User, models.CASCADE, related_name="second_factor")
    secret = models.TextField(help_text="Sealed; shown while it is set up.")
    last_step = models.BigIntegerField(help_text="The half minute of the newest code that was used.")
    recovery = models.JSONField(default=list, help_text="Hashes of the recovery codes 备用码 that are left.")
    set_at = models.DateTimeField(auto_now_add=True)


class AbsenceQuerySet(models.QuerySet):
    def running(self):
        now = timezone.now()
        return self.filter(starts_at__lte=now, ends_at__gt=now, ended_at=None)

    def lending(self):
        """Running ones of people whose account is open: a closed account lends nothing."""
        return self.running().filter(person__is_active=True)

    def visible_to(self, user):
        own = Q(person=user) | Q(stand_in=user)
        return self if user.can("people.lend") else self.filter(own)


class Absence(models.Model):
    """Somebody is away, and another person stands in: decides and fixes in their place, under the own name."""

    person = models.ForeignKey(User, models.PROTECT, related_name="absences")
    stand_in = models.ForeignKey(User, models.PROTECT, related_name="stands_in_for")
    starts_at = models.DateTimeField(_("from"))
    ends_at = models.DateTimeField(_("until"))
    reason = models.CharField(_("reason"), max_length=120, blank=True)
    created_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)
    ended_at = models.DateTimeField(null=True, help_text="When it was ended before its time.")

    objects = AbsenceQuerySet.as_manager()

    class Meta:
        ordering = ["-starts_at", "-id"]
        constraints = [
            models.CheckConstraint(condition=Q(ends_at__gt=models.F("starts_at")), name="absence_ends_later"),
            models.CheckConstraint(condition=~Q(person=models.F("stand_in")), name="absence_somebody_else"),
        ]


class Duty(models.Model):
    """值班: who answers for safety in a shift of one day, everywhere or in one workshop, and who takes it over from them."""

    day = models.DateField(_("day"))
    shift = models.ForeignKey(Shift, models.PROTECT, related_name="+", verbose_name=_("shift"))
    department = models.ForeignKey(
        Department, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("workshop")
    )
    person = models.ForeignKey(User, models.PROTECT, related_name="duties", verbose_name=_("on duty"))
    substitute = models.ForeignKey(
        User, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("substitute")
    )

    class Meta:
        ordering = ["day", "shift__starts_at", "id"]
        constraints = [
            models.UniqueConstraint(fields=["day", "shift", "department"], name="duty_once", nulls_distinct=False),
            models.CheckConstraint(condition=~Q(person=models.F("substitute")), name="duty_somebody_else"),
        ]


class SupportAccessQuerySet(models.QuerySet):
    def visible_to(self, user):
        return self if user.can("factory.manage") else self.none()


class SupportAccess(models.Model):
    """支持查看: the service's support may look in, read only, for as long as an administrator of the factory says."""

    class Status(models.TextChoices):
        ASKED = "asked", _("Waits for an answer")
        OPEN = "open", _("May look in")
        REFUSED = "refused", _("Not allowed")
        ENDED = "ended", _("Over")

    status = models.CharField(max_length=8, choices=Status.choices)
    reason = models.CharField(max_length=300, help_text="What is to be looked at.")
    asked_by = models.CharField(max_length=60, blank=True, help_text="Name of the operator; empty: offered unasked.")
    asked_at = models.DateTimeField(auto_now_add=True)
    opened_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    opened_at = models.DateTimeField(null=True)
    ends_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True, help_text="When it was ended or refused.")
    pass_hash = models.CharField(max_length=64, blank=True, help_text="Of the link that lets somebody in once.")
    pass_until = models.DateTimeField(null=True)
    pass_for = models.CharField(max_length=60, blank=True, help_text="Name of the operator who took the link.")
    visitors = models.ManyToManyField(User, related_name="support_accesses")

    objects = SupportAccessQuerySet.as_manager()

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(
                models.Value(1), condition=Q(status__in=("asked", "open")), name="support_one_at_a_time"
            )
        ]
