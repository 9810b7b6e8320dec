"""Who works on the floor: of whom figures and months are counted."""

from django.db.models import QuerySet

from people.models import RoleGrant, User
from people.permissions import PERMISSIONS


def floor() -> QuerySet[User]:
    """Open accounts with a role of the shop floor; who confirms hazards or answers for the month is judge, not player."""
    judges = PERMISSIONS["hazards.confirm"] | PERMISSIONS["adoption.award"]
    held = RoleGrant.objects.filter(role__in=judges).values("user")
    return User.objects.permitted("adoption.take_part").filter(is_active=True).exclude(pk__in=held)


def is_on_floor(user: User) -> bool:
    return floor().filter(pk=user.pk).exists()


def seen_by(user: User) -> QuerySet[User]:
    """Of the floor, those whom the reader may see by name."""
    departments = user.departments_with("adoption.view")
    return floor() if departments is None else floor().filter(department__in=departments)
