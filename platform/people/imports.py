"""People from an Excel sheet: all of them or none."""

import re
from collections import Counter
from dataclasses import replace
from functools import partial
from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy

from core.errors import DomainError, Refusal
from core.events import action
from core.imports import Kind, register
from core.sheets import Column, Row, read_day
from core.words import say
from facilities.actions import add_department, find_named, found_or_added
from facilities.models import Department
from people.actions import BOUND_ROLES, Person, add_team, add_users, change_user
from people.models import JobRole, Team, User
from people.permissions import PARTNER_ROLES, Role
from people.phones import normal_phone

COLUMNS = (
    Column("name", _lazy("Full name"), _lazy("Zhang San"), is_required=True, also=("员工姓名", "名字", "Name")),
    Column("phone", _lazy("Phone"), "13900000000", also=("手机", "电话", "联系电话", "手机号码", "联系方式", "Mobile")),
    Column("employee_no", _lazy("Employee number"), "A0001", also=("员工编号", "员工号", "人员编号")),
    Column("email", _lazy("E-mail"), also=("电子邮箱", "电子邮件", "Email")),
    Column(
        "department", _lazy("Department"), _lazy("Press workshop"), is_required=True,
        also=("车间", "所在部门", "所属部门", "所属车间", "科室", "Workshop"),
    ),
    Column("team", _lazy("Team"), _lazy("Press team 1"), also=("所属班组", "小组")),
    Column("job_role", _lazy("Job role"), _lazy("Press operator"), also=("工种", "岗位名称", "职务", "Post")),
    Column("role", _lazy("Role"), _lazy("Worker"), also=("系统角色", "权限")),
    Column("hired_on", _lazy("Hired on"), "2024-03-01", also=("入职时间", "进厂日期", "入厂日期")),
)  # fmt: skip
_LIMITS = {"name": 60, "employee_no": 30, "email": 120, "department": 40, "team": 40, "job_role": 40}
_UNIQUE = ("phone", "employee_no", "email")


class Staff:
    """What is there already, looked up once for the whole sheet."""

    def __init__(self) -> None:
        self.departments = list(Department.objects.all())
        self.teams = list(Team.objects.select_related("department"))
        self.job_roles = list(JobRole.objects.all())
        self.roles = _roles()
        people = list(User.objects.select_related("department", "team", "job_role").prefetch_related("grants"))
        self.taken = {
            field: {value.lower(): user for user in people if (value := getattr(user, field))} for field in _UNIQUE
        }

    def known(self, texts: dict[str, str]) -> User | None:
        """The one person whom this row is about: the same name, and every number that is taken is theirs."""
        found = {self.taken[field].get(texts[field].lower()) for field in _UNIQUE} - {None}
        user = found.pop() if len(found) == 1 else None
        if user is None or not user.is_active or not PARTNER_ROLES.isdisjoint(user.role_codes):
            return None
        return user if user.name.replace(" ", "") == texts["name"].replace(" ", "") else None


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
        user = staff.known(texts)
        _check_unique(row, staff, counts, user)
        _check_words(row, staff)
        _check_places(row, staff, may_add)
        if user and not row.faults:
            row.changes = _changes(user, texts, staff)
            row.skip = "" if row.changes else _("Is there already; nothing would change.")
    return rows


def _tidy_phone(row: Row) -> None:
    try:
        row.texts["phone"] = normal_phone(row.texts["phone"]) if row.texts["phone"] else ""
    except DomainError as refusal:
        row.faults.append(refusal.message)


def _changes(user: User, texts: dict[str, str], staff: Staff) -> list[str]:
    """What the filled cells say otherwise; an empty cell leaves what stands."""
    before: dict[str, str] = {field: getattr(user, field) or "" for field in _UNIQUE}
    differ = {field for field in _UNIQUE if texts[field] and texts[field].lower() != before[field].lower()}
    for field, there in (("department", staff.departments), ("team", staff.teams), ("job_role", staff.job_roles)):
        place = getattr(user, field)
        before[field] = say(place.name) if place else ""
        if (texts[field] and find_named(there, texts[field]) != place) or (texts[field] and place is None):
            differ.add(field)
    before["hired_on"] = str(user.hired_on or "")
    if texts["hired_on"] and read_day(texts["hired_on"]) != user.hired_on:
        differ.add("hired_on")
    before["role"] = ", ".join(str(Role(code).label) for code in sorted(user.role_codes))
    if texts["role"] and {staff.roles[name] for name in role_names(texts["role"])} != user.role_codes:
        differ.add("role")
    return [
        f"{column.title}: {before[column.key] or '—'} → {texts[column.key]}"
        for column in COLUMNS
        if column.key in differ
    ]


def _check_unique(row: Row, staff: Staff, counts: dict[str, Counter], user: User | None) -> None:
    for field in _UNIQUE:
        value = row.texts[field].lower()
        if value and staff.taken[field].get(value, user) != user:
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
    """Adds whom check_rows found without fault, leaders first, with the departments, teams and job roles that are new.

    Who is there already is changed in what the filled cells say.
    """
    if any(row.faults for row in rows):
        raise Refusal(_("Nothing was read in: some rows need a look first."))
    staff = Staff()
    people = [(staff.known(row.texts), row.texts, _person(row.texts, staff, by)) for row in rows]
    new = [person for user, _texts, person in people if user is None]
    for user, texts, person in people:
        if user:
            change_user(user, _merged(user, texts, person), by=by)
    return (
        len(people) - len(new) + add_users(sorted(new, key=lambda person: BOUND_ROLES.isdisjoint(person.roles)), by=by)
    )


def _merged(user: User, texts: dict[str, str], person: Person) -> Person:
    """What the row says, and what stands where it says nothing."""
    kept: dict[str, Any] = {field: getattr(user, field) or "" for field in _UNIQUE if not texts[field]}
    kept |= {field: getattr(user, field) for field in ("team", "job_role", "hired_on") if not texts[field]}
    if not texts["role"]:
        kept["roles"] = tuple(sorted(user.role_codes))
    return replace(person, name=user.name, **kept)


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


register(
    Kind(
        "people", "people.manage", _lazy("People from Excel"), COLUMNS, check_rows, import_people,
        may_add=_lazy("Add departments, teams and job roles that are new"),
    ),
)  # fmt: skip
