"""Hazards with their proof, reviews, alerts and history."""

from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Any

from alerts.models import Alert
from hazards.chain import hearers, moments, stamp, tried
from hazards.models import Evidence, Extension, Hazard, Review, Status
from people.permissions import Role
from portals.operator.demo.cases import Case, Step
from portals.operator.demo.records.base import Records, columns
from portals.operator.demo.records.legal import legal_text
from portals.operator.demo.rows import copy_rows, reserve

_BOARD = timedelta(days=2), timedelta(days=60)
# Of so many alerts it is known who was called; one of them waited until its next level was.
CALLS_KNOWN = 3
SLOW = timedelta(minutes=7, seconds=20)


_EVENTS = {
    "confirm": ("hazard.confirmed", Status.REPORTED, Status.CONFIRMED),
    "assign": ("hazard.assigned", Status.CONFIRMED, Status.ASSIGNED),
    "start": ("hazard.started", Status.ASSIGNED, Status.RECTIFYING),
    "submit": ("hazard.submitted", Status.RECTIFYING, Status.FIRST_REVIEW),
    "pass_first": ("hazard.reviewed", Status.FIRST_REVIEW, Status.SECOND_REVIEW),
    "pass_second": ("hazard.reviewed", Status.SECOND_REVIEW, Status.FINAL_REVIEW),
    "pass_final": ("hazard.closed", Status.FINAL_REVIEW, Status.CLOSED),
    "pass_head": ("hazard.closed", Status.HEAD_REVIEW, Status.CLOSED),
    "return_second": ("hazard.returned", Status.SECOND_REVIEW, Status.RECTIFYING),
    "reject": ("hazard.rejected", Status.REPORTED, Status.REJECTED),
    "void": ("hazard.voided", Status.REPORTED, Status.VOIDED),
    "merge": ("hazard.merged", Status.REPORTED, Status.MERGED),
}


def write_hazards(records: Records) -> None:
    site = records.site
    latest: dict[tuple[str, str], int] = {}
    rows = []
    for number, case in enumerate(records.cases):
        equipment = site.equipment[case.machine] if case.machine else None
        area = site.areas[case.area]
        place = (case.category, case.machine or case.area)
        earlier = latest.get(place)
        closed = records.cases[earlier].closed_at if earlier is not None else None
        is_repeat = closed is not None and timedelta() <= case.reported_at - closed <= timedelta(days=90)
        if case.status == Status.CLOSED:
            latest[place] = number
        is_fixed = case.at("submit") is not None
        rows.append(
            Hazard(
                id=records.hazard_ids[number],
                number=case.number,
                status=case.status,
                source=case.source,
                title=case.words[0],
                category=site.categories[case.category],
                department_id=area.department_id,
                area=area,
                equipment=equipment,
                level=case.level,
                is_urgent=case.is_urgent,
                is_machine_stopped=case.is_urgent or None,
                is_legal_major=bool(case.clause),
                clause=case.clause,
                clause_text=legal_text(case.clause),
                policy=site.policies[case.level] if case.at("confirm") else None,
                reporter_id=site.users[case.reporter].pk,
                reported_at=case.reported_at,
                confirmed_at=case.at("confirm"),
                team=site.teams[case.crew] if case.crew else None,
                owner_id=records.user(case.owner),
                assigned_at=case.at("assign"),
                due_at=case.due_at,
                first_due_at=case.due_at,
                started_at=case.at("start"),
                submitted_at=case.at("submit"),
                closed_at=case.closed_at,
                cause=case.words[1] if is_fixed else "",
                measure=case.words[2] if is_fixed else "",
                cost=2000 + number * 3700 % 96000 if is_fixed else None,
                published_on=_known_on(records, number, case),
                published_where="公示栏" if _known_on(records, number, case) else "",
                tests=_tests(case) if is_fixed else [],
                round=case.round,
                merged_into_id=None if case.merged_into is None else records.hazard_ids[case.merged_into],
                repeat_of_id=records.hazard_ids[earlier] if is_repeat and earlier is not None else None,
            )
        )
    fields = [column.name for column in Hazard._meta.concrete_fields]
    copy_rows(Hazard, fields, (columns(row, fields) for row in rows))


def _known_on(records: Records, number: int, case: Case) -> date | None:
    """What was closed lately hangs on the board from the next day on; not each of them yet."""
    closed = case.closed_at
    if case.status != Status.CLOSED or closed is None or number % 3 or not _BOARD[0] < records.now - closed < _BOARD[1]:
        return None
    return (closed + timedelta(days=1)).date()


def _tests(case: Case) -> list[dict[str, Any]]:
    return [{"name": case.words[3], "required": "", "result": "试过，符合要求", "is_passed": True}]


def write_evidence_and_reviews(records: Records) -> None:
    evidence, reviews = [], []
    for number, case in enumerate(records.cases):
        hazard = records.hazard_ids[number]
        evidence += [(hazard, photo.id, Evidence.Stage.BEFORE, 1) for photo in records.before[number]]
        for step in case.steps:
            if step.verb == "submit":
                evidence.append((hazard, records.after[number, step.round].id, Evidence.Stage.AFTER, step.round))
            if step.verb.startswith(("pass_", "return_")):
                verb, stage = step.verb.split("_")
                reviews.append((hazard, stage, step.round, records.user(step.by), verb == "pass", step.note, step.at))
    copy_rows(Evidence, ("hazard", "attachment", "stage", "round"), evidence)
    copy_rows(Review, ("hazard", "stage", "round", "reviewer", "is_passed", "note", "at"), reviews)


def write_alerts(records: Records) -> None:
    """Whatever was urgent was taken by an officer within some minutes; of the last ones it is known who was called."""
    urgent = [(n, case) for n, case in enumerate(records.cases) if case.is_urgent]
    ids, rows = reserve(Alert, len(urgent)), []
    newest = sorted(zip(ids, urgent, strict=True), key=lambda pair: pair[1][1].reported_at)[-CALLS_KNOWN:]
    calls = {pk: _call(records, case, is_slow=place == 1) for place, (pk, (_n, case)) in enumerate(newest)}
    for pk, (number, case) in zip(ids, urgent, strict=True):
        hazard, by = records.hazard_ids[number], records.user(case.officer)
        about = {"subject_type": Hazard._meta.label_lower, "subject_id": str(hazard)}
        called = calls.get(pk, _Call())
        wait = SLOW if called.is_slow else timedelta(seconds=90 + (number * 37) % 200)
        area, reporter = records.site.areas[case.area], records.user(case.reporter)
        line, taken = case.words[0], case.reported_at + wait
        step = 1 if called.is_slow else 0
        rows.append((pk, line, area.department_id, *about.values(), case.reported_at, reporter, taken, by, step))
        told = {"told": called.first} if called.first else {}
        records.tell("alert.raised", Alert, pk, case.reported_at, reporter, line=line, **about, **told)
        if called.is_slow:
            records.tell(
                "alert.escalated", Alert, pk, case.reported_at + timedelta(minutes=5), None,
                step=1, to=Role.LEADER, skipped=[], told=called.later, minutes=5,
            )  # fmt: skip
        records.tell("alert.acknowledged", Alert, pk, taken, by, seconds=wait.seconds)
    fields = (
        "id", "line", "department", "subject_type", "subject_id",
        "raised_at", "raised_by", "acknowledged_at", "acknowledged_by", "step",
    )  # fmt: skip
    copy_rows(Alert, fields, rows)
    through = Alert.called.through
    pairs = [(pk, person) for pk, called in calls.items() for person in {*called.first, *called.later}]
    through.objects.bulk_create(through(alert_id=pk, user_id=person) for pk, person in pairs)


@dataclass(frozen=True)
class _Call:
    first: list[int] = field(default_factory=list)
    later: list[int] = field(default_factory=list)
    is_slow: bool = False


def _call(records: Records, case: Case, *, is_slow: bool) -> _Call:
    site, by = records.site, records.user(case.officer)
    people = (by, site.user("周敏").pk, site.user("马国平").pk)
    first = [user for user in dict.fromkeys(people) if user and user != records.user(case.reporter)]
    return _Call(first, [site.user("赵国庆").pk] if is_slow else [], is_slow)


def tell_case(records: Records, number: int, case: Case) -> None:
    hazard = records.hazard_ids[number]
    photos = [photo.sha256 for photo in records.before[number]]
    data = {"number": case.number, "level": case.level, "photos": photos}
    records.tell("hazard.reported", Hazard, hazard, case.reported_at, records.user(case.reporter), **data)
    for step in case.steps:
        name, before, after = _event_of(case, step)
        told = {"before": before, "after": after, "note": step.note, **_more(records, number, case, step)}
        records.tell(name, Hazard, hazard, step.at, records.user(step.by), **told)
    _tell_escalations(records, hazard, case)
    known = _known_on(records, number, case)
    if known:
        at = datetime.combine(known, time(8, 10), records.now.tzinfo)
        by = records.user(case.officer)
        records.tell("hazard.published", Hazard, hazard, at, by, note="公示栏", on=known.isoformat())


def _event_of(case: Case, step: Step) -> tuple[str, Status, Status]:
    if case.clause and step.verb == "pass_final":
        return "hazard.reviewed", Status.FINAL_REVIEW, Status.HEAD_REVIEW
    return _EVENTS[step.verb]


def _more(records: Records, number: int, case: Case, step: Step) -> dict[str, Any]:
    if step.verb == "confirm":
        version = records.site.policies[case.level].version + bool(case.clause)
        legal = {"clause": case.clause} if case.clause else {}
        return {"level": case.level, "level_before": case.level, "policy": version, **legal}
    if step.verb == "assign" and case.owner is not None and case.due_at:
        name = records.site.people[case.owner].name
        return {"owner": records.user(case.owner), "owner_name": name, "due_at": case.due_at.isoformat()}
    if step.verb == "submit":
        sha256 = records.after[number, step.round].sha256
        return {"photos": [sha256], "tests": _tests(case), "round": step.round, "measure": case.words[2]}
    if step.verb.startswith(("pass_", "return_")):
        return {"stage": step.verb.split("_")[1], "round": step.round}
    return {}


def _tell_escalations(records: Records, hazard: int, case: Case) -> None:
    if case.due_at is None:
        return
    ended = case.closed_at or case.at("reject", "void", "merge") or records.now
    policy = records.site.policies[case.level]
    department = records.site.areas[case.area].department_id
    for call in moments(case.due_at, policy):
        if call.when >= ended:
            break
        heard = hearers(tried(policy.chain, call.step), department, records.held.setdefault(department, {}))
        data: dict[str, Any] = {
            "told": [person.pk for person in heard.people],
            "to": heard.role,
            "skipped": heard.skipped,
        }
        data |= {"reason": call.reason, "step": call.step, "limit": stamp(case.due_at)}
        records.tell("hazard.escalated", Hazard, hazard, call.when, None, **data)


def write_requests(records: Records) -> None:
    """Who fixes the newest hazard that is being fixed has asked for more time once in vain, and once more just now."""
    fixing = [(case.reported_at, n) for n, case in enumerate(records.cases) if case.status == Status.RECTIFYING]
    for _at, number in sorted(fixing)[-1:]:
        case, day = records.cases[number], timedelta(days=1)
        limit, begun = case.due_at or records.now, case.at("start") or records.now
        asked = _ask(records, number, limit + day, begun + (records.now - begun) / 4, "备件要明天到")
        _refuse(records, asked, begun + (records.now - begun) / 3, records.user(case.officer))
        _ask(records, number, max(limit, records.now) + 2 * day, records.now - day / 48, "厂家说后天才能装")


def _ask(records: Records, number: int, new: datetime, at: datetime, why: str) -> Extension:
    case, hazard = records.cases[number], records.hazard_ids[number]
    old, by = case.due_at or records.now, records.user(case.owner)
    dates = {"old": old.isoformat(), "new": new.isoformat()}
    records.tell("hazard.extension_requested", Hazard, hazard, at, by, note=why, **dates)
    facts = {"reason": why, "old_due_at": old, "new_due_at": new, "requested_by_id": by, "requested_at": at}
    return Extension.objects.create(hazard_id=hazard, **facts)


def _refuse(records: Records, asked: Extension, at: datetime, officer: int | None) -> None:
    Extension.objects.filter(pk=asked.pk).update(is_approved=False, decided_by=officer, decided_at=at)
    data = {"extension": asked.pk, "is_approved": False, "note": "先停机，用旧件顶一天"}
    data |= {"old": asked.old_due_at.isoformat(), "new": asked.new_due_at.isoformat()}
    records.tell("hazard.extension_decided", Hazard, asked.hazard_id, at, officer, **data)
