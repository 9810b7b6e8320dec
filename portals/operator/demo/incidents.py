"""Two years of incidents: three minor injuries, near misses that are reported more and more, one under investigation."""

from datetime import datetime, timedelta
from typing import Any

from django.utils import timezone

from core.accidents import standard_on
from core.counters import next_number
from core.events import Event, emit
from facilities.models import Equipment
from hazards.models import Hazard
from hazards.models import Status as HazardStatus
from incidents.models import Incident, Injury, Remedy, Status, WorkedHours
from people.models import User
from portals.operator.demo.setup import Site

PEOPLE = 650
# Days ago, machine, class, severity, lost days, what, immediate cause, root cause, measure at once, lesson; status.
_ROWS: tuple[tuple[Any, ...], ...] = (
    (655, "A-CY-002", "machine", "minor", 12, "取料时手指被滑块擦伤", "手伸进模区取料", "换模后没有试光幕", "停机，包扎送医", "手不进模区。取料用夹钳。"),
    (430, "A-PT-001", "burn", "minor", 6, "清洗喷枪时溅到眼睛", "没戴护目镜", "清洗点没有挂护目镜", "洗眼 15 分钟，送医", "洗枪先戴护目镜。"),
    (350, "A-CY-002", "object-strike", "near_miss", None, "模具吊装时晃动，差点撞人", "站在吊物下风侧", "没有划吊装警戒线", "清场，重新起吊", "吊物晃，人先退。"),
    (212, "A-CY-002", "machine", "minor", 3, "左手食指被毛刺划伤", "没戴防割手套", "手套领用点离得远", "包扎", "拿料先戴手套。"),
    (140, "A-PT-001", "fire", "near_miss", None, "挂具接地夹松了，喷枪打火花", "接地夹没夹紧", "班前没有测接地", "停喷，重新接地", "接地夹紧了再喷。"),
    (75, "A-CY-002", "machine", "first_aid", 0, "换模时扳手打滑，手背擦破", "扳手开口磨损", "工具没有定期更换", "消毒包扎", "扳手打滑就换，不凑合。"),
    (41, "A-CY-002", "fall", "near_miss", None, "地面有油，差点滑倒", "接油盘满了没倒", "没有规定谁倒接油盘", "撒吸油砂", "接油盘半满就倒。"),
    (6, "A-CY-002", "machine", "near_miss", None, "双手按钮被胶带绑住，滑块差点压手", "按钮被绑", "", "撕掉胶带，停机", ""),
    (0, "A-PT-001", "object-strike", "near_miss", None, "挂具掉下来，砸在脚边", "", "", "", ""),
)  # fmt: skip


def write_incidents(site: Site, planned: list[Event], now: datetime) -> None:
    """planned: events that are held back here; they are dated as what they tell of. No new hazard is made for it."""
    officer, reporters = site.user("周敏"), [user for user in site.users if user.team_id][:40]
    leader = site.user("赵国庆")
    for number, row in enumerate(_ROWS):
        _write(site, row, reporters[number * 4], officer, leader, planned, now)
    _hours(officer, now)


def _write(
    site: Site, row: tuple[Any, ...], by: User, officer: User, leader: User, planned: list[Event], now: datetime
) -> None:
    days, code, accident, severity, lost, title, immediate, root, at_once, lesson = row
    machine, at = site.equipment[code], now - timedelta(days=days, hours=2)
    is_closed, is_known = bool(lesson), bool(immediate)
    classes = standard_on(at.date()).classes
    key = next((each.key for each in classes if each.key.endswith(f":{accident}")), classes[-1].key)
    month = f"{at:%Y%m}"
    incident = Incident.objects.create(
        number=f"SG-{month}-{next_number(f'incident-{month}'):04}",
        severity=severity, title=title, accident=key, area=machine.area, department=machine.area.department,
        equipment=machine, happened_at=at - timedelta(minutes=20), reported_at=at, reporter=by,
        status=Status.CLOSED if is_closed else Status.INVESTIGATING if is_known else Status.REPORTED,
        immediate_causes=[immediate] if immediate else [], root_causes=[root] if root else [],
        whys=[immediate, root] if root else [], lesson=lesson, investigator=officer if is_known else None,
        closed_at=at + timedelta(days=9) if is_closed else None,
    )  # fmt: skip
    _tell(planned, at, "incident.reported", incident, by, number=incident.number, severity=severity, files=[])
    if not is_known:
        return
    _tell(planned, at + timedelta(hours=1), "incident.confirmed", incident, officer, severity=severity, accident=key)
    if at_once:
        Remedy.objects.create(incident=incident, text=at_once, by=officer, at=at)
    if lost is not None:
        Injury.objects.create(incident=incident, person=by, severity=severity, lost_days=lost)
        _tell(
            planned,
            at + timedelta(hours=2),
            "incident.injury_added",
            incident,
            officer,
            severity=severity,
            lost_days=lost,
        )
    if is_closed:
        _prove(incident, machine, officer, at)
        _tell(planned, at + timedelta(days=4), "incident.handed_in", incident, officer)
        _tell(planned, at + timedelta(days=9), "incident.closed", incident, leader)


def _prove(incident: Incident, machine: Equipment, officer: User, at: datetime) -> None:
    """What was fixed in the area soon after it stands as its corrective action."""
    closed = Hazard.objects.filter(area=machine.area, status=HazardStatus.CLOSED, remedy=None, reported_at__gte=at)
    here = closed.filter(equipment=machine).order_by("reported_at").first()
    hazard = here or closed.order_by("reported_at").first()
    if hazard:
        Remedy.objects.create(
            incident=incident,
            text=(hazard.measure or hazard.title)[:120],
            hazard=hazard,
            by=officer,
            at=hazard.reported_at,
        )


def _tell(planned: list[Event], at: datetime, name: str, incident: Incident, by: User, **data: Any) -> None:
    emit(name, incident, by=by, **data)
    planned[-1].at = min(at, timezone.now())


def _hours(officer: User, now: datetime) -> None:
    month = now.date().replace(day=1)
    for n in range(1, 25):
        month = (month - timedelta(days=1)).replace(day=1)
        hours = PEOPLE * (168 if n % 3 else 176)
        WorkedHours.objects.create(month=month, headcount=PEOPLE, hours=hours, by=officer, at=now)
