"""A small factory with something of every kind, whose texts all carry a mark that must never be seen elsewhere."""

import uuid

from django.utils import timezone

from alerts.screens import make_screen
from core.attachments import keep_photo
from core.models import Import, Job, SavedView
from facilities.models import Area, Department, Equipment, EquipmentType
from facilities.qr import issue_sticker
from hazards.models import Level
from inspections.models import Frequency
from notifications.models import Feed, Message, Mute, Notification
from people.models import JobRole, Team, User
from people.permissions import Role
from sharing.actions import send
from tests import make
from tests.world.adoption import add_adoption
from tests.world.base import World
from tests.world.entrance import add_ways_in
from tests.world.evidence import add_evidence
from tests.world.hazards import add_group, add_hazard
from tests.world.incidents import add_incidents
from tests.world.inspections import add_run
from tests.world.notices import add_alerts, add_channels
from tests.world.partners import add_contractors, add_partners
from tests.world.past import add_past
from tests.world.risks import add_risks
from tests.world.sensors import add_sensors
from tests.world.training import add_licences, add_training

__all__ = ["World", "build", "shared_item"]


def build(mark: str) -> World:
    world = World(mark)
    workshop = Department.objects.create(code=f"{mark}D", name=world.words("冲压车间"))
    area = Area.objects.create(code=f"{mark}A", name=world.words("冲压区"), department=workshop)
    team = Team.objects.create(code=f"{mark}T", name=world.words("冲压一班"), department=workshop)
    post = JobRole.objects.create(code=f"{mark}J", name=world.words("冲压工"))
    for role in Role:
        world.people[role] = make.person(role, name=f"{mark}{role.label}", in_department=workshop)
    User.objects.update(team=team)
    world.people = {role: User.objects.get(pk=person.pk) for role, person in world.people.items()}
    worker = world.people[Role.WORKER]
    press = Equipment.objects.create(
        code=f"{mark}E",
        name=world.words("2号冲压机"),
        type=EquipmentType.objects.create(code=f"{mark}press", name=world.words("冲压机")),
        area=area,
    )
    world.sticker = issue_sticker(press, by=world.people[Role.ADMIN])
    world.photo = keep_photo(make.photo_file(f"{mark}.jpg"), by=worker)
    add_hazard(world, worker, area, press, team)
    add_group(world)
    add_run(world, worker, area, press, team)
    world.job = Job.objects.create(kind="test", payload={}, by=worker, result=world.photo)
    Import.objects.create(
        kind="people", name=f"{mark}花名册.csv", lines=[["姓名"], [f"{mark}张三"]], head=0, places={"name": 0},
        by=world.people[Role.ADMIN],
    )  # fmt: skip
    SavedView.objects.create(by=worker, page="runs", name=f"{mark}漏检", query="status=missed")
    SavedView.objects.create(by=worker, page="hazards", name=f"{mark}超期", query="late=now")
    Feed.objects.create(user=worker, seq=1)
    Notification.objects.create(
        user=worker, seq=1, event_id=uuid.uuid4(), line=f"{mark}通知", url="/", at=timezone.now()
    )
    Mute.objects.create(user=worker, subject_type="hazards.hazard", subject_id=str(world.hazard.pk))
    _screen, world.screen_token = make_screen(f"{mark}门口", workshop, by=world.people[Role.SAFETY_OFFICER])
    Message.objects.create(channel="sms", address="13900000000", text=f"{mark}短信", key=mark)
    add_alerts(world, workshop)
    add_channels(world, worker)
    add_ways_in(world, workshop, worker)
    add_licences(world, worker)
    add_training(world, worker, post)
    add_partners(world, workshop)
    add_contractors(world, workshop, area)
    add_sensors(world, area, press)
    add_risks(world, area, press)
    add_incidents(world, area, press)
    add_adoption(world)
    add_past(world)
    add_evidence(world)
    # Words that anybody may read: an operator does, and then all factories.
    kinds = [{"code": "other", "name": "其他", "gbt13861": 4, "level": Level.GENERAL, "urgent_when": None}]
    item = shared_item("砂轮有裂纹吗？", "other")
    lists = [{"title": "砂轮", "frequency": Frequency.WEEKLY, "target": None, "items": [item]}]
    world.template = send({"note": "", "lists": lists, "categories": kinds})
    return world


def shared_item(text: str, category: str) -> dict:
    return {
        "text": text, "kind": "pass_fail", "accept": None, "photo": "never", "category": category, "urgent": None,
        "basis": None, "unit": None, "min": None, "max": None, "choices": None, "shot": None, "section": None,
        "weight": None, "is_fresh": None, "may_skip": True, "only_if_position": None, "only_if_value": None,
    }  # fmt: skip
