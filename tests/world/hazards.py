"""A hazard with all that hangs on it, and its joint group."""

from datetime import timedelta

from django.utils import timezone

from alerts.actions import raise_alert
from core.attachments import keep_photo, keep_voice
from facilities.models import Area, Equipment
from hazards.actions import add_post, add_subtask, invite_outsider, open_group
from hazards.models import (
    POINTS,
    Category,
    Evidence,
    Hazard,
    Level,
    LevelChange,
    LevelPolicy,
    Maintainer,
    RectificationPlan,
    Route,
    Status,
    StopUse,
    Tip,
    TipMessage,
)
from people.models import Absence, Team, User
from people.permissions import Role
from tests import make
from tests.world.base import World


def add_hazard(world: World, worker: User, area: Area, press: Equipment, team: Team) -> None:
    for level, hours in (("general", 72), ("serious", 24), ("major", 4)):
        LevelPolicy.objects.create(level=level, version=1, acknowledge_minutes=60, rectify_hours=hours)
    now = timezone.now()
    world.hazard = Hazard.objects.create(
        number=f"{world.mark}-1",
        status=Status.FIRST_REVIEW,
        source=Hazard.Source.REPORT,
        title=f"{world.mark}防护栏缺失",
        category=Category.objects.create(
            code=f"{world.mark}guard", name=world.words("防护缺失"), gbt13861=2, level=Level.SERIOUS
        ),
        department=area.department,
        area=area,
        equipment=press,
        level=Level.SERIOUS,
        policy=LevelPolicy.objects.get(level="serious"),
        reporter=worker,
        reported_at=now,
        confirmed_at=now,
        team=team,
        owner=world.people[Role.MAINTENANCE],
        assigned_at=now,
        due_at=now + timedelta(hours=20),
        started_at=now,
        submitted_at=now,
        measure=f"{world.mark}已装好",
        published_on=now.date(),
        published_where=f"{world.mark}公示栏",
    )
    company = Maintainer.objects.create(
        company=f"{world.mark}电梯公司", person=f"{world.mark}周工", phone="13900001234"
    )
    Route.objects.create(category=world.hazard.category, team=team, maintainer=company)
    Absence.objects.create(
        person=world.people[Role.LEADER],
        stand_in=world.people[Role.HEAD],
        starts_at=now,
        ends_at=now + timedelta(days=1),
        reason=f"{world.mark}出差",
        created_by=world.people[Role.LEADER],
    )
    LevelChange.objects.create(
        hazard=world.hazard,
        from_level="serious",
        to_level="general",
        reason=f"{world.mark}已隔离",
        asked_by=world.people[Role.SAFETY_OFFICER],
        asked_at=now,
    )
    RectificationPlan.objects.create(
        hazard=world.hazard,
        due_at=now + timedelta(days=3),
        author=world.people[Role.SAFETY_OFFICER],
        written_at=now,
        **{name: f"{world.mark}{name}" for name in POINTS},
    )
    spoken = keep_voice(make.voice_file(f"{world.mark}.wav"), by=worker)
    StopUse.objects.create(
        hazard=world.hazard,
        equipment=Equipment.objects.create(
            code=f"{world.mark}E2", name=world.words("3号冲压机"), type=press.type, area=area
        ),
        reason=f"{world.mark}停用",
        locked_at=now,
        locked_by=world.people[Role.SAFETY_OFFICER],
    )
    for proof in (world.photo, spoken):
        Evidence.objects.create(hazard=world.hazard, attachment=proof, stage=Evidence.Stage.BEFORE)
    tip = Tip.objects.create(hazard=world.hazard, code_hash=world.mark, created_at=now)
    TipMessage.objects.create(tip=tip, text=f"{world.mark}留言", at=now)
    TipMessage.objects.create(tip=tip, attachment=keep_voice(make.voice_file(), by=None), at=now)
    raise_alert(world.hazard, f"{world.mark}告警", by=worker, department_id=area.department_id)


def add_group(world: World) -> None:
    officer, fixer = world.people[Role.SAFETY_OFFICER], world.people[Role.MAINTENANCE]
    group = open_group(world.hazard, by=officer)
    said = f"@{fixer.name} {world.mark}先断电"
    add_post(
        group.hazard, by=officer, text=said, photos=[keep_photo(make.photo_file(f"{world.mark}2.jpg"), by=officer)]
    )
    soon = timezone.now() + timedelta(hours=2)
    add_subtask(group, by=officer, title=f"{world.mark}买螺栓", owner=fixer, due_at=soon)
    world.invitation = invite_outsider(
        world.hazard, by=officer, name=f"{world.mark}王工", company=f"{world.mark}供电公司"
    )
