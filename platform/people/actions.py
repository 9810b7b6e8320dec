"""Who belongs to the factory, what each may do, and whether the account is open."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Q
from django.utils.crypto import get_random_string
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from pypinyin import lazy_pinyin

from core.errors import DomainError, NotAllowed
from core.events import action, emit, register
from facilities.models import Department
from people.models import JobRole, RoleGrant, Team, User
from people.permissions import Role
from people.phones import normal_phone
from people.whereabouts import note_whereabouts
from tenants import due

register(
    {
        "user.added": gettext_lazy("Account opened"),
        "user.changed": gettext_lazy("Account changed"),
        "user.closed": gettext_lazy("Account closed"),
        "user.reopened": gettext_lazy("Account opened again"),
        "user.password_given": gettext_lazy("New password given"),
        "team.added": gettext_lazy("Team added"),
        "team.leader_named": gettext_lazy("Team leader named"),
    }
)
# Letters and digits that nobody mistakes for one another when reading them aloud.
_READABLE = "abcdefghjkmnpqrstuvwxyz23456789"
# Roles whose holder answers for one workshop; the others count everywhere.
BOUND_ROLES = frozenset({Role.TEAM_LEADER, Role.WORKSHOP_HEAD})


@dataclass(frozen=True)
class Person:
    """What is written down of somebody; each role counts in the department where it is a bound one."""

    name: str
    phone: str = ""
    employee_no: str = ""
    email: str = ""
    department: Department | None = None
    team: Team | None = None
    job_role: JobRole | None = None
    hired_on: date | None = None
    roles: tuple[str, ...] = (Role.WORKER,)


def _refuse_unless_manager(by: User | None) -> None:
    """by=None is the operator's command line."""
    if by is not None and not by.can("people.manage"):
        raise NotAllowed(_("Only the administrator changes accounts."))


def _refuse_outsider(user: User) -> None:
    if Role.OUTSIDER in user.role_codes:
        raise DomainError(_("Helpers from outside get a link to one hazard, not an account."))


def sort_key(name: str) -> str:
    return " ".join(lazy_pinyin(name))[:120]


def faults_of(person: Person, *, besides: User | None = None) -> list[str]:
    """Sentences about what keeps this person from being written down."""
    faults = []
    if not (person.phone or person.employee_no or person.email):
        faults.append(_("A phone number or an employee number is needed to sign in."))
    others = User.objects.exclude(pk=besides.pk) if besides else User.objects
    taken = Q(pk__in=[])
    for field in ("phone", "employee_no", "email"):
        if value := getattr(person, field):
            taken |= Q(**{f"{field}__iexact": value})
    for other in others.filter(taken):
        faults.append(
            _("%(name)s (%(number)s) has this number already.")
            % {"name": other.name, "number": other.employee_no or other.phone or other.email}
        )
    if Role.OUTSIDER in person.roles:
        faults.append(_("Helpers from outside get a link to one hazard, not an account."))
    if not person.roles:
        faults.append(_("Give at least one role."))
    if BOUND_ROLES.intersection(person.roles) and person.department is None:
        faults.append(_("A team leader or workshop head needs a department."))
    if person.team and person.department and person.team.department_id not in person.department.subtree:
        faults.append(_("This team belongs to another department."))
    return faults


@action
def add_user(person: Person, *, by: User | None) -> User:
    """A new account without a password: its holder signs in by code, or with a password that is given."""
    _refuse_unless_manager(by)
    _refuse_faults(person)
    user = User(**_columns(person))
    user.set_unusable_password()
    user.save()
    _grant(user, person)
    note_whereabouts(user)
    emit("user.added", user, by=by, name=user.name, roles=sorted(person.roles))
    due.now("training.follow_person", person=user.pk)
    return user


@action
def open_first_account(person: Person, *, language: str, by: None) -> User:
    """Of whoever opened the factory, with a phone or an e-mail address that was proved before."""
    user = add_user(person, by=by)
    user.language, user.phone_verified = language, bool(user.phone)
    user.save(update_fields=["language", "phone_verified"])
    return user


@action
def change_user(user: User, person: Person, *, by: User) -> User:
    _refuse_unless_manager(by)
    _refuse_outsider(user)
    _refuse_faults(person, besides=user)
    if Role.ADMIN not in person.roles:
        _refuse_last_administrator(user)
    before, workshop = _facts(user, user.role_codes), user.department_id
    for name, value in _columns(person).items():
        setattr(user, name, value)
    if person.phone != before["phone"]:
        user.phone_verified = False
    user.save()
    _grant(user, person)
    note_whereabouts(user)
    after = _facts(user, person.roles)
    emit(
        "user.changed",
        user,
        by=by,
        name=user.name,
        changed={key: [before[key], after[key]] for key in after if before[key] != after[key]},
    )
    if any(before[name] != after[name] for name in ("job_role", "hired_on", "roles")):
        due.now("training.follow_person", person=user.pk)
    if before["roles"] != after["roles"] or workshop != user.department_id:
        due.now("adoption.follow_person", person=user.pk)
    return User.objects.get(pk=user.pk)


def _facts(user: User, roles: Iterable[str]) -> dict[str, Any]:
    return {
        "name": user.name,
        "phone": user.phone,
        "employee_no": user.employee_no,
        "roles": sorted(roles),
        "job_role": user.job_role and user.job_role.code,
        "hired_on": user.hired_on,
    }


def _refuse_faults(person: Person, besides: User | None = None) -> None:
    faults = faults_of(person, besides=besides)
    if faults:
        raise DomainError(" ".join(faults))


def _columns(person: Person) -> dict[str, Any]:
    return {
        "name": person.name.strip(),
        "sort_key": sort_key(person.name),
        "phone": normal_phone(person.phone) if person.phone else None,
        "employee_no": person.employee_no.strip() or None,
        "email": person.email.strip().lower() or None,
        "department": person.department,
        "team": person.team,
        "job_role": person.job_role,
        "hired_on": person.hired_on,
    }


def _grant(user: User, person: Person) -> None:
    """Takes and gives what differs; a role that stays keeps the departments that it was granted for.

    A team leader becomes the leader of the team where it has none: that is whom hazards go to.
    """
    user.grants.exclude(role__in=person.roles).delete()
    held = set(user.grants.values_list("role", flat=True))
    RoleGrant.objects.bulk_create(
        RoleGrant(user=user, role=role, department=person.department if role in BOUND_ROLES else None)
        for role in person.roles
        if role not in held
    )
    if Role.TEAM_LEADER in person.roles and person.team and person.team.leader_id is None:
        name_leader(person.team, user, by=None)


@action
def add_team(*, by: User | None, name: str, department: Department, code: str = "") -> Team:
    _refuse_unless_manager(by)
    code = (code or name).strip()[:40]
    if Team.objects.filter(code__iexact=code).exists():
        raise DomainError(_("There is a team “%(name)s” already.") % {"name": name})
    team = Team.objects.create(code=code, name=name.strip(), department=department)
    emit("team.added", team, by=by, code=code)
    return team


@action
def name_leader(team: Team, user: User, *, by: User | None) -> Team:
    _refuse_unless_manager(by)
    team.leader = user
    team.save(update_fields=["leader"])
    emit("team.leader_named", team, by=by, leader=user.pk, name=user.name)
    return team


@action
def close_account(user: User, *, by: User, note: str) -> User:
    """The person can no longer sign in; everything they did stays under their name."""
    _refuse_unless_manager(by)
    if user.pk == by.pk:
        raise DomainError(_("You cannot close your own account. Another administrator can."))
    if not note.strip():
        raise DomainError(_("Write the reason; it stays on record."))
    _refuse_last_administrator(user)
    if User.objects.filter(pk=user.pk, is_active=True).update(is_active=False):
        emit("user.closed", user, by=by, name=user.name, note=note)
        due.now("training.follow_person", person=user.pk)
        due.now("partners.follow_person", person=user.pk)
        due.now("adoption.follow_person", person=user.pk)
    user.is_active = False
    note_whereabouts(user)
    return user


@action
def reopen_account(user: User, *, by: User) -> User:
    _refuse_unless_manager(by)
    if User.objects.filter(pk=user.pk, is_active=False).update(is_active=True):
        emit("user.reopened", user, by=by, name=user.name)
        due.now("training.follow_person", person=user.pk)
    user.is_active = True
    note_whereabouts(user)
    return user


def _refuse_last_administrator(user: User) -> None:
    if Role.ADMIN in user.role_codes and not User.objects.holding(Role.ADMIN).exclude(pk=user.pk).exists():
        raise DomainError(_("This is the only administrator. Name another one first."))


@action
def give_password(user: User, *, by: User | None) -> str:
    """A new password to be told to the person, who can change it; it is shown once and kept nowhere."""
    _refuse_unless_manager(by)
    _refuse_outsider(user)
    password = "-".join(get_random_string(4, _READABLE) for _part in range(3))
    user.set_password(password)
    user.save(update_fields=["password"])
    emit("user.password_given", user, by=by, name=user.name)
    return password


@action
def add_users(people: Iterable[Person], *, by: User) -> int:
    """All of them, or none."""
    return len([add_user(person, by=by) for person in people])
