"""The plans of installed packs: offered as soon as there is something to check, and taken over by a click.

A pack cannot bring plans as it brings lists: on the day that it is installed no machine stands there yet.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import time

from django.utils.translation import gettext as _

from core.errors import WrongStatus
from core.events import action
from core.words import say
from facilities.models import Area, Equipment, Shift
from inspections.actions import create_plan
from inspections.models import Audience, Checklist, Plan
from inspections.models.plans import Theme
from market.actions import SAMPLE
from market.packs import load_pack
from market.updates import installed
from people.models import User
from people.permissions import Role

# Posts of the packs, as roles: a plan asks whoever holds the role in the workshop.
ROLES = {
    "operator": Role.WORKER,
    "team-leader": Role.TEAM_LEADER,
    "workshop-director": Role.WORKSHOP_HEAD,
    "safety-officer": Role.SAFETY_OFFICER,
    "electrician": Role.MAINTENANCE,
    "maintenance": Role.MAINTENANCE,
}
# Where no shift is written down yet.
BEGINS = time(8)


@dataclass(frozen=True)
class Suggestion:
    key: str
    checklist: Checklist
    places: tuple[Equipment | Area, ...]
    rule: str
    window_minutes: int
    role: str


def suggestions() -> list[Suggestion]:
    """Those of the packs' plans that have a place here and no plan yet."""
    lists = {row.code: row for row in Checklist.objects.current().filter(audience=Audience.STAFF)}
    planned = set(Theme.objects.filter(plan__is_active=True).values_list("checklist__code", "plan__rule"))
    machines: dict[int, list[Equipment]] = {}
    for machine in Equipment.objects.exclude(area__department__code=SAMPLE).select_related("area"):
        machines.setdefault(machine.type_id, []).append(machine)
    found: dict[str, Suggestion] = {}
    for pack in sorted(installed()):
        for row in load_pack(pack)["plans"]:
            code, rule = row["checklist"], row["rule"]
            if code not in lists or (code, rule) in planned:
                continue
            places = _places(lists[code], machines)
            if places:
                key = f"{code} {rule}"
                found.setdefault(
                    key, Suggestion(key, lists[code], places, rule, row["window_minutes"], ROLES[row["by"]])
                )
    return list(found.values())


def _places(checklist: Checklist, machines: dict[int, list[Equipment]]) -> tuple[Equipment | Area, ...]:
    if checklist.target_type_id:
        return tuple(machines.get(checklist.target_type_id, ()))
    return (checklist.target_area,) if checklist.target_area else ()


@action
def adopt_plans(keys: Iterable[str], *, by: User) -> list[Plan]:
    """Each as its pack writes it; hours and people are changed in the plan afterwards."""
    wanted, offered = set(keys), suggestions()
    chosen = [each for each in offered if each.key in wanted]
    if not chosen:
        raise WrongStatus(_("These plans are here already."))
    shift = Shift.objects.order_by("starts_at").first()
    return [
        create_plan(
            say(each.checklist.title),
            [each.checklist],
            each.places,
            by=by,
            rule=each.rule,
            window_minutes=each.window_minutes,
            shift=shift,
            opens_at=None if shift else BEGINS,
            role=each.role,
        )
        for each in chosen
    ]
