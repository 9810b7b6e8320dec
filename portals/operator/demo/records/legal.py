"""What a hazard that fell under a clause left behind beside its reviews: its plan, its control, and the lock of its machine."""

from datetime import datetime
from typing import Any

from django.utils import timezone

from hazards.clauses import clause_of
from hazards.models import POINTS, Hazard, PlanStatus, RectificationPlan, StopUse
from portals.operator.demo.cases import Case
from portals.operator.demo.records.base import Records

CONTROL = "喷涂线停机上锁，开排风，调漆间清空油漆，禁止动火"
PLAN = {
    "situation": "喷漆室可燃气探头被漆雾盖住，标气试验不报警。原因是喷涂时没有遮护，月检只看外观。",
    "gravity": "漆雾积聚遇火花会爆燃，喷漆室有 6 人。清洁标定一天能完成，难度不大。",
    "goal": "探头 100% 灵敏，报警联动排风；全厂可燃气探头一并查清。",
    "methods": "1. 停线上锁。2. 清洁探头，加防护罩。3. 标气试验，联动试 3 次。4. 月检加标气试验。",
    "funds": "防护罩和标气，预算 2600 元，安全费用列支。",
    "people": "负责人：周敏（安全科）。整改：喷涂一班。验收：班组长、安全员、分管领导，销号：钱立群。",
    "schedule": "当天停线；1 天内清洁标定；第 2 天试验和验收。",
    "emergency": "停线期间保持通风，禁止动火，现场放灭火器。闻到漆味重先撤人，再断电，同时报安全科。",
}


def legal_text(number: str) -> str:
    clause = clause_of(number, timezone.localdate())
    return clause.text["zh"] if clause else ""


def write_legal(records: Records) -> None:
    for number, case in enumerate(records.cases):
        if case.clause:
            _write_plan(records, number, case)
            _write_lock(records, number, case)


def _moment(case: Case, share: float) -> datetime:
    """So far on the way from its confirmation to the begin of the work."""
    confirmed, started = case.at("confirm"), case.at("start")
    assert confirmed and started  # noqa: S101 - it was closed
    return confirmed + (started - confirmed) * share


def _write_plan(records: Records, number: int, case: Case) -> None:
    people = {person.name: records.site.users[n].pk for n, person in enumerate(records.site.people)}
    officer, leader, head = records.user(case.officer), people["赵国庆"], people["钱立群"]
    written, agreed, approved = (_moment(case, share) for share in (0.4, 0.6, 0.8))
    facts: dict[str, Any] = {
        "hazard_id": records.hazard_ids[number],
        "due_at": case.due_at,
        "status": PlanStatus.APPROVED,
    }
    facts |= {"author_id": officer, "leader_id": leader, "head_id": head}
    plan = RectificationPlan.objects.create(written_at=written, leader_at=agreed, head_at=approved, **facts, **PLAN)
    words: dict[str, Any] = {name: PLAN[name] for name in POINTS}
    about = (RectificationPlan, plan.pk)
    records.tell(
        "plan.written",
        *about,
        written,
        officer,
        number=case.number,
        due_at=f"{case.due_at:%Y-%m-%dT%H:%M:%S%z}",
        **words,
    )
    for name, at, by, before, after in (
        ("plan.passed", agreed, leader, PlanStatus.WAITS_LEADER, PlanStatus.WAITS_HEAD),
        ("plan.approved", approved, head, PlanStatus.WAITS_HEAD, PlanStatus.APPROVED),
    ):
        records.tell(name, *about, at, by, before=before, after=after, note="")


def _write_lock(records: Records, number: int, case: Case) -> None:
    hazard, officer = records.hazard_ids[number], records.user(case.officer)
    controlled = _moment(case, 0.2)
    Hazard.objects.filter(pk=hazard).update(control=CONTROL, controlled_at=controlled)
    records.tell("hazard.controlled", Hazard, hazard, controlled, officer, note=CONTROL)
    if case.machine is None:
        return
    machine, head = records.site.equipment[case.machine], records.user(case.steps[-1].by)
    since, until = _moment(case, 0), case.closed_at
    facts = {"hazard_id": hazard, "equipment": machine, "reason": case.words[0], "locked_at": since, "freed_at": until}
    lock = StopUse.objects.create(locked_by_id=officer, freed_by_id=head, **facts)
    said = {"reason": case.words[0], "machine": machine.code, "lock": lock.pk}
    name = machine.name["zh"]
    records.tell("hazard.locked", Hazard, hazard, since, officer, note=f"{name} · {case.words[0]}", **said)
    records.tell("hazard.unlocked", Hazard, hazard, until or records.now, head, note=name, is_free=True, **said)
