"""Checks with their answers, and the plans of the past."""

import uuid
from datetime import date, time
from decimal import Decimal
from typing import Any

from django.db import connection

from core.models import Attachment
from core.words import say
from inspections.actions import judge_runs
from inspections.models import Answer, Item, Plan, Run, Stop, Theme
from portals.operator.demo.checks import Check
from portals.operator.demo.records.base import Records
from portals.operator.demo.rows import copy_rows, reserve


def write_checks(records: Records) -> None:
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
