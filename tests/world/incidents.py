"""An incident with all that hangs on it: somebody hurt, causes, a measure, a machine of the same kind, a report."""

from datetime import timedelta
from decimal import Decimal

from django.utils import timezone

from core.attachments import keep_photo
from facilities.calendar import today
from facilities.models import Area, Equipment
from incidents.actions import (
    Answer,
    add_corrective_action,
    add_injury,
    change_safety_start,
    confirm_incident,
    enter_hours,
    evaluate_drill,
    follow_up,
    give_feedback,
    plan_drill,
    report_incident,
    tell_authority,
)
from incidents.drill_rules import questions
from people.permissions import Role
from tests import make
from tests.world.base import World
from training.models import Attendance, TrainingSession


def add_incidents(world: World, area: Area, press: Equipment) -> None:
    officer, now = world.people[Role.SAFETY_OFFICER], timezone.now()
    photo = keep_photo(make.photo_file(f"{world.mark}incident.jpg"), by=world.people[Role.WORKER])
    world.incident = incident = report_incident(
        by=world.people[Role.WORKER], area=area, equipment=press, severity="minor", title=f"{world.mark}夹手",
        description=f"{world.mark}换模时", hurt=f"{world.mark}某", happened_at=now - timedelta(hours=1), photos=[photo],
    )  # fmt: skip
    confirm_incident(incident, by=officer, severity="minor", accident=incident.accident)
    add_injury(incident, by=officer, severity="minor", name=f"{world.mark}某", body_part=f"{world.mark}手")
    add_corrective_action(incident, by=officer, text=f"{world.mark}加光幕")
    tell_authority(incident, by=officer, to=f"{world.mark}应急局", at=now)
    drill = plan_drill(
        f"{world.mark}疏散演练", by=officer, kind="comprehensive", form="live", scenario=f"{world.mark}起火",
        place=f"{world.mark}空地", starts_at=now, hours=Decimal(1), area=area,
    )  # fmt: skip
    TrainingSession.objects.filter(pk=drill.session_id).update(status=TrainingSession.Status.CLOSED)
    drill.refresh_from_db()
    Attendance.objects.create(session=drill.session, person=world.people[Role.WORKER], signed_in_at=now)
    answers = {each.code: Answer(False, f"{world.mark}没做到") for each in questions("live")}
    evaluate_drill(drill, by=officer, answers=answers, comment=f"{world.mark}点评")
    follow_up(drill.checks.first(), by=officer, area=area)
    give_feedback(drill, by=world.people[Role.WORKER], stars=4, words=f"{world.mark}再快点")
    enter_hours(by=officer, month=today(), headcount=100, hours=17_000)
    change_safety_start(by=officer, starts_on=None, counts_first_aid=False)
