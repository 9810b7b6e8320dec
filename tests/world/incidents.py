"""An incident with all that hangs on it: somebody hurt, causes, a measure, a machine of the same kind, a report."""

from datetime import timedelta

from django.utils import timezone

from core.attachments import keep_photo
from facilities.calendar import today
from facilities.models import Area, Equipment
from incidents.actions import (
    add_corrective_action,
    add_injury,
    change_safety_start,
    confirm_incident,
    enter_hours,
    report_incident,
    tell_authority,
)
from people.permissions import Role
from tests import make
from tests.world.base import World


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
    enter_hours(by=officer, month=today(), headcount=100, hours=17_000)
    change_safety_start(by=officer, starts_on=None, counts_first_aid=False)
