"""Writes the places and the people; what the modules' actions tell of it is kept to be dated and sealed."""

import random
from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date, time

import yaml
from django.conf import settings
from django.contrib.auth.hashers import make_password
from pypinyin import lazy_pinyin

from core.events import Event, emit, held_back
from core.words import say
from facilities.actions import add_shift
from facilities.models import Area, Department, Equipment, EquipmentType, Shift
from facilities.qr import issue_sticker
from hazards.actions import stop_equipment
from hazards.models import Category, Hazard, LevelPolicy, Route, Status
from inspections.actions import ask_pause, create_plan
from inspections.models import Checklist, Plan
from market.actions import install_checklists, install_pack
from market.launch import put_away
from market.packs import load_pack
from people.models import JobRole, RoleGrant, Team, User
from people.permissions import Role
from people.whereabouts import note_everybody
from portals.operator.demo.checks import preshift_of
from portals.operator.demo.people import Person, make_people
from portals.operator.demo.plant import AREAS, CREWS, DEPARTMENTS, PACK, ROUTES, machines

SHIFTS = (
    ("early", "早班", time(7, 30), time(15, 30)),
    ("late", "中班", time(15, 30), time(23, 30)),
    ("night", "夜班", time(23, 30), time(7, 30)),
)
WEEKLY_THEMES = ("electrical-weekly", "forming-weekly", "lifting-weekly", "paint-chem-weekly")


@dataclass
class Site:
    """What was written, by the codes that the generators use; people in the order of make_people."""

    departments: dict[str, Department] = field(default_factory=dict)
    areas: dict[str, Area] = field(default_factory=dict)
    teams: dict[str, Team] = field(default_factory=dict)
    equipment: dict[str, Equipment] = field(default_factory=dict)
    labels: dict[str, int] = field(default_factory=dict)
    categories: dict[str, Category] = field(default_factory=dict)
    policies: dict[str, LevelPolicy] = field(default_factory=dict)
    checklists: dict[str, Checklist] = field(default_factory=dict)
    people: list[Person] = field(default_factory=list)
    users: list[User] = field(default_factory=list)
    events: list[Event] = field(default_factory=list)

    def user(self, name: str) -> User:
        return next(user for user in self.users if user.name == name)


def write_site(today: date, rng: random.Random) -> Site:
    site = Site(people=make_people(today, rng))
    pack = load_pack(PACK)
    _write_places(site, pack)
    with held_back() as site.events:
        install_pack(pack, by=None)
        put_away(by=None)
        install_checklists([twelve_points()], by=None)
        _write_machines(site)
        _write_people(site)
        _issue_stickers(site)
    _route_categories(site)
    site.policies = {policy.level: policy for policy in LevelPolicy.objects.all()}
    site.checklists = {row.code: row for row in Checklist.objects.ours().prefetch_related("items__category")}
    return site


def twelve_points() -> dict:
    path = settings.CONTENT_ROOT / "demo" / "twelve-points.yaml"
    return yaml.safe_load(path.read_text(encoding="utf-8"))


def _write_places(site: Site, pack: dict) -> None:
    for place in DEPARTMENTS:
        parent = site.departments.get(place.parent or "")
        site.departments[place.code] = Department.objects.create(
            code=place.code, name=place.name.as_json(), kind=place.kind, parent=parent
        )
    known = {row["code"]: row for row in pack["areas"]}
    for ground in AREAS:
        row = known[ground.code]
        site.areas[ground.code] = Area.objects.create(
            code=ground.code,
            name=ground.name.as_json() if ground.name else row["name"],
            department=site.departments[ground.department],
            colour=row["colour"],
            is_ex=ground.is_ex,
        )


def _write_machines(site: Site) -> None:
    types = {row.code: row for row in EquipmentType.objects.all()}
    rows = [
        Equipment(
            code=machine.code,
            name=machine.name.as_json(),
            type=types[machine.type],
            area=site.areas[machine.area],
            model=machine.model,
            colour=machine.colour,
        )
        for machine in machines()
    ]
    site.equipment = {row.code: row for row in Equipment.objects.bulk_create(rows)}
    for row in site.equipment.values():
        emit("equipment.added", row, by=None, code=row.code, name=row.name["zh"])


def _issue_stickers(site: Site) -> None:
    """28 machines and the eight high-risk areas."""
    labelled: list[Area] = [site.areas[ground.code] for ground in AREAS if ground.is_high_risk]
    for machine in site.equipment.values():
        site.labels[machine.code] = issue_sticker(machine, by=site.user("周敏")).pk
    for area in labelled:
        issue_sticker(area, by=site.user("周敏"))


def _write_people(site: Site) -> None:
    rows = [
        Team(code=crew.code, name=crew.name.as_json(), department=site.departments[crew.department]) for crew in CREWS
    ]
    site.teams = {row.code: row for row in Team.objects.bulk_create(rows)}
    job_roles = {row.code: row for row in JobRole.objects.all()}
    password = make_password(settings.DEMO_PASSWORD)
    site.users = User.objects.bulk_create(_user(site, person, job_roles, password) for person in site.people)
    note_everybody()
    pairs = list(zip(site.people, site.users, strict=True))
    RoleGrant.objects.bulk_create(
        RoleGrant(user=user, role=grant.role, department=site.departments.get(grant.department or ""))
        for person, user in pairs
        for grant in person.grants
    )
    for person, user in pairs:
        emit("user.added", user, by=None, name=user.name, roles=[grant.role for grant in person.grants])
        if person.is_leader and person.crew:
            site.teams[person.crew].leader = user
    Team.objects.bulk_update(site.teams.values(), ["leader"])


def _user(site: Site, person: Person, job_roles: dict[str, JobRole], password: str) -> User:
    return User(
        name=person.name,
        sort_key=" ".join(lazy_pinyin(person.name)),
        phone=person.phone,
        phone_verified=True,
        employee_no=person.employee_no,
        department=site.departments.get(person.department or ""),
        team=site.teams.get(person.crew or ""),
        job_role=job_roles.get(person.job_role or ""),
        hired_on=person.hired_on,
        password=password,
    )


def _route_categories(site: Site) -> None:
    site.categories = {row.code: row for row in Category.objects.all()}
    Route.objects.bulk_create(
        Route(category=site.categories[code], team=site.teams[crew]) for code, crew in ROUTES.items()
    )


def write_plans(site: Site) -> None:
    """What the clock follows from now on: shifts, the daily checks, a weekly and a monthly plan, a pause to decide on."""
    officer, safety = site.user("周敏"), site.teams["safety"]
    for code, name, starts_at, ends_at in SHIFTS:
        add_shift(by=officer, code=code, name=name, starts_at=starts_at, ends_at=ends_at)
    _write_plans_of_today(site)
    themes = [site.checklists[code] for code in WEEKLY_THEMES]
    weekly = [site.areas[code] for code in ("switch-room", "press-shop", "crane-area", "paint-store")]
    monthly = [site.areas[ground.code] for ground in AREAS if ground.is_high_risk]
    create_plan(
        "周专项检查", themes, weekly, by=officer, rule="FREQ=WEEKLY;BYDAY=WE", days=Plan.Days.WORKDAYS,
        opens_at=time(9), window_minutes=8 * 60, team=safety, fallback=site.user("马国平"),
    )  # fmt: skip
    create_plan(
        "月度综合检查", [site.checklists["plant-monthly"]], monthly, by=officer, rule="FREQ=MONTHLY;BYMONTHDAY=5",
        opens_at=time(8), window_minutes=3 * 24 * 60, role=Role.SAFETY_OFFICER,
    )  # fmt: skip
    create_plan(
        "折弯机早班前检查", [site.checklists["press-preshift"]], [site.equipment["A-ZW-001"]], by=officer,
        days=Plan.Days.WORKDAYS, shift=Shift.objects.get(code="early"), window_minutes=30, team=site.teams["press-4"],
    )  # fmt: skip
    ask_pause(site.equipment["A-YY-001"], by=site.user("王建国"), reason="更换油缸密封件，等配件")
    _stop_a_press(site, officer)


def _stop_a_press(site: Site, officer: User) -> None:
    """One that is being fixed: its label is red, the screen shows it, and its checks are excused."""
    press = site.equipment["A-CY-005"]
    hazard = Hazard.objects.open().filter(equipment=press, status=Status.RECTIFYING).first()
    if hazard:
        stop_equipment(hazard, by=officer, equipment=press, reason="防护罩拆下整改，没有装回不能开机")


def _write_plans_of_today(site: Site) -> None:
    """Each machine once a day, all day long: whoever opens the demo at whatever hour has something to check."""
    routes: dict[tuple[str, str], list[Equipment]] = defaultdict(list)
    for machine in machines():
        code = "twelve-points" if machine.type == "press" else preshift_of(machine)
        routes[machine.crew, code].append(site.equipment[machine.code])
    officer = site.user("周敏")
    for (crew, code), places in routes.items():
        lists, team = [site.checklists[code]], site.teams[crew]
        name = f"{say(team.name)} · {say(lists[0].title)}"
        create_plan(name, lists, places, by=officer, opens_at=time(0), window_minutes=24 * 60 - 1, team=team)
