"""Who fixes what, as installed packs write it: offered once the factory has such a team, and taken over by a click.

A pack cannot bring this as it brings lists: teams and their leaders are the factory's own. So it says by which hands a
kind of hazard is fixed, and here they are looked for among the teams whose leader can fix things. What is set already is
neither offered nor changed.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import OuterRef, TextChoices
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core.errors import WrongStatus
from core.events import action
from core.words import say
from facilities.models import Area
from hazards.actions import route_category
from hazards.models import Category, Route
from market.actions import SAMPLE
from market.packs import load_pack
from market.updates import installed
from people.models import RoleGrant, Team, User
from people.permissions import Role


class Hands(TextChoices):
    """The word `fixes` of a pack's kinds of hazards, whatever the factory calls them."""

    MAINTENANCE = "maintenance", gettext_lazy("Maintenance")
    ELECTRICIAN = "electrician", gettext_lazy("Electricians")
    SAFETY = "safety", gettext_lazy("Safety department")
    WAREHOUSE = "warehouse", gettext_lazy("Warehouse")
    WORKSHOP = "workshop", gettext_lazy("The workshop where it is")
    TEAM_LEADER = "team_leader", gettext_lazy("The team leader where it is")


# What such a team or its department is called, the surest word first.
CALLED = {
    Hands.MAINTENANCE: ("维修", "机修", "设备", "maintenance", "repair", "equipment"),
    Hands.ELECTRICIAN: ("电工", "电气", "electric"),
    Hands.SAFETY: ("安全", "安环", "safety", "ehs"),
    Hands.WAREHOUSE: ("仓", "库房", "warehouse", "store"),
}
# Else the role of whoever leads it.
LED_BY = {
    Hands.MAINTENANCE: Role.MAINTENANCE,
    Hands.ELECTRICIAN: Role.MAINTENANCE,
    Hands.SAFETY: Role.SAFETY_OFFICER,
}
Goes = tuple[tuple[Area | None, Team], ...]


@dataclass(frozen=True)
class Suggestion:
    """goes: to which team, everywhere (None) or area by area."""

    category: Category
    hands: Hands
    goes: Goes
    why: str


class Crews:
    """The factory's teams whose leader can fix things, asked for once."""

    @cached_property
    def teams(self) -> list[Any]:
        fixers = User.objects.permitted("hazards.rectify").filter(is_active=True)
        rows = Team.objects.filter(leader__in=fixers).exclude(department__code=SAMPLE)
        roles = ArraySubquery(RoleGrant.objects.filter(user=OuterRef("leader")).values("role"))
        return list(rows.select_related("leader", "department").annotate(roles=roles))

    @cached_property
    def areas(self) -> list[Area]:
        return list(Area.objects.exclude(department__code=SAMPLE))

    def of(self, hands: Hands) -> tuple[Goes, str]:
        """Where it would go, and why; nowhere without such a team."""
        if hands not in CALLED:
            return self._where_it_is(hands), _("The team of the department that the area belongs to.")
        for word in CALLED[hands]:
            for team in self.teams:
                if _has(team.name, word):
                    return ((None, team),), _("The team's name says so.")
        for word in CALLED[hands]:
            for team in self.teams:
                if _has(team.department.name, word):
                    return ((None, team),), _("It belongs to: %(department)s") % {
                        "department": say(team.department.name)
                    }
        role = LED_BY.get(hands)
        for team in self.teams:
            if role and role in team.roles:
                return ((None, team),), _("Its leader's role: %(role)s") % {"role": role.label}
        return (), ""

    def _where_it_is(self, hands: Hands) -> Goes:
        """Area by area the team that its workshop's head leads, or its only one; of several others people choose."""
        goes: list[tuple[Area | None, Team]] = []
        for area in self.areas:
            here = [team for team in self.teams if team.department_id == area.department_id]
            heads = [team for team in here if Role.WORKSHOP_HEAD in team.roles]
            meant = heads if heads and hands == Hands.WORKSHOP else here
            if len(meant) == 1:
                goes.append((area, meant[0]))
        is_one = len(goes) == len(self.areas) and len({team.pk for _area, team in goes}) == 1
        return ((None, goes[0][1]),) if is_one else tuple(goes)


def _has(name: dict[str, str], word: str) -> bool:
    return any(word in text.lower() for text in name.values())


def suggested_routes() -> list[Suggestion]:
    """Of the kinds of hazards that go nowhere by themselves yet, those that a team here could fix."""
    routed = ArraySubquery(Route.objects.filter(category=OuterRef("pk")).values("area"))
    rows: Any = Category.objects.listed().annotate(routed=routed)
    kinds = {row.code: row for row in rows if None not in row.routed}
    crews = Crews()
    found: dict[str, Suggestion] = {}
    for pack in sorted(installed()) if kinds and crews.teams else ():
        for row in load_pack(pack)["categories"]:
            if row["code"] in kinds and row["code"] not in found:
                category, hands = kinds[row["code"]], Hands(row["fixes"])
                goes, why = crews.of(hands)
                left = tuple(each for each in goes if (each[0] and each[0].pk) not in category.routed)
                if left:
                    found[row["code"]] = Suggestion(category, hands, left, why)
    return [found[code] for code in kinds if code in found]


@action
def adopt_routes(codes: Iterable[str], *, by: User) -> list[Suggestion]:
    wanted = set(codes)
    chosen = [each for each in suggested_routes() if each.category.code in wanted]
    if not chosen:
        raise WrongStatus(_("These are set already. Look at the list again."))
    for each in chosen:
        for area, team in each.goes:
            route_category(each.category, by=by, team=team, area=area)
    return chosen
