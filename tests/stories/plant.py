"""A small plant for stories in a real browser: one press with the checklist of the industry pack, and its people."""

from dataclasses import dataclass
from datetime import time
from functools import cache
from io import BytesIO
from pathlib import Path

from facilities.models import Area, Equipment, EquipmentType, RiskColour
from facilities.qr import issue_sticker, token_of
from hazards.models import Category, Route
from inspections.actions import create_plan
from inspections.models import Checklist
from market.actions import install_pack
from market.packs import load_pack
from people.actions import Person, add_team, add_user
from people.models import Team, User
from people.permissions import Role
from portals.operator.demo.pictures import draw_scene
from tests import make
from tests.make.base import hashed


@dataclass(frozen=True)
class Plant:
    people: dict[str, str]  # phone by role
    sticker: str
    press: str
    photos: dict[str, str]


def build(folder: Path) -> Plant:
    """Commits; to be called inside a fresh factory and before a browser starts."""
    install_pack(load_pack("metal-working"), by=None)
    workshop = make.department("冲压车间")
    press_team = add_team(by=None, name="冲压一班", department=workshop)
    repair_team = add_team(by=None, name="维修组", department=workshop)
    phones = {}
    for number, (role, name, team) in enumerate(
        (
            (Role.WORKER, "王建国", press_team),
            (Role.TEAM_LEADER, "李卫东", press_team),
            (Role.SAFETY_OFFICER, "周敏", None),
            (Role.LEADER, "赵国庆", None),
            (Role.MAINTENANCE, "陈志强", repair_team),
        )
    ):
        phone = f"1370000000{number}"
        user = add_user(Person(name, phone, department=workshop, team=team, roles=(role,)), by=None)
        user.password = hashed(make.PASSWORD)
        user.save()
        phones[role] = phone
    Team.objects.filter(pk=repair_team.pk).update(leader=User.objects.get(name="陈志强"))
    Route.objects.create(category=Category.objects.get(code="machine-guarding"), team=repair_team)
    area = Area.objects.create(code="A1", name="冲压 A 区", department=workshop, colour=RiskColour.ORANGE)
    press = Equipment.objects.create(
        code="CY-002", name="2 号冲压机", type=EquipmentType.objects.get(code="press"), area=area
    )
    create_plan(
        "冲压机班前检查",
        [Checklist.objects.get(code="press-preshift")],
        [press],
        by=None,
        opens_at=time(0),
        window_minutes=1439,
        team=press_team,
    )
    token = token_of(issue_sticker(press, by=User.objects.get(name="周敏")))
    return Plant(phones, token, press.name, _photos(folder))


def _photos(folder: Path) -> dict[str, str]:
    """Pictures as a phone takes them, in files."""
    paths = {}
    for name, scene, is_after in (
        ("plate", "gauge", True), ("passage", "passage", True), ("before", "machine", False), ("after", "machine", True),
    ):  # fmt: skip
        path = folder / f"{name}.jpg"
        path.write_bytes(_drawn(scene, is_after))
        paths[name] = str(path)
    return paths


@cache
def _drawn(scene: str, is_after: bool) -> bytes:
    file = BytesIO()
    draw_scene(scene, is_after).resize((1600, 1200)).save(file, "JPEG", quality=88)
    return file.getvalue()
