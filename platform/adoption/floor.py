"""Who works on the floor: of whom figures and months are counted."""

from django.db.models import QuerySet

from people.models import RoleGrant, User
from people.permissions import PERMISSIONS, Role

_PLAYERS = PERMISSIONS["adoption.take_part"]
_OUTSIDE = frozenset({Role.OUTSIDER, Role.CONTRACTOR_WORKER})
_JUDGES = PERMISSIONS["hazards.confirm"] | PERMISSIONS["adoption.award"]


def floor() -> QuerySet[User]:
    """Open accounts with a role of the shop floor; who confirms hazards or answers for the month is judge, not player."""
    judges = RoleGrant.objects.filter(role__in=_JUDGES).values("user")
    return User.objects.permitted("adoption.take_part").filter(is_active=True).exclude(pk__in=judges)


def is_on_floor(user: User) -> bool:
    """As floor(), of one person by their own roles."""
    return user.is_active and bool(user.role_codes & _PLAYERS) and not user.role_codes & (_JUDGES | _OUTSIDE)


def seen_by(user: User) -> QuerySet[User]:
    """Of the floor, those whom the reader may see by name."""
    departments = user.departments_with("adoption.view")
    return floor() if departments is None else floor().filter(department__in=departments)
