"""Classes and drills of two years on site, and who came: the keen ones often, most others now and then.

Planted for the figures: whoever took part in three or more reports about 2.3 times as many hazards as the others.
"""

import random
import secrets
import uuid
from collections import Counter, defaultdict
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from core.events import Event
from hazards.models import Hazard
from incidents.drill_rules import questions
from incidents.models import Drill, DrillCheck
from people.models import User
from portals.operator.demo.people import HISTORY_DAYS
from portals.operator.demo.rows import copy_rows, reserve
from portals.operator.demo.setup import Site
from training.models import Attendance, TrainingSession

DRILLS, CLASSES, TIMES, KEEN = 43, 36, 2.3, 150
# Within so many days from the beginning the keen ones have their third training behind them.
_EARLY = 90
_TITLES = {
    TrainingSession.Kind.DRILL: (
        ("灭火器实操演练", "厂区北侧空地"), ("车间疏散演练", "冲压车间"), ("触电急救演练", "培训室"),
        ("化学品泄漏处置演练", "危废库门口"), ("有限空间救援演练", "污水站"), ("喷涂区起火处置演练", "喷涂车间"),
    ),
    TrainingSession.Kind.CLASS: (
        ("事故案例警示教育", "培训室"), ("隐患识别与上报", "培训室"), ("冲压机安全装置实操", "冲压车间"),
        ("吊索具检查", "行车区"), ("动火作业专项培训", "焊接车间"), ("劳保用品佩戴专项培训", "培训室"),
    ),
}  # fmt: skip


# By title: the kind of drill, what is assumed, and what was not met at some of them.
_DRILLS = {
    "灭火器实操演练": (Drill.Kind.SITE, "木托盘起火，火苗不到半米。", ("gear", "一具灭火器压力不足")),
    "车间疏散演练": (Drill.Kind.COMPREHENSIVE, "冲压车间电缆桥架冒烟，全员撤到厂区北侧空地并点名。", ("leave", "东侧通道堆了料架，绕行多用一分钟")),
    "触电急救演练": (Drill.Kind.SITE, "维修工碰到带电体倒地，旁边只有一个人。", ("aid", "心肺复苏按压深度不够")),
    "化学品泄漏处置演练": (Drill.Kind.SPECIAL, "危废库门口一桶稀料倒翻，流向雨水口。", ("clean", "吸附棉数量不够，没堵住雨水口")),
    "有限空间救援演练": (Drill.Kind.SPECIAL, "污水站清池作业人员头晕倒下，监护人在上面。", ("safe", "监护人差点没戴呼吸器就要下去")),
    "喷涂区起火处置演练": (Drill.Kind.SPECIAL, "喷房静电引燃漆雾，火往排风管走。", ("warn", "报警时没说清位置")),
}  # fmt: skip


@dataclass(frozen=True)
class Held:
    number: int
    kind: str
    title: str
    place: str
    trainer: User
    starts_at: datetime
    hours: float


def write_classes(site: Site, now: datetime, rng: random.Random) -> list[Event]:
    """Returns the events, still to be sealed."""
    begin = now.date() - timedelta(days=HISTORY_DAYS - 5)
    held = _held(site, begin, now, rng)
    keen = _keen(site, begin + timedelta(days=_EARLY), now.date(), rng)
    there = _attendances(site, held, keen, begin + timedelta(days=_EARLY), rng)
    _write(held, there, rng)
    closed = [(row, row.starts_at + timedelta(hours=row.hours, minutes=10)) for row in held]
    return [
        Event(
            id=uuid.uuid4(), name="session.closed", subject_type="training.trainingsession", subject_id=str(row.number),
            actor_id=row.trainer.pk, data={"name": row.title, "note": ""}, at=at,
        )
        for row, at in closed
    ]  # fmt: skip


def _held(site: Site, begin: date, now: datetime, rng: random.Random) -> list[Held]:
    """Spread over the two years; five of the drills and five of the classes at their beginning."""
    trainers = [site.user("林晓燕"), site.user("周敏"), site.user("李卫东")]
    rows = []
    for kind, count in ((TrainingSession.Kind.DRILL, DRILLS), (TrainingSession.Kind.CLASS, CLASSES)):
        days = [8 + 15 * n + rng.randrange(8) for n in range(5)]
        days += [rng.randrange(_EARLY + 5, HISTORY_DAYS - 12) for _n in range(count - len(days))]
        for number, day in zip(reserve(TrainingSession, count), sorted(days), strict=True):
            title, place = rng.choice(_TITLES[kind])
            starts_at = datetime.combine(begin + timedelta(days=day), time(rng.choice((9, 14))), now.tzinfo)
            rows.append(Held(number, kind, title, place, rng.choice(trainers), starts_at, rng.choice((1, 1.5, 2))))
    return sorted(rows, key=lambda row: row.starts_at)


def _keen(site: Site, turn: date, today: date, rng: random.Random) -> set[int]:
    """Who was there from the beginning; drawn until their reports, over their days, are so many times the others'."""
    reports = Counter(
        Hazard.objects.filter(source=Hazard.Source.REPORT, reported_at__date__gt=turn).values_list("reporter", flat=True)
    )  # fmt: skip
    staff = [user for user in site.users if user.employee_no]
    settled = [user.pk for user in staff if user.hired_on and user.hired_on < turn - timedelta(days=_EARLY + 20)]
    rng.shuffle(settled)
    own_days = KEEN * (today - turn).days
    other_days = sum((today - max(turn, user.hired_on or turn)).days for user in staff) - own_days
    wanted = TIMES * own_days * sum(reports.values()) / (other_days + TIMES * own_days)
    chosen: list[int] = []
    reached = 0
    for pk in (pk for pk in settled if reports[pk]):
        if reached + reports[pk] <= wanted and len(chosen) < KEEN:
            chosen.append(pk)
            reached += reports[pk]
    chosen += [pk for pk in settled if not reports[pk]][: KEEN - len(chosen)]
    return set(chosen)


def _attendances(site: Site, held: list[Held], keen: set[int], turn: date, rng: random.Random) -> dict[int, list[int]]:
    """People by class: the keen ones three times at the beginning and often later, the others twice at most."""
    there: dict[int, list[int]] = defaultdict(list)
    early = [row.number for row in held if row.starts_at.date() <= turn]
    for pk in sorted(keen):
        for number in rng.sample(early, 3):
            there[number].append(pk)
    others = [user for user in site.users if user.employee_no and user.pk not in keen]
    for user in others:
        later = [row.number for row in held if user.hired_on and row.starts_at.date() > user.hired_on]
        for number in rng.sample(later, min(len(later), rng.choice((0, 1, 2, 2)))):
            there[number].append(user.pk)
    for row in held:
        if row.number not in early:
            there[row.number] += [pk for pk in rng.sample(sorted(keen), 6) if pk not in there[row.number]]
    return there


def _write(held: list[Held], there: dict[int, list[int]], rng: random.Random) -> None:
    fields = (
        "id", "title", "kind", "place", "trainer", "starts_at", "hours", "status", "secret", "opened_at", "closed_at",
    )  # fmt: skip
    copy_rows(
        TrainingSession,
        fields,
        (
            (
                row.number, row.title, row.kind, row.place, row.trainer.pk, row.starts_at, row.hours,
                TrainingSession.Status.CLOSED, secrets.token_urlsafe(18), row.starts_at - timedelta(minutes=10),
                row.starts_at + timedelta(hours=row.hours, minutes=10),
            )
            for row in held
        ),
    )  # fmt: skip
    drills = [row for row in held if row.kind == TrainingSession.Kind.DRILL]
    _evaluate(dict(zip(reserve(Drill, len(drills)), drills, strict=True)), rng)
    copy_rows(
        Attendance,
        ("session", "person", "signed_in_at", "signed_out_at", "hours"),
        (
            (
                row.number, pk, row.starts_at - timedelta(minutes=rng.randrange(8)),
                row.starts_at + timedelta(hours=row.hours, minutes=rng.randrange(9)), row.hours,
            )
            for row in held
            for pk in there[row.number]
            if pk != row.trainer.pk
        ),
    )  # fmt: skip


def _evaluate(drills: dict[int, Held], rng: random.Random) -> None:
    """Each but the newest one has its sheet; at some of them one point was not met."""
    newest = max(drills.values(), key=lambda row: row.starts_at)
    evaluated = {pk: row for pk, row in drills.items() if row != newest}
    done = {pk: row.starts_at + timedelta(hours=row.hours + 2) for pk, row in evaluated.items()}
    fields = ("id", "session", "kind", "form", "scenario", "comment", "self_review", "evaluated_at", "evaluated_by")
    copy_rows(
        Drill,
        fields,
        (
            (
                pk, row.number, _DRILLS[row.title][0], Drill.Form.LIVE, _DRILLS[row.title][1], "", "", done.get(pk),
                row.trainer.pk if pk in done else None,
            )
            for pk, row in drills.items()
        ),
    )  # fmt: skip
    unmet = {pk: _DRILLS[row.title][2] for pk, row in evaluated.items() if rng.random() < 0.6}
    copy_rows(
        DrillCheck,
        ("drill", "code", "is_met", "problem"),
        (
            (pk, each.code, unmet.get(pk, ("",))[0] != each.code, unmet[pk][1] if unmet.get(pk, ("",))[0] == each.code else "")
            for pk in evaluated
            for each in questions(Drill.Form.LIVE)
        ),
    )  # fmt: skip
