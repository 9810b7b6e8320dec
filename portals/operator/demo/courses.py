"""What the people of the plant have learned: nearly everybody all that the post asks for, a few are behind."""

import random
import secrets
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from dateutil.relativedelta import relativedelta

from core.events import Event
from core.models import Counter
from people.models import User
from portals.operator.demo.people import HISTORY_DAYS
from portals.operator.demo.plant import CREWS
from portals.operator.demo.rows import copy_rows, reserve
from portals.operator.demo.setup import Site
from training.actions import create_exam, follow_certificates, publish_exam, require_course
from training.blueprints import stamp_of
from training.models import (
    Attempt,
    Attendance,
    Certificate,
    Course,
    Enrolment,
    Lesson,
    Level,
    PaperItem,
    Progress,
    Question,
    Requirement,
    TrainingSession,
)

# In thousandths of the courses that somebody has to have: still open, though the day is past.
_BEHIND = 1
# Days after the hiring, what it is about, hours.
_CLASSES = (
    (Level.WORKSHOP, 1, "车间安全教育：设备、通道和应急", 8),
    (Level.TEAM, 2, "班组安全教育：岗位规程和劳保用品", 4),
    (Level.TEAM, 3, "班组安全教育：师傅带着做一遍", 4),
)
# Whose papers are written out question by question, for the item analysis and the pass rates.
_WITH_PAPERS = frozenset({"C03", "C04", "C05", "C06", "C08", "C09"})
# 岗前达标: of those who came in the first half year, and lately, where one is not ready; in between it rises.
_IN_TIME_FIRST, _IN_TIME_LAST = 0.76, 0.992
# So many team leaders were workers before, and changed the post within the two years.
_PROMOTED = 4


@dataclass
class Learned:
    """passed_at: empty while it is open."""

    number: int
    user: User
    course: Course
    reason: str
    given_at: datetime
    due_on: date
    passed_at: datetime | None
    scores: list[int]
    fails: list[int]  # by lesson: how often its quiz was not passed


@dataclass(frozen=True)
class Start:
    """When somebody came to the post, and whether everything was learned within its days."""

    day: date
    is_in_time: bool = True


def write_courses(site: Site, now: datetime, rng: random.Random) -> list[Event]:
    """Enrolments with their progress, papers and certificates; returns the events, still to be sealed."""
    Requirement.objects.update(since=None)  # asked for since the beginning of these two years
    courses = {course.code: course for course in Course.objects.current()}
    lessons: dict[int, list[Lesson]] = {course.pk: list(course.lessons.all()) for course in courses.values()}
    events, moved = _promote(site, now, rng)
    starts = _starts(site, now.date()) | moved
    rows = list(_learned(site, courses, lessons, starts, now, rng))
    for row, number in zip(rows, reserve(Enrolment, len(rows)), strict=True):
        row.number = number
    _write_enrolments(rows)
    _write_progress(rows, lessons, now)
    _write_papers([row for row in rows if row.course.code in _WITH_PAPERS], lessons, rng)
    events += _write_certificates([row for row in rows if row.passed_at])
    follow_certificates(Certificate.objects.exclude(expires_on=None).select_related("course"))
    return events + _write_first_classes(site, now)


def _promote(site: Site, now: datetime, rng: random.Random) -> tuple[list[Event], dict[int, Start]]:
    """Team leaders who took the post a while ago, as the ledger tells it."""
    leaders = [
        (user, site.teams[person.crew])
        for person, user in zip(site.people, site.users, strict=True)
        if person.is_leader and person.crew and person.job_role == "team-leader" and person.name != "李卫东"
    ]
    events, starts = [], {}
    for user, team in rng.sample(leaders, _PROMOTED):
        at = now - timedelta(days=rng.randrange(60, 420), minutes=rng.randrange(600))
        before = next(crew.job_role for crew in CREWS if crew.code == team.code)
        data = {"name": user.name, "changed": {"job_role": [before, "team-leader"]}}
        events.append(_event("user.changed", "people.user", user.pk, at, site.user("刘洋").pk, data))
        starts[user.pk] = Start(at.astimezone(now.tzinfo).date())
    return events, starts


def _starts(site: Site, day: date) -> dict[int, Start]:
    """Of those who came within the two years, the oldest first; so many of each time were not ready in time."""
    came = sorted(
        (user for user in site.users if user.hired_on and user.job_role_id and _age(user, day) < HISTORY_DAYS),
        key=lambda user: (user.hired_on, user.pk),
    )
    lately = [user.pk for user in came if _age(user, day) <= 365]
    starts, owed = {}, 0.5
    for user in came:
        assert user.hired_on is not None  # noqa: S101 - only such are here
        owed += 1 - _share_in_time(_age(user, day))
        is_slow = user.pk == lately[len(lately) // 2] if user.pk in lately else owed >= 1
        owed -= is_slow
        starts[user.pk] = Start(user.hired_on, not is_slow)
    return starts


def _age(user: User, day: date) -> int:
    return (day - user.hired_on).days if user.hired_on else HISTORY_DAYS


def _share_in_time(age: int) -> float:
    """By how many days ago somebody came."""
    rising = min(1.0, max(0.0, (HISTORY_DAYS - 183 - age) / (HISTORY_DAYS - 183 - 365)))
    return _IN_TIME_FIRST + (_IN_TIME_LAST - _IN_TIME_FIRST) * rising


def _learned(
    site: Site,
    courses: dict[str, Course],
    lessons: dict[int, list[Lesson]],
    starts: dict[int, Start],
    now: datetime,
    rng: random.Random,
) -> Iterator[Learned]:
    required: dict[int, list[str]] = {}
    for role, code in Requirement.objects.exclude(job_role=None).values_list("job_role", "course_code"):
        required.setdefault(role or 0, []).append(code)
    shown = site.user("王建国")
    for user in site.users:
        codes = sorted(required.get(user.job_role_id or 0, []))
        start, slow = starts.get(user.pk), rng.choice(codes) if codes else ""
        for code in codes:
            course, count = courses[code], len(lessons[courses[code].pk])
            if start:
                yield from _since(user, course, count, start, code == slow, now, rng)
                continue
            row = _one(user, course, count, now, rng)
            if user.pk == shown.pk and code in ("C04", "C14"):
                row.passed_at, row.reason = None, Enrolment.Reason.RENEWAL
                row.due_on = (now + timedelta(days=5 if code == "C04" else 12)).date()
                row.given_at, row.fails = now - timedelta(days=3), [0] * count
            yield row


def _since(
    user: User, course: Course, lessons: int, start: Start, is_slow: bool, now: datetime, rng: random.Random
) -> Iterator[Learned]:
    """From the first day on, and again each time before the certificate runs out."""
    given, due_on, reason = start.day, start.day + timedelta(days=30), Enrolment.Reason.POST
    day = given + timedelta(days=rng.randrange(35, 70) if is_slow and not start.is_in_time else rng.randrange(2, 25))
    while True:
        given_at = datetime.combine(min(given, now.date() - timedelta(days=1)), time(8, 10), now.tzinfo)
        is_open = day >= now.date()
        passed_at = None if is_open else _in_the_day(day, now, rng)
        yield Learned(0, user, course, reason, given_at, due_on, passed_at, *_results(course, lessons, day, now, rng))
        if is_open or not course.valid_months:
            return
        ends_on = day + relativedelta(months=course.valid_months, days=-1)
        if ends_on - timedelta(days=30) >= now.date():
            return
        given, due_on, reason = ends_on - timedelta(days=30), ends_on, Enrolment.Reason.RENEWAL
        day = ends_on - timedelta(days=rng.randrange(5, 29))


def _in_the_day(day: date, now: datetime, rng: random.Random) -> datetime:
    return datetime.combine(day, time(rng.randrange(8, 20), rng.randrange(60)), now.tzinfo)


def _results(course: Course, lessons: int, day: date, now: datetime, rng: random.Random) -> tuple[list[int], list[int]]:
    """Points by lesson, and how often its quiz was not passed before: fewer from month to month."""
    scores = [rng.choice((80, 100, 100)) for _lesson in range(lessons)]
    if course.code not in _WITH_PAPERS:
        return scores, [0] * lessons
    share = 0.08 + 0.14 * min(1.0, max(0, (now.date() - day).days) / HISTORY_DAYS)
    return scores, [(rng.random() < share) + (rng.random() < share * share) for _lesson in range(lessons)]


def _one(user: User, course: Course, lessons: int, now: datetime, rng: random.Random) -> Learned:
    hired_on = user.hired_on or now.date() - timedelta(days=700)
    first = max(hired_on + timedelta(days=2), now.date() - timedelta(days=330))
    last = now.date() - timedelta(days=1)
    given_at = datetime.combine(min(first, last), time(8, 10), now.tzinfo)
    day = first + timedelta(days=rng.randrange(max(1, min((last - first).days + 1, 300))))
    is_open = day > last or rng.randrange(1000) < _BEHIND
    passed_at = None if is_open else _in_the_day(day, now, rng)
    due_on = (
        max(given_at.date(), hired_on) + timedelta(days=30)
        if is_open
        else max(day, given_at.date()) + timedelta(days=7)
    )
    results = _results(course, lessons, day, now, rng)
    return Learned(0, user, course, Enrolment.Reason.POST, given_at, due_on, passed_at, *results)


def _write_enrolments(rows: list[Learned]) -> None:
    fields = ("id", "person", "course_code", "course", "reason", "status", "due_on", "created_at", "ended_at", "score")
    copy_rows(
        Enrolment,
        fields,
        (
            (
                row.number, row.user.pk, row.course.code, row.course.pk, row.reason,
                Enrolment.Status.PASSED if row.passed_at else Enrolment.Status.OPEN,
                row.due_on, row.given_at, row.passed_at, sum(row.scores) // len(row.scores) if row.passed_at else None,
            )
            for row in rows
        ),
    )  # fmt: skip


def _write_progress(rows: list[Learned], lessons: dict[int, list[Lesson]], now: datetime) -> None:
    """Of what is open the first lesson is passed."""
    fields = ("enrolment", "lesson", "round", "seconds", "learned_at", "passed_at", "score")
    copy_rows(
        Progress,
        fields,
        (
            (row.number, lesson.pk, 1 + fails, lesson.minutes * 45, at, at, score)
            for row in rows
            for position, (lesson, score, fails) in enumerate(
                zip(lessons[row.course.pk], row.scores, row.fails, strict=True)
            )
            if row.passed_at or position == 0
            for at in [row.passed_at or max(row.given_at, now - timedelta(days=1))]
        ),
    )


Paper = tuple[Learned, Lesson, int, datetime]


def _write_papers(rows: list[Learned], lessons: dict[int, list[Lesson]], rng: random.Random) -> None:
    papers: list[Paper] = [
        (row, lesson, points, at)
        for row in rows
        for left, (lesson, score, fails) in enumerate(
            reversed(list(zip(lessons[row.course.pk], row.scores, row.fails, strict=True)))
        )
        for points, at in _tries(row, left, score, fails, rng)
    ]
    numbered = list(zip(reserve(Attempt, len(papers)), papers, strict=True))
    columns = (
        "id", "person", "enrolment", "lesson", "status", "started_at", "ended_at", "pass_score", "score", "is_passed",
    )  # fmt: skip
    copy_rows(
        Attempt,
        columns,
        (
            (
                number, row.user.pk, row.number, lesson.pk, Attempt.Status.HANDED_IN, at - timedelta(minutes=4), at, 80,
                points, points >= 80,
            )
            for number, (row, lesson, points, at) in numbered
        ),
    )  # fmt: skip
    _write_questions(numbered, rng)


def _write_questions(numbered: list[tuple[int, Paper]], rng: random.Random) -> None:
    bank: dict[tuple[str, str], list[Question]] = {}
    for question in Question.objects.asked().filter(course_code__in=_WITH_PAPERS):
        bank.setdefault((question.course_code, question.lesson_key), []).append(question)
    columns = ("attempt", "position", "question", "order", "given", "answered_at", "is_right")
    copy_rows(
        PaperItem,
        columns,
        (
            (number, position, question.pk, order, given, at, is_right)
            for number, (row, lesson, points, at) in numbered
            for position, (question, order, given, is_right) in enumerate(
                _answers(bank[row.course.code, lesson.key], points, rng), 1
            )
        ),
    )


def _tries(row: Learned, left: int, score: int, fails: int, rng: random.Random) -> Iterator[tuple[int, datetime]]:
    """The papers of one lesson: those that were not enough, and the last one. left: lessons that came after it."""
    if row.passed_at is None:
        return
    at = row.passed_at - timedelta(minutes=25 * left)
    for number in range(fails, 0, -1):
        yield rng.choice((40, 60, 60)), at - timedelta(minutes=11 * number)
    yield score, at


def _answers(bank: list[Question], score: int, rng: random.Random) -> Iterator[tuple[Question, list[int], list, bool]]:
    """Five of the bank; what is missed is more often a hard one."""
    asked = rng.sample(bank, 5)
    by_ease = sorted(asked, key=lambda question: question.difficulty + rng.random() * 2)
    missed = by_ease[score // 20 :]
    for question in asked:
        order = list(range(len(question.options)))
        rng.shuffle(order)
        is_right = question not in missed
        yield question, order, question.answer if is_right else _wrong(question), is_right


def _wrong(question: Question) -> list:
    if question.kind == Question.Kind.TRUE_FALSE:
        return [not question.answer[0]]
    return [next(number for number in range(len(question.options)) if [number] != question.answer)]


def _write_certificates(rows: list[Learned]) -> list[Event]:
    rows.sort(key=lambda row: row.passed_at)  # type: ignore[arg-type, return-value]
    numbers, counted, events = reserve(Certificate, len(rows)), dict[int, int](), []
    fields = (
        "id", "number", "token", "person", "name", "title", "course", "enrolment", "hours", "score", "issued_on",
        "expires_on",
    )  # fmt: skip
    made = []
    for pk, row in zip(numbers, rows, strict=True):
        assert row.passed_at is not None  # noqa: S101 - only such come here
        day = row.passed_at.date()
        counted[day.year] = counted.get(day.year, 0) + 1
        number = f"PX-{day.year}-{counted[day.year]:04}"
        months = row.course.valid_months
        expires_on = day + relativedelta(months=months, days=-1) if months else None
        score = sum(row.scores) // len(row.scores)
        made.append(
            (
                pk, number, secrets.token_urlsafe(18), row.user.pk, row.user.name, row.course.title, row.course.pk,
                row.number, row.course.hours, score, day, expires_on,
            )
        )  # fmt: skip
        data = {"number": number, "told": [row.user.pk], "title": row.course.title, "expires_on": str(expires_on)}
        events.append(_event("certificate.issued", "training.certificate", pk, row.passed_at, row.user.pk, data))
    copy_rows(Certificate, fields, made)
    Counter.objects.bulk_create(Counter(name=f"certificate:{year}", value=count) for year, count in counted.items())
    return events


def _write_first_classes(site: Site, now: datetime) -> list[Event]:
    """What newcomers of a month are taught on site, by workshop and by team; the last ones still lack a part of it."""
    held: dict[tuple[Any, ...], TrainingSession] = {}
    events: list[Event] = []
    attendances: list[tuple[TrainingSession, User, datetime, datetime, int]] = []
    trainer = site.user("林晓燕")
    for user in site.users:
        if not user.hired_on or not user.department or (now.date() - user.hired_on).days not in range(4, 365):
            continue
        fresh = (now.date() - user.hired_on).days < 25
        for level, days, title, hours in _CLASSES[: 2 if fresh else None]:
            group = user.team_id if level == Level.TEAM else user.department_id
            key = (level, group, title, user.hired_on.year, user.hired_on.month)
            starts_at = datetime.combine(user.hired_on + timedelta(days=days), time(8), now.tzinfo)
            place = user.team if level == Level.TEAM and user.team else user.department
            held.setdefault(key, _class(title, level, hours, place.name["zh"], trainer, starts_at))
            left_at = starts_at + timedelta(hours=hours)
            attendances.append((held[key], user, starts_at, left_at, hours))
    TrainingSession.objects.bulk_create(held.values())
    for session, user, _came_at, left_at, hours in attendances:
        facts = {"person": user.pk, "hours": str(hours)}
        events.append(_event("session.left", "training.trainingsession", session.pk, left_at, user.pk, facts))
    Attendance.objects.bulk_create(
        Attendance(session=session, person=user, signed_in_at=came_at, signed_out_at=left_at, hours=hours)
        for session, user, came_at, left_at, hours in attendances
    )
    return events


def _class(title: str, level: str, hours: int, place: str, trainer: User, starts_at: datetime) -> TrainingSession:
    return TrainingSession(
        title=title, level=level, place=place[:80], trainer=trainer, starts_at=starts_at, hours=hours,
        status=TrainingSession.Status.CLOSED, secret=secrets.token_urlsafe(18), opened_at=starts_at,
        closed_at=starts_at + timedelta(hours=hours),
    )  # fmt: skip


def write_exam(site: Site) -> None:
    """One exam that the press operators have to take from now on."""
    trainer = site.user("林晓燕")
    role = site.user("王建国").job_role
    draft = create_exam(
        by=trainer,
        title={"zh": "冲压工上岗考试", "en": "Press operator's exam"},
        job_role=role,
        is_open=False,
        blueprint=[{"course": code, "lesson": "", "count": n} for code, n in (("C04", 10), ("C01", 5), ("C15", 5))],
        minutes=25,
        pass_score=80,
        tries_per_day=2,
        gives_certificate=True,
        valid_months=12,
    )
    publish_exam(draft, by=trainer, stamp=stamp_of(draft))
    require_course(draft.code, by=trainer, job_role=role, days=21)


def _event(name: str, kind: str, pk: int, at: datetime, by: int, data: dict) -> Event:
    return Event(id=uuid.uuid4(), name=name, subject_type=kind, subject_id=str(pk), actor_id=by, data=data, at=at)
