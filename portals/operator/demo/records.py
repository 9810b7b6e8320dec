"""Writes what checks and cases computed: rows by COPY, and for each fact the event that the real action would emit."""

import uuid
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

from django.db import connection
from django.db.models import Model

from alerts.models import Alert
from core.events import Event
from core.models import Attachment, Counter
from core.words import say
from hazards.actions import CHAIN
from hazards.models import Evidence, Hazard, Review, Status
from inspections.actions import judge_runs
from inspections.models import Answer, Item, Plan, Run, Stop, Theme
from people.models import User
from portals.operator.demo.cases import Case, Step
from portals.operator.demo.checks import Check, Routine
from portals.operator.demo.pictures import NAMEPLATE, Album
from portals.operator.demo.proofs import Darkroom, Kept, plan_shots
from portals.operator.demo.rows import copy_rows, reserve
from portals.operator.demo.setup import Site
from portals.operator.demo.shots import SHOT
from tenants import due

BEFORE = timedelta(hours=12)  # the next level hears of it
_EVENTS = {
    "confirm": ("hazard.confirmed", Status.REPORTED, Status.CONFIRMED),
    "assign": ("hazard.assigned", Status.CONFIRMED, Status.ASSIGNED),
    "start": ("hazard.started", Status.ASSIGNED, Status.RECTIFYING),
    "submit": ("hazard.submitted", Status.RECTIFYING, Status.FIRST_REVIEW),
    "pass_first": ("hazard.reviewed", Status.FIRST_REVIEW, Status.SECOND_REVIEW),
    "pass_second": ("hazard.reviewed", Status.SECOND_REVIEW, Status.FINAL_REVIEW),
    "pass_final": ("hazard.closed", Status.FINAL_REVIEW, Status.CLOSED),
    "return_second": ("hazard.returned", Status.SECOND_REVIEW, Status.RECTIFYING),
    "reject": ("hazard.rejected", Status.REPORTED, Status.REJECTED),
    "void": ("hazard.voided", Status.REPORTED, Status.VOIDED),
    "merge": ("hazard.merged", Status.REPORTED, Status.MERGED),
}


@dataclass
class Records:
    """Everything that has a number, so that answers find their hazards and hazards their photos."""

    site: Site
    plan: list[Routine]
    checks: list[Check]
    cases: list[Case]
    now: datetime
    hazard_ids: list[int] = field(default_factory=list)
    before: dict[int, list[Attachment]] = field(default_factory=dict)
    shots: dict[int, Attachment] = field(default_factory=dict)
    after: dict[tuple[int, int], Attachment] = field(default_factory=dict)
    events: list[Event] = field(default_factory=list)
    held: dict[tuple[str, int], list[int]] = field(default_factory=dict)

    def user(self, number: int | None) -> int | None:
        return None if number is None else self.site.users[number].pk

    def tell(self, name: str, model: type[Model], pk: object, at: datetime, by: int | None, **data: Any) -> None:
        self.events.append(
            Event(
                id=uuid.uuid4(),
                name=name,
                subject_type=model._meta.label_lower,
                subject_id=str(pk),
                actor_id=by,
                data=data,
                at=at,
            )
        )


def write_records(
    site: Site, plan: list[Routine], checks: list[Check], cases: list[Case], now: datetime
) -> list[Event]:
    """Returns the events, still to be sealed."""
    records = Records(site, plan, checks, cases, now)
    records.hazard_ids = reserve(Hazard, len(cases))
    _write_photos(records)
    _write_hazards(records)
    _write_evidence_and_reviews(records)
    _write_alerts(records)
    for number, case in enumerate(cases):
        _tell_case(records, number, case)
    _write_checks(records)
    _continue_counters(cases, now)
    _schedule(records)
    return records.events


# Hazards


def _write_photos(records: Records) -> None:
    album = Album()
    _shoot(records)
    for number, case in enumerate(records.cases):
        if case.check is None:
            stamp = f"case-{number}"
            first = _photo(records, album, case, case.reporter, case.reported_at, stamp, is_after=False)
            records.before[number] = [first]
        for step in case.steps:
            if step.verb == "submit":
                stamp = f"case-{number}-{step.round}"
                records.after[number, step.round] = _photo(records, album, case, step.by, step.at, stamp, is_after=True)
    photos = [photo for photos in records.before.values() for photo in photos]
    photos += [*records.after.values(), *records.shots.values()]
    fields = (
        "id", "original", "shown", "name", "content_type", "size", "sha256",
        "width", "height", "phash", "taken_at", "received_at", "by",
    )  # fmt: skip
    copy_rows(Attachment, fields, (_columns(photo, fields) for photo in photos))


def _shoot(records: Records) -> None:
    """What was found in checks, and what was photographed there without anything being wrong."""
    darkroom, plan = Darkroom(), records.plan
    found = [(number, case) for number, case in enumerate(records.cases) if case.check is not None]
    shots = plan_shots(plan, records.checks, records.now)
    fresh = [shot for shot in shots if shot.of is None]
    keys = [uuid.uuid4() for _photo in range(len(found) + len(shots))]
    wanted = [
        (str(key), case.category, case.machine or case.area) for key, (_n, case) in zip(keys, found, strict=False)
    ]
    rest = keys[len(found) :]
    names = {id(shot): str(key) for shot, key in zip(shots, rest, strict=True)}
    places = [(names[id(shot)], NAMEPLATE, plan[records.checks[shot.check].routine].machine or "") for shot in fresh]
    kept = darkroom.keep([*wanted, *places])
    for key, (number, case), file in zip(keys, found, kept, strict=False):
        records.before[number] = [_kept_photo(records, key, file, case.number, case.reporter, case.reported_at)]
    files = {id(shot): file for shot, file in zip(fresh, kept[len(found) :], strict=True)}
    for key, shot in zip(rest, shots, strict=True):
        if shot.of is not None:
            files[id(shot)] = darkroom.again(str(key), files[id(shots[shot.of])], shot.way)
        check = records.checks[shot.check]
        assert check.inspector is not None and check.submitted_at  # noqa: S101 - only done checks have photos
        by, at = check.inspector, check.submitted_at
        name = f"{'photo' if shot.of is None else 'again'}-{shot.check}"
        records.shots[shot.check] = _kept_photo(records, key, files[id(shot)], name, by, at)


def _kept_photo(records: Records, key: uuid.UUID, file: Kept, name: str, by: int, at: datetime) -> Attachment:
    return Attachment(
        id=key,
        original=file.path,
        shown=file.path,
        name=f"{name}.jpg",
        content_type="image/jpeg",
        size=file.size,
        sha256=file.sha256,
        width=SHOT[0],
        height=SHOT[1],
        phash=file.phash,
        taken_at=at - timedelta(seconds=20),
        received_at=at,
        by_id=records.user(by),
    )


def _photo(
    records: Records, album: Album, case: Case, by: int | None, at: datetime, stamp: str, *, is_after: bool
) -> Attachment:
    key = uuid.uuid4()
    picture = album.take(case.category, is_after=is_after, key=str(key), stamp=stamp)
    return Attachment(
        id=key,
        original=picture.original,
        shown=picture.shown,
        name=f"{case.number}.jpg",
        content_type="image/jpeg",
        size=picture.size,
        sha256=picture.sha256,
        width=960,
        height=720,
        taken_at=at - timedelta(seconds=20),
        received_at=at,
        by_id=records.user(by),
    )


def _columns(row: Model, fields: Iterable[str]) -> list[Any]:
    values = []
    for name in fields:
        column = row._meta.get_field(name)
        value = getattr(row, column.attname)  # type: ignore[union-attr]
        values.append(getattr(value, "name", value) if name in {"original", "shown"} else value)
    return values


def _write_hazards(records: Records) -> None:
    site = records.site
    latest: dict[tuple[str, str, str | None], int] = {}
    rows = []
    for number, case in enumerate(records.cases):
        equipment = site.equipment[case.machine] if case.machine else None
        area = site.areas[case.area]
        place = (case.category, case.area, case.machine)
        earlier = latest.get(place)
        is_repeat = earlier is not None and case.reported_at - records.cases[earlier].reported_at < timedelta(days=90)
        if case.status not in (Status.REJECTED, Status.VOIDED, Status.MERGED):
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
                policy=site.policies[case.level] if case.at("confirm") else None,
                reporter_id=site.users[case.reporter].pk,
                reported_at=case.reported_at,
                confirmed_at=case.at("confirm"),
                team=site.teams[case.crew] if case.crew else None,
                owner_id=records.user(case.owner),
                assigned_at=case.at("assign"),
                due_at=case.due_at,
                started_at=case.at("start"),
                submitted_at=case.at("submit"),
                closed_at=case.at("pass_final"),
                cause=case.words[1] if is_fixed else "",
                measure=case.words[2] if is_fixed else "",
                tests=_tests(case) if is_fixed else [],
                round=case.round,
                merged_into_id=None if case.merged_into is None else records.hazard_ids[case.merged_into],
                repeat_of_id=records.hazard_ids[earlier] if is_repeat and earlier is not None else None,
            )
        )
    fields = [column.name for column in Hazard._meta.concrete_fields]
    copy_rows(Hazard, fields, (_columns(row, fields) for row in rows))


def _tests(case: Case) -> list[dict[str, Any]]:
    return [{"name": case.words[3], "required": "", "result": "试过，符合要求", "is_passed": True}]


def _write_evidence_and_reviews(records: Records) -> None:
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


def _write_alerts(records: Records) -> None:
    """Whatever was urgent was taken by an officer within some minutes."""
    urgent = [(n, case) for n, case in enumerate(records.cases) if case.is_urgent]
    rows = []
    for pk, (number, case) in zip(reserve(Alert, len(urgent)), urgent, strict=True):
        hazard, by = records.hazard_ids[number], records.user(case.officer)
        about = {"subject_type": Hazard._meta.label_lower, "subject_id": str(hazard)}
        wait = timedelta(seconds=90 + (number * 37) % 700)
        area = records.site.areas[case.area]
        line = case.words[0]
        taken = case.reported_at + wait
        rows.append(
            (pk, line, area.department_id, *about.values(), case.reported_at, records.user(case.reporter), taken, by)
        )
        records.tell("alert.raised", Alert, pk, case.reported_at, records.user(case.reporter), line=line, **about)
        records.tell("alert.acknowledged", Alert, pk, taken, by, seconds=wait.seconds)
    fields = (
        "id", "line", "department", "subject_type", "subject_id",
        "raised_at", "raised_by", "acknowledged_at", "acknowledged_by",
    )  # fmt: skip
    copy_rows(Alert, fields, rows)


def _tell_case(records: Records, number: int, case: Case) -> None:
    hazard = records.hazard_ids[number]
    photos = [photo.sha256 for photo in records.before[number]]
    data = {"number": case.number, "level": case.level, "photos": photos}
    records.tell("hazard.reported", Hazard, hazard, case.reported_at, records.user(case.reporter), **data)
    for step in case.steps:
        name, before, after = _EVENTS[step.verb]
        told = {"before": before, "after": after, "note": step.note, **_more(records, number, case, step)}
        records.tell(name, Hazard, hazard, step.at, records.user(step.by), **told)
    _tell_escalations(records, hazard, case)


def _more(records: Records, number: int, case: Case, step: Step) -> dict[str, Any]:
    if step.verb == "confirm":
        return {"level": case.level, "level_before": case.level, "policy": records.site.policies[case.level].version}
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
    ended = case.at("pass_final", "reject", "void", "merge") or records.now
    department = records.site.areas[case.area].department_id
    for step, role in enumerate(CHAIN):
        at = _escalates_at(case.due_at, step)
        if at >= ended:
            break
        told = _holding(records, role, department)
        reason = "overdue" if step else "limit"
        records.tell("hazard.escalated", Hazard, hazard, at, None, told=told, to=role, reason=reason)


def _escalates_at(due_at: datetime, step: int) -> datetime:
    return due_at - BEFORE if step == 0 else due_at + timedelta(days=step - 1)


def _holding(records: Records, role: str, department: int) -> list[int]:
    if (role, department) not in records.held:
        records.held[role, department] = [user.pk for user in User.objects.holding(role, department)]
    return records.held[role, department]


def _continue_counters(cases: list[Case], now: datetime) -> None:
    """The next report goes on counting where history ends."""
    last: dict[str, int] = {}
    for case in cases:
        _prefix, month, number = case.number.split("-")
        last[f"hazard-{month}"] = max(last.get(f"hazard-{month}", 0), int(number))
    Counter.objects.bulk_create(Counter(name=name, value=value) for name, value in last.items())


def _schedule(records: Records) -> None:
    """What the clock still has to do for open ones, as the actions would have left it."""
    for number, case in enumerate(records.cases):
        hazard = records.hazard_ids[number]
        if case.status == Status.REPORTED:
            when = records.now + timedelta(hours=1)
            due.at(when, "hazards.remind", key=f"hazard:{hazard}:confirm", hazard=hazard)
        if case.due_at is None or case.status in (Status.CLOSED, Status.MERGED, Status.REJECTED, Status.VOIDED):
            continue
        to_come = [step for step in range(len(CHAIN)) if _escalates_at(case.due_at, step) > records.now]
        if to_come:
            when = _escalates_at(case.due_at, to_come[0])
            due.at(when, "hazards.escalate", key=f"hazard:{hazard}:limit", hazard=hazard, step=to_come[0])


# Checks


def _write_checks(records: Records) -> None:
    plans = _write_plans(records)
    items = {code: list(checklist.items.all()) for code, checklist in records.site.checklists.items()}
    runs = reserve(Run, len(records.checks))
    of_check: dict[tuple[int, int], int] = {
        (case.check, case.position): number
        for number, case in enumerate(records.cases)
        if case.check is not None and case.position is not None
    }
    rows, answers, links = [], [], []
    answer_ids = iter(reserve(Answer, sum(_questions(records, check, items) for check in records.checks)))
    for number, check in enumerate(records.checks):
        routine, run = records.plan[check.routine], runs[number]
        asked = items[routine.checklist]
        rows.append(_run(records, plans, check, run))
        if check.inspector is None:
            records.tell("run.missed", Run, run, check.closes_at, None)
            continue
        given: list[dict[str, Any]] = []
        shot = records.shots.get(number)
        for position, item in enumerate(asked):
            case = of_check.get((number, position))
            answer = next(answer_ids)
            value, figure = _value(check, position, item)
            hazard = None if case is None else records.hazard_ids[case]
            answers.append((answer, run, item.pk, value, figure, "", check.submitted_at, hazard))
            links += [(answer, photo.id) for photo in records.before[case]] if case is not None else []
            links += [(answer, shot.id)] if shot and position == _of_shot(asked) else []
            given.append({"item": item.position, "value": value, "number": None if figure is None else str(figure)})
        _tell_run(records, number, check, run, given, of_check)
    copy_rows(Run, _RUN, rows)
    copy_rows(Answer, ("id", "run", "item", "value", "number", "text", "answered_at", "hazard"), answers)
    copy_rows(Answer.photos.through, ("answer", "attachment"), links)
    with connection.cursor() as cursor:
        # Nothing is known yet about how much there is in these tables; row by row it would take minutes.
        cursor.execute("SET LOCAL enable_nestloop = off")
    judge_runs([run for run, check in zip(runs, records.checks, strict=True) if check.inspector is not None])


_RUN = (
    "id", "client_id", "plan", "checklist", "equipment", "area", "department", "team", "opens_at", "closes_at",
    "status", "inspector", "started_at", "submitted_at", "is_late", "result", "seconds", "scanned",
)  # fmt: skip


def _of_shot(asked: list[Item]) -> int:
    """Which question the photo belongs to: the first that always wants one."""
    return next((n for n, item in enumerate(asked) if item.photo == Item.PhotoRule.ALWAYS), 0)


def _questions(records: Records, check: Check, items: dict[str, list[Item]]) -> int:
    return 0 if check.inspector is None else len(items[records.plan[check.routine].checklist])


def _run(records: Records, plans: list[int], check: Check, pk: int) -> tuple[Any, ...]:
    site, routine = records.site, records.plan[check.routine]
    area = site.areas[routine.area]
    is_done = check.inspector is not None
    return (
        pk,
        uuid.uuid4(),
        plans[check.routine],
        site.checklists[routine.checklist].pk,
        site.equipment[routine.machine].pk if routine.machine else None,
        area.pk,
        area.department_id,
        site.teams[routine.crew].pk,
        check.opens_at,
        check.closes_at,
        Run.Status.DONE if is_done else Run.Status.MISSED,
        records.user(check.inspector),
        check.started_at,
        check.submitted_at,
        check.is_late,
        (Run.Result.FAIL if check.faults else Run.Result.PASS) if is_done else "",
        check.seconds if is_done else None,
        site.labels.get(routine.machine or "") if is_done and pk % 25 else None,
    )


def _value(check: Check, position: int, item: Item) -> tuple[str, Decimal | None]:
    is_fault = position in check.faults
    if position in check.unused:
        return Answer.Value.NOT_IN_USE, None
    figure = None
    if item.kind == Item.Kind.NUMBER:
        low, high = item.minimum, item.maximum
        middle = (
            (low + high) / 2
            if low is not None and high is not None
            else low
            if low is not None
            else (high or Decimal(1)) / 2
        )
        figure = (high * Decimal("1.2") if high is not None else (low or Decimal(1)) / 2) if is_fault else middle
        figure = figure.quantize(Decimal("0.01"))
    return Answer.Value.FAIL if is_fault else Answer.Value.PASS, figure


def _tell_run(
    records: Records,
    number: int,
    check: Check,
    run: int,
    given: list[dict[str, Any]],
    of_check: dict[tuple[int, int], int],
) -> None:
    assert check.submitted_at  # noqa: S101 - only asked of checks that were done
    found = [of_check[number, position] for position in sorted(check.faults)]
    records.tell(
        "run.submitted",
        Run,
        run,
        check.submitted_at,
        records.user(check.inspector),
        result=Run.Result.FAIL if found else Run.Result.PASS,
        is_late=check.is_late,
        answers=given,
        photos=[photo.sha256 for photo in _proof(records, number, found)],
        hazards=[records.cases[case].number for case in found],
    )


def _proof(records: Records, number: int, found: list[int]) -> list[Attachment]:
    photos = [photo for case in found for photo in records.before[case]]
    return [*photos, records.shots[number]] if number in records.shots else photos


def _write_plans(records: Records) -> list[int]:
    """Plans of the past; they stand still, so that they make no runs."""
    pks, rows = reserve(Plan, len(records.plan)), []
    themes, stops = [], []
    first: date = records.checks[0].opens_at.date()
    for pk, routine in zip(pks, records.plan, strict=True):
        checklist, team = records.site.checklists[routine.checklist], records.site.teams[routine.crew]
        place: Any = records.site.equipment[routine.machine] if routine.machine else records.site.areas[routine.area]
        name = f"{say(place.name)} · {say(checklist.title)}"[:80]
        rows.append((pk, name, "FREQ=DAILY", "all", first, time(7, 30), 30, team.pk, "", 15, False))
        themes.append((pk, 1, checklist.pk))
        stops.append((pk, 1, place.pk if routine.machine else None, None if routine.machine else place.pk))
    fields = (
        "id", "name", "rule", "days", "starts_on", "opens_at", "window_minutes", "team", "role", "remind_minutes",
        "is_active",
    )  # fmt: skip
    copy_rows(Plan, fields, rows)
    copy_rows(Theme, ("plan", "position", "checklist"), themes)
    copy_rows(Stop, ("plan", "position", "equipment", "area"), stops)
    return pks
