"""Plain makers of what tests need; each gives something usable with no arguments."""

from functools import cache
from itertools import count

from django.contrib.auth.hashers import make_password

from facilities.models import Area, Department
from people.models import RoleGrant, User
from people.permissions import Role

_numbers = count(1)
PASSWORD = "a-long-password"


@cache
def _hashed(password: str) -> str:
    """Once per run: a hash takes its time on purpose."""
    return make_password(password)


def department(name: str = "冲压车间") -> Department:
    number = next(_numbers)
    return Department.objects.create(code=f"D{number}", name={"zh": name, "en": f"Workshop {number}"})


def area(in_department: Department | None = None) -> Area:
    number = next(_numbers)
    return Area.objects.create(
        code=f"A{number}", name={"zh": f"{number}区", "en": f"Area {number}"}, department=in_department or department()
    )


def person(*roles: Role, name: str = "李卫国", in_department: Department | None = None, bound: bool = False) -> User:
    """A user with these roles, everywhere or bound to the department."""
    number = next(_numbers)
    user = User(
        name=name,
        sort_key=f"p{number:05}",
        phone=f"138{number:08}",
        employee_no=f"E{number:05}",
        department=in_department,
    )
    user.password = _hashed(PASSWORD)
    user.save()
    for role in roles:
        RoleGrant.objects.create(user=user, role=role, department=in_department if bound else None)
    return user
