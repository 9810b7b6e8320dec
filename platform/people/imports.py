"""People from an Excel sheet: all of them or none."""

import re
from collections import Counter
from functools import partial
from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy

from core.errors import DomainError, Refusal
from core.events import action
from core.sheets import Column, Row, read_day
from facilities.actions import add_department, find_named, found_or_added
from facilities.models import Department
from people.actions import BOUND_ROLES, Person, add_team, add_users
from people.models import JobRole, Team, User
from people.permissions import PARTNER_ROLES, Role
from people.phones import normal_phone

COLUMNS = (
    Column("name", _lazy("Full name"), _lazy("Zhang San"), is_required=True),
    Column("phone", _lazy("Phone"), "13900000000"),
    Column("employee_no", _lazy("Employee number"), "A0001"),
    Column("email", _lazy("E-mail")),
    Column("department", _lazy("Department"), _lazy("Press workshop"), is_required=True),
    Column("team", _lazy("Team"), _lazy("Press team 1")),
    Column("job_role", _lazy("Job role"), _lazy("Press operator")),
    Column("role", _lazy("Role"), _lazy("Worker")),
    Column("hired_on", _lazy("Hired on"), "2024-03-01"),
)
_LIMITS = {"name": 60, "employee_no": 30, "email": 120, "department": 40, "team": 40, "job_role": 40}
_UNIQUE = ("phone", "employee_no", "email")


class Staff:
    """What is there already, looked up once for the whole sheet."""

    def __init__(self) -> None:
        self.departments = list(Department.objects.all())
        self.teams = list(Team.objects.select_related("department"))
        self.job_roles = list(JobRole.objects.all())
        self.roles = _roles()
        self.taken = {
            field: {value.lower() for value in User.objects.exclude(**{field: None}).values_list(field, flat=True)}
            for field in _UNIQUE
        }


def _roles() -> dict[str, Role]:
    found: dict[str, Role] = {"": Role.WORKER}
    for language in ("zh-hans", "en"):
        with translation.override(language):
            found |= {str(role.label).lower(): role for role in Role if role not in PARTNER_ROLES}
    return found


def role_names(text: str) -> list[str]:
    """Several roles stand in one cell, with commas between them; an empty cell is one empty name, a worker."""
    return [name.strip().lower() for name in re.split("[,，、;；]", text)]


def check_rows(rows: list[Row], *, may_add: bool) -> list[Row]:
    """Writes into each row what is wrong with it; may_add: departments, teams and job roles that are new may be added."""
    staff = Staff()
    for row in rows:
        _tidy_phone(row)
    counts = {field: Counter(row.texts[field].lower() for row in rows) for field in _UNIQUE}
    for row in rows:
        texts = row.texts
        if not (texts["phone"] or texts["employee_no"] or texts["email"]):
            row.faults.append(_("A phone number or an employee number is needed to sign in."))
        _check_unique(row, staff, counts)
        _check_words(row, staff)
        _check_places(row, staff, may_add)
    return rows


def _tidy_phone(row: Row) -> None:
    try:
        row.texts["phone"] = normal_phone(row.texts["phone"]) if row.texts["phone"] else ""
    except DomainError as refusal:
        row.faults.append(refusal.message)


def _check_unique(row: Row, staff: Staff, counts: dict[str, Counter]) -> None:
    for field in _UNIQUE:
        value = row.texts[field].lower()
        if value and value in staff.taken[field]:
            row.faults.append(_("“%(value)s” belongs to somebody who is there already.") % {"value": row.texts[field]})
        elif value and counts[field][value] > 1:
            row.faults.append(_("“%(value)s” stands in several rows.") % {"value": row.texts[field]})


def _check_words(row: Row, staff: Staff) -> None:
    texts = row.texts
    for name in role_names(texts["role"]):
        if name not in staff.roles:
            row.faults.append(_("There is no role “%(role)s”.") % {"role": name})
    if texts["hired_on"] and read_day(texts["hired_on"]) is None:
        row.faults.append(_("“%(day)s” is not a day. Write it like 2024-03-01.") % {"day": texts["hired_on"]})
    if texts["email"]:
        try:
            validate_email(texts["email"])
        except ValidationError:
            row.faults.append(_("“%(email)s” is not an e-mail address.") % {"email": texts["email"]})
    titles = {column.key: column.title for column in COLUMNS}
    for field, limit in _LIMITS.items():
        if len(texts[field]) > limit:
            row.faults.append(
                _("“%(column)s” is too long: %(limit)d letters at most.") % {"column": titles[field], "limit": limit}
            )


def _check_places(row: Row, staff: Staff, may_add: bool) -> None:
    texts = row.texts
    for field, there in (("department", staff.departments), ("team", staff.teams), ("job_role", staff.job_roles)):
        if texts[field] and not may_add and not find_named(there, texts[field]):
            row.faults.append(
                _("“%(name)s” is not there yet. Tick “Add what is new”, or correct it.") % {"name": texts[field]}
            )
    team, department = find_named(staff.teams, texts["team"]), find_named(staff.departments, texts["department"])
    if texts["team"] and team and department and team.department_id not in department.subtree:
        row.faults.append(_("The team “%(team)s” belongs to another department.") % {"team": texts["team"]})


@action
def import_people(rows: list[Row], *, by: User) -> int:
    """Adds whom check_rows found without fault, leaders first, with the departments, teams and job roles that are new."""
    if any(row.faults for row in rows):
        raise Refusal(_("Nothing was read in: some rows need a look first."))
    staff = Staff()
    people = [_person(row.texts, staff, by) for row in rows]
    return add_users(sorted(people, key=lambda person: BOUND_ROLES.isdisjoint(person.roles)), by=by)


def _person(texts: dict[str, str], staff: Staff, by: User) -> Person:
    department = found_or_added(
        staff.departments, texts["department"], lambda: add_department(by=by, name=texts["department"])
    )
    team = job_role = None
    if texts["team"]:
        add = partial(add_team, by=by, name=texts["team"], department=department)
        team = found_or_added(staff.teams, texts["team"], add)
    if texts["job_role"]:
        job_role = found_or_added(staff.job_roles, texts["job_role"], partial(_add_job_role, texts["job_role"]))
    return Person(
        name=texts["name"],
        phone=texts["phone"],
        employee_no=texts["employee_no"],
        email=texts["email"],
        department=department,
        team=team,
        job_role=job_role,
        hired_on=read_day(texts["hired_on"]),
        roles=tuple(staff.roles[name] for name in role_names(texts["role"])),
    )


def _add_job_role(name: str) -> JobRole:
    row: Any = {"code": name[:40], "name": name}
    return JobRole.objects.create(**row)
