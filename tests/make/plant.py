"""People, workshops, machines, and what hangs on them."""

from typing import Any

from facilities.models import Area, Department, Equipment, EquipmentType
from people.models import RoleGrant, Team, User
from people.permissions import Role
from risks.actions import add_risk
from risks.models import Risk
from sensors.actions import add_sensor
from sensors.models import Sensor
from tests.make.base import PASSWORD, hashed, numbers


def department(name: str = "冲压车间") -> Department:
    number = next(numbers)
    return Department.objects.create(code=f"D{number}", name={"zh": name, "en": f"Workshop {number}"})


def area(in_department: Department | None = None) -> Area:
    number = next(numbers)
    return Area.objects.create(
        code=f"A{number}", name={"zh": f"{number}区", "en": f"Area {number}"}, department=in_department or department()
    )


def person(*roles: Role, name: str = "李卫国", in_department: Department | None = None, bound: bool = False) -> User:
    """A user with these roles, everywhere or bound to the department."""
    number = next(numbers)
    user = User(
        name=name,
        sort_key=f"p{number:05}",
        phone=f"138{number:08}",
        employee_no=f"E{number:05}",
        department=in_department,
    )
    user.password = hashed(PASSWORD)
    user.save()
    for role in roles:
        RoleGrant.objects.create(user=user, role=role, department=in_department if bound else None)
    return user


def team(leader: User | None = None, in_department: Department | None = None) -> Team:
    """A team whose leader, where there is one, is also a member."""
    number = next(numbers)
    words = {"zh": f"{number}班", "en": f"Team {number}"}
    made = Team.objects.create(code=f"T{number}", name=words, department=in_department or department(), leader=leader)
    if leader:
        User.objects.filter(pk=leader.pk).update(team=made)
        leader.refresh_from_db()
    return made


def machine(in_area: Area | None = None) -> Equipment:
    number = next(numbers)
    words = {"zh": f"{number}号冲压机", "en": f"Press {number}"}
    kind = EquipmentType.objects.create(code=f"K{number}", name=words)
    return Equipment.objects.create(code=f"E{number}", name=words, type=kind, area=in_area or area())


def sensor(kind: str = "humidity", *, at: Any = None, **more: Any) -> Sensor:
    """In an area of its own, or at this machine or area; without limits."""
    place = at or area()
    where = {"area": place} if isinstance(place, Area) else {"area": place.area, "equipment": place}
    number = next(numbers)
    return add_sensor(f"S-{number}", more.pop("name", f"喷涂区湿度{number}"), by=None, kind=kind, **(where | more))


def risk(in_area: Area | None = None, *, by: User, lec: tuple[float, float, float] = (3, 6, 7), **more: Any) -> Risk:
    """One of a machine shop: 126, yellow, unless said otherwise."""
    likelihood, exposure, consequence = lec
    facts = {"name": f"换模 {next(numbers)}", "area": in_area or area(), "factors": "滑块落下"} | more
    facts |= {"accident": more.get("accident", "GB6441-2025:machine")}
    controls = more.get("controls", {"engineering": ["安全栓"], "emergency": ["按急停"]})
    rating = {"likelihood": likelihood, "exposure": exposure, "consequence": consequence}
    return add_risk(by=by, **(facts | {"controls": controls} | rating))
