"""A run, plans and a pause."""

from datetime import timedelta

from django.utils import timezone

from facilities.models import Area, CalendarDay, Equipment, Shift
from inspections.models import Checklist, Frequency, Item, Pause, Plan, Run, Stop, Theme
from people.models import Team, User
from tests.world.base import World


def add_run(world: World, worker: User, area: Area, press: Equipment, team: Team) -> None:
    checklist = Checklist.objects.create(
        code=f"{world.mark}list",
        title=world.words("班前检查"),
        frequency=Frequency.PRESHIFT,
        target_type=press.type,
        seconds=60,
    )
    Item.objects.create(checklist=checklist, position=1, text=world.words("防护栏完好"), category=world.hazard.category)
    world.draft = Checklist.objects.create(
        code=f"{world.mark}draft",
        title=world.words("草稿"),
        frequency=Frequency.WEEKLY,
        target_area=area,
        seconds=60,
        status=Checklist.Status.DRAFT,
    )
    Item.objects.create(
        checklist=world.draft,
        position=1,
        text=world.words("油位"),
        kind="number",
        unit="mm",
        category=world.hazard.category,
    )
    plan = Plan.objects.create(
        name=f"{world.mark}计划",
        starts_on=timezone.localdate(),
        opens_at="08:00",
        window_minutes=90,
        team=team,
    )
    Theme.objects.create(plan=plan, position=1, checklist=checklist)
    Stop.objects.create(plan=plan, position=1, equipment=press)
    world.run = Run.objects.create(
        plan=plan,
        checklist=checklist,
        equipment=press,
        area=area,
        department=area.department,
        team=team,
        opens_at=timezone.now() - timedelta(minutes=5),
        closes_at=timezone.now() + timedelta(hours=1),
    )
    world.shift = Shift.objects.create(
        code=f"{world.mark}S", name=world.words("早班"), starts_at="07:30", ends_at="15:30"
    )
    CalendarDay.objects.create(day=timezone.localdate(), is_workday=True, name=f"{world.mark}开工")
    world.pause = Pause.objects.create(
        equipment=press,
        reason=f"{world.mark}换模",
        from_at=timezone.now(),
        asked_by=worker,
        asked_at=timezone.now(),
    )
