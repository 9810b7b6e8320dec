"""The register of risks: the pack's, with who answers for each, two years of ratings, and a plan of the site in four colours."""

import random
from datetime import datetime, timedelta
from pathlib import Path

from dateutil.relativedelta import relativedelta
from django.conf import settings
from PIL import Image, ImageDraw, ImageFont

from core.attachments import keep_picture
from core.events import Event, emit
from core.stamps import FONT
from facilities.models import Area, RiskColour
from hazards.models import Hazard, Status
from inspections.models import Item
from people.models import RoleGrant, User
from people.permissions import Role
from portals.operator.demo.setup import Site
from risks.actions import add_floor_plan, add_risk, draw_zone, propose_rating, watch_item
from risks.actions.rating import assess, remind_on
from risks.colours import MONTHS
from risks.models import Assessment, Risk

# Where each area lies on the plan, in percent: left, top, right, bottom.
ROOMS = {
    "press-shop": (3, 4, 34, 46),
    "machine-shop": (37, 4, 62, 32),
    "grinding-dust": (37, 34, 62, 46),
    "weld-area": (65, 4, 97, 28),
    "paint-shop": (65, 31, 97, 56),
    "paint-store": (84, 59, 97, 76),
    "crane-area": (3, 55, 34, 76),
    "compressor-station": (37, 50, 62, 62),
    "switch-room": (37, 64, 62, 76),
    "hazwaste-store": (65, 59, 81, 76),
}
OFFICES = ((3, 82, 40, 96, "办公楼"), (44, 82, 62, 96, "食堂"), (66, 82, 97, 96, "装配车间"))
SIZE = (1600, 1000)
# Risks that were worse before: code, L, E and C of the first rating, what was done.
_EARLIER = (
    ("hand-die-zone-feeding", (6, 6, 15), "装了光幕和双手按钮，伸手进模区的可能性降了"),
    ("breathing-paint-mist-solvent", (6, 6, 7), "喷漆室换了排风机，风速达标"),
    ("forklift-people-mixing", (6, 6, 7), "划了人车分流线，叉车装了蓝光灯"),
    ("wheel-burst", (3, 6, 15), "砂轮换前做响声检查，防护罩换新"),
)
# Of these the next look is past.
_LATE = ("feeding-shear-brake", "gas-cylinders")


def write_risks(site: Site, planned: list[Event], now: datetime, rng: random.Random) -> None:
    """planned: events that are held back here; they are dated as what they tell of."""
    officer, first = site.user("周敏"), len(planned)
    risks = list(Risk.objects.select_related("area").order_by("number"))
    _answer_for(risks)
    _one_at_a_machine(site, officer)
    _watch(risks, officer)
    _draw_plan(site, officer)
    for event in planned[first:]:
        event.at = now - timedelta(days=40)
    for risk in risks:
        _look_back(risk, officer, planned, now, rng)
    _propose(site, risks)


def _answer_for(risks: list[Risk]) -> None:
    """The head of the workshop, else the first team leader there."""
    grants = RoleGrant.objects.filter(role__in=(Role.WORKSHOP_HEAD, Role.TEAM_LEADER)).select_related(
        "user", "department"
    )
    by_place: dict[int | None, User] = {}
    for grant in grants.order_by("-role", "pk"):
        by_place.setdefault(grant.department_id or grant.user.department_id, grant.user)
    for risk in risks:
        risk.owner = by_place.get(risk.department_id)
    Risk.objects.bulk_update(risks, ["owner"])


def _look_back(risk: Risk, officer: User, planned: list[Event], now: datetime, rng: random.Random) -> None:
    """The first rating two years ago, what was better since, and the last look within its cycle."""
    Assessment.objects.filter(risk=risk).delete()
    today = {name: getattr(risk, name) for name in ("likelihood", "exposure", "consequence", "score", "colour")}
    earlier = next((row for row in _EARLIER if row[0] == risk.code), None)
    months = MONTHS[RiskColour(risk.colour)]
    days = rng.randrange(3, max(5, months * 25))
    looked = now - relativedelta(months=months, days=9) if risk.code in _LATE else now - timedelta(days=days)
    begun = assess(*earlier[1]) if earlier else today
    rows = [(now - timedelta(days=730 - rng.randrange(30)), begun, "建立清单，首次评价")]
    rows += [(now - timedelta(days=380), today, earlier[2])] if earlier else []
    rows.append((looked, today, "到期复评，现场看过，没有变化"))
    before = begun
    for at, values, reason in rows:
        Assessment.objects.create(risk=risk, by=officer, at=at, reason=reason, **values)
        if at != rows[0][0]:
            emit("risk.rated", risk, by=officer, note=reason, rated_before=before, rated=values)
            planned[-1].at = at
        before = values
    risk.rated_at, risk.review_on = looked, (looked + relativedelta(months=months)).date()
    risk.save(update_fields=["rated_at", "review_on"])
    remind_on(risk)


def _one_at_a_machine(site: Site, officer: User) -> None:
    press = site.equipment["A-CY-002"]
    add_risk(
        by=officer, name="2 号冲压机连冲、误动作", area=press.area, equipment=press, owner=site.user("周敏"),
        factors="离合器磨损、脚踏开关误踩、光幕被挡住不报",
        accident="GB6441-2025:machine",
        controls={
            "engineering": ["光幕带自检，断线即停", "脚踏开关加防护罩"],
            "management": ["班前试光幕三次并记录", "坏了停机挂牌，不带病开机"],
            "training": ["冲压工持证上岗，每年复训"],
            "ppe": ["安全鞋", "耳塞"],
            "emergency": ["按急停、断电，止血包扎后送医，打 120"],
        },
        categories=[site.categories["machine-guarding"]],
        likelihood=3, exposure=6, consequence=15,
    )  # fmt: skip


def _watch(risks: list[Risk], officer: User) -> None:
    """The first item of a list for the machines there that asks for one of the risk's kinds of hazards."""
    for risk in risks:
        item = (
            Item.objects.filter(category__in=risk.categories.all(), checklist__status="current")
            .filter(checklist__target_type__equipment__area=risk.area_id)
            .select_related("checklist")
            .order_by("checklist__code", "position")
            .first()
        )
        lines = risk.controls.get("management") or [""]
        if item:
            watch_item(risk, item, by=officer, measure=lines[0])


def _draw_plan(site: Site, officer: User) -> None:
    image = Image.new("RGB", SIZE, "#f7f8f7")
    pen = ImageDraw.Draw(image)
    font = str(Path(settings.PDF_FONT_DIR) / FONT)
    big, small = ImageFont.truetype(font, 26), ImageFont.truetype(font, 20)
    pen.rectangle(_pixels((1, 1.5, 99, 98.5)), outline="#14201b", width=6)
    for code, room in ROOMS.items():
        pen.rectangle(_pixels(room), fill="#ffffff", outline="#46544e", width=4)
        left, top = _pixels(room)[:2]
        pen.text((left + 14, top + 12), site.areas[code].name["zh"], fill="#14201b", font=small)
    for left, top, right, bottom, name in OFFICES:
        box = _pixels((left, top, right, bottom))
        pen.rectangle(box, fill="#eef1ef", outline="#7e8c85", width=3)
        pen.text((box[0] + 14, box[1] + 12), name, fill="#46544e", font=small)
    pen.text((SIZE[0] * 0.15, SIZE[1] * 0.49), "主  通  道", fill="#7e8c85", font=big)
    pen.text((SIZE[0] * 0.03, SIZE[1] * 0.775), "消防通道 →", fill="#7e8c85", font=small)
    plan = add_floor_plan("厂区平面图", keep_picture(image, name="厂区平面图.jpg", by=officer), by=officer)
    for code, (left, top, right, bottom) in ROOMS.items():
        area: Area = site.areas[code]
        corners = [(left, top), (right, top), (right, bottom), (left, bottom)]
        draw_zone(plan, area, [(float(x), float(y)) for x, y in corners], by=officer)


def _pixels(room: tuple[float, float, float, float]) -> tuple[int, int, int, int]:
    left, top, right, bottom = room
    width, height = SIZE
    return int(left * width / 100), int(top * height / 100), int(right * width / 100), int(bottom * height / 100)


def _propose(site: Site, risks: list[Risk]) -> None:
    """A workshop head asks for a new rating; the officer has still to decide."""
    risk = next(risk for risk in risks if risk.code == "static-ignition-spraying")
    asker = risk.owner or site.user("周敏")
    found = Hazard.objects.filter(area=risk.area_id, status=Status.CLOSED).order_by("-reported_at").first()
    about = f"，上次是 {found.number}" if found else ""
    propose_rating(risk, by=asker, reason=f"干燥季节湿度低，喷涂区静电报警多了{about}，可能性要重新看")
