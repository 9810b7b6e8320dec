"""One hazard that was found to be legally major today: locked, under control, its plan waits for the leader in charge."""

from datetime import datetime, timedelta

from django.db.models import F
from django.utils import timezone

from alerts.actions import acknowledge_alert
from alerts.models import Alert
from core.events import Event
from hazards.actions import change_level, change_policy, control_hazard, write_plan
from hazards.models import Hazard, Level, LevelPolicy, Status
from people.models import User
from portals.operator.demo.cases import CLAUSE, LEGAL_MACHINE
from portals.operator.demo.setup import Site

ANSWERED = timedelta(minutes=2, seconds=36)
PLAN = {
    "situation": "喷漆室可燃气探头被漆盖住，标气试了 3 次都不报警。初查是防护罩拆下清洗后没有装回。",
    "gravity": "漆雾积聚遇火花会爆燃，喷漆室有 6 人。探头和防护罩本地有货，一天能装好，难度不大。",
    "goal": "探头 100% 灵敏，报警联动排风；全厂可燃气探头一并查清。",
    "methods": "1. 停线上锁。2. 换探头，装回防护罩。3. 标气试验，联动试 3 次。4. 防护罩加固定卡，清洗后两人签字。",
    "funds": "探头 2 只、防护罩 2 个、标气 1 瓶，预算 8600 元，安全费用列支。",
    "people": "负责人：孙立（设备科）。整改：陈志强。验收：班组长、周敏、赵国庆，销号：钱立群。",
    "schedule": "今天停线上锁；3 天内到货更换；第 4 天试验和验收；第 5 天前销号。",
    "emergency": "停线期间保持通风，禁止动火，现场放灭火器。闻到漆味重先撤人，再断电，打 119，同时报安全科。",
}


def write_major(site: Site, events: list[Event]) -> None:
    """The factory closed major ones without plan and release, until the first one by law: that one already had both."""
    officer, leader = site.user("周敏"), site.user("赵国庆")
    earlier = Hazard.objects.filter(is_legal_major=True)
    _change_rules(events, officer, earlier.get().reported_at - timedelta(days=7))
    earlier.update(policy=LevelPolicy.objects.get(level=Level.MAJOR, needs_plan=True))
    here = Hazard.objects.select_related("policy").filter(equipment=site.equipment[LEGAL_MACHINE])
    hazard = here.get(status=Status.ASSIGNED, category__code="coating-vent", owner=site.user("陈志强"))
    reason = "标气试了 3 次都不报警，探头失效"
    begin = len(events)
    change_level(hazard, by=officer, level=Level.MAJOR, reason=reason, clause=CLAUSE)
    called = Alert.objects.open().filter(subject_id=str(hazard.pk))
    called.update(raised_at=F("raised_at") - ANSWERED)
    for event in events[begin:]:
        event.at -= ANSWERED
    acknowledge_alert(called.get(), by=leader)
    control_hazard(hazard, by=officer, control="喷涂线停机上锁，开排风，禁止动火，钥匙在安全科")
    write_plan(hazard, by=officer, due_at=timezone.now() + timedelta(days=5), **PLAN)


def _change_rules(events: list[Event], officer: User, moment: datetime) -> None:
    """events: those that are held back."""
    LevelPolicy.objects.filter(level=Level.MAJOR).update(needs_plan=False, needs_release=False)
    begin = len(events)
    policy = change_policy(LevelPolicy.objects.get(level=Level.MAJOR), by=officer, needs_plan=True, needs_release=True)
    LevelPolicy.objects.filter(pk=policy.pk).update(created_at=moment)
    for event in events[begin:]:
        event.at = moment
