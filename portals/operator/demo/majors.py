"""One hazard that was raised to major today: under control for now, its plan waits for the leader in charge."""

from datetime import timedelta

from django.utils import timezone

from alerts.actions import acknowledge_alert
from alerts.models import Alert
from hazards.actions import change_level, change_policy, control_hazard, write_plan
from hazards.models import Hazard, Level, LevelPolicy, Status
from portals.operator.demo.setup import Site

MACHINE = "A-ZW-001"
PLAN = {
    "situation": "操作侧光电保护装置时好时坏，遮挡后滑块有时不停。初查是接收端线缆磨破，加上去年改装后没有复验。",
    "gravity": "滑块不停会压断手指、手掌。备件本地有，停机一班能换好，难度不大。",
    "goal": "光电保护 100% 有效，遮挡后滑块立即停；同车间同型号 3 台一并查清。",
    "methods": "1. 停机上锁。2. 换整套光电保护和线缆，走金属软管。3. 按说明书做 20 次遮挡试验。4. 同型号 3 台当班复查。",
    "funds": "光电保护 1 套、线缆和软管 1 批，预算 8600 元，设备科备件费列支。",
    "people": "负责人：孙立（设备科）。整改：陈志强。验收：李卫东、周敏、赵国庆，销号：钱立群。",
    "schedule": "今天停机上锁；3 天内到货更换；第 4 天试验和验收；第 5 天前销号。",
    "emergency": "整改期间挂牌上锁，拉警戒线，改由 2 号折弯机生产。有人被压：按急停，断电，不硬拉，打 120，同时报安全科。",
}


def write_major(site: Site) -> None:
    """Until now the factory closed major ones without plan and release; the new rules hold from today."""
    officer, leader = site.user("周敏"), site.user("赵国庆")
    LevelPolicy.objects.filter(level=Level.MAJOR).update(needs_plan=False, needs_release=False)
    change_policy(LevelPolicy.objects.get(level=Level.MAJOR), by=officer, needs_plan=True, needs_release=True)
    hazard = Hazard.objects.select_related("policy").get(status=Status.ASSIGNED, equipment=site.equipment[MACHINE])
    change_level(hazard, by=officer, level=Level.MAJOR, reason="现场试了 5 次，2 次不停，会压到手")
    acknowledge_alert(Alert.objects.open().get(subject_id=str(hazard.pk)), by=leader)
    control_hazard(hazard, by=officer, control="停机上锁，拉警戒线，钥匙在安全科")
    write_plan(hazard, by=officer, due_at=timezone.now() + timedelta(days=5), **PLAN)
