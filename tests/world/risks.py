"""A risk with all that hangs on it, and a plan on which its area is drawn."""

from facilities.models import Area, Equipment
from people.permissions import Role
from risks.actions import add_floor_plan, draw_zone, propose_rating, watch_item
from tests import make
from tests.world.base import World


def add_risks(world: World, area: Area, press: Equipment) -> None:
    officer = world.people[Role.SAFETY_OFFICER]
    world.risk = risk = make.risk(area, by=officer, name=f"{world.mark}换模", equipment=press, owner=officer)
    propose_rating(risk, by=officer, reason=f"{world.mark}换了新模具")
    watch_item(risk, make.checklist({}).items.get(), by=officer)
    plan = add_floor_plan(f"{world.mark}平面图", make.photo_file(f"{world.mark}plan.jpg"), by=officer)
    draw_zone(plan, area, [(10, 10), (60, 10), (60, 60)], by=officer)
