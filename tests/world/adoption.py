"""A frozen month with an objection and a reward, and two pairs of buddies with a call for help."""

from datetime import date

from django.utils import timezone

from adoption.models import Appeal, HelpCall, Pair, Ranking, Result, Reward, ShownName
from people.permissions import Role
from tests.world.base import World

MONTH = date(2026, 9, 1)


def add_adoption(world: World) -> None:
    worker, leader, officer = (world.people[role] for role in (Role.WORKER, Role.TEAM_LEADER, Role.SAFETY_OFFICER))
    now, mark = timezone.now(), world.mark
    ranking = Ranking.objects.create(month=MONTH, frozen_at=now)
    line = {
        "kind": "found",
        "day": "2026-09-03",
        "about": f"{mark}隐患",
        "ref": f"hazard:{world.hazard.pk}",
        "points": 25,
    }
    for place, person in enumerate((worker, leader), 1):
        Result.objects.create(ranking=ranking, person=person, place=place, quality=25, volume=1, done=1, lines=[line])
        ShownName.objects.create(person=person, agreed_at=now)
    Appeal.objects.create(month=MONTH, person=worker, text=f"{mark}少算了", made_at=now)
    Reward.objects.create(month=MONTH, person=worker, what=f"{mark}奖", paid_by=officer, paid_at=now)
    facts = {"mentor": leader, "mentee": worker, "begun_by": officer, "begun_on": MONTH}
    Pair.objects.create(status=Pair.Status.ENDED, ended_at=now, reason=f"{mark}换班", **facts)
    pair = Pair.objects.create(**facts)
    item = world.run.checklist.items.first()
    HelpCall.objects.create(pair=pair, run=world.run, item=item, person=worker, mentor=leader, asked_at=now)
