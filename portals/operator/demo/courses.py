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
# Whose papers are written out question by question, for the item analysis.
_WITH_PAPERS = "C04"


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


def write_courses(site: Site, now: datetime, rng: random.Random) -> list[Event]:
    """Enrolments with their progress, papers and certificates; returns the events, still to be sealed."""
    courses = {course.code: course for course in Course.objects.current()}
    lessons: dict[int, list[Lesson]] = {course.pk: list(course.lessons.all()) for course in courses.values()}
    rows = list(_learned(site, courses, lessons, now, rng))
    for row, number in zip(rows, reserve(Enrolment, len(rows)), strict=True):
        row.number = number
    _write_enrolments(rows)
    _write_progress(rows, lessons, now)
    _write_papers([row for row in rows if row.course.code == _WITH_PAPERS], lessons, rng)
    events = _write_certificates([row for row in rows if row.passed_at])
    follow_certificates(Certificate.objects.exclude(expires_on=None).select_related("course"))
    return events + _write_classes(site, now)


def _learned(
    site: Site, courses: dict[str, Course], lessons: dict[int, list[Lesson]], now: datetime, rng: random.Random
) -> Iterator[Learned]:
    required: dict[int, list[str]] = {}
    for role, code in Requirement.objects.exclude(job_role=None).values_list("job_role", "course_code"):
        required.setdefault(role or 0, []).append(code)
    shown = site.user("王建国")
    for user in site.users:
        for code in sorted(required.get(user.job_role_id or 0, [])):
            row = _one(user, courses[code], len(lessons[courses[code].pk]), now, rng)
            if user.pk == shown.pk and code in ("C04", "C14"):
                row.passed_at, row.reason = None, Enrolment.Reason.RENEWAL
                row.due_on = (now + timedelta(days=5 if code == "C04" else 12)).date()
                row.given_at = now - timedelta(days=3)
            yield row


def _one(user: User, course: Course, lessons: int, now: datetime, rng: random.Random) -> Learned:
    hired_on = user.hired_on or now.date() - timedelta(days=700)
    first = max(hired_on + timedelta(days=2), now.date() - timedelta(days=330))
    last = now.date() - timedelta(days=1)
    given_at = datetime.combine(min(first, last), time(8, 10), now.tzinfo)
    day = first + timedelta(days=rng.randrange(max(1, min((last - first).days + 1, 300))))
    is_open = day > last or rng.randrange(1000) < _BEHIND
    passed_at = None if is_open else datetime.combine(day, time(rng.randrange(8, 20), rng.randrange(60)), now.tzinfo)
    due_on = (
        max(given_at.date(), hired_on) + timedelta(days=30)
        if is_open
        else max(day, given_at.date()) + timedelta(days=7)
    )
    scores = [rng.choice((80, 100, 100)) for _lesson in range(lessons)]
    return Learned(0, user, course, Enrolment.Reason.POST, given_at, due_on, passed_at, scores)


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
            (row.number, lesson.pk, 1, lesson.minutes * 45, at, at, score)
            for row in rows
            for position, (lesson, score) in enumerate(zip(lessons[row.course.pk], row.scores, strict=True))
            if row.passed_at or position == 0
            for at in [row.passed_at or max(row.given_at, now - timedelta(days=1))]
        ),
    )


def _write_papers(rows: list[Learned], lessons: dict[int, list[Lesson]], rng: random.Random) -> None:
    bank: dict[str, list[Question]] = {}
    for question in Question.objects.asked().filter(course_code=_WITH_PAPERS):
        bank.setdefault(question.lesson_key, []).append(question)
    papers = [
        (row, lesson, score)
        for row in rows
        if row.passed_at
        for lesson, score in zip(lessons[row.course.pk], row.scores, strict=True)
    ]
    numbers = reserve(Attempt, len(papers))
    columns = (
        "id",
        "person",
        "enrolment",
        "lesson",
        "status",
        "started_at",
        "ended_at",
        "pass_score",
        "score",
        "is_passed",
    )
    copy_rows(
        Attempt,
        columns,
        (
            (
                number, row.user.pk, row.number, lesson.pk, Attempt.Status.HANDED_IN,
                row.passed_at - timedelta(minutes=4), row.passed_at, 80, score, True,
            )
            for number, (row, lesson, score) in zip(numbers, papers, strict=True)
            if row.passed_at
        ),
    )  # fmt: skip
    asked = ("attempt", "position", "question", "order", "given", "answered_at", "is_right")
    copy_rows(
        PaperItem,
        asked,
        (
            (number, position, question.pk, order, given, row.passed_at, is_right)
            for number, (row, lesson, score) in zip(numbers, papers, strict=True)
            for position, (question, order, given, is_right) in enumerate(_answers(bank[lesson.key], score, rng), 1)
        ),
    )


def _answers(bank: list[Question], score: int, rng: random.Random) -> Iterator[tuple[Question, list[int], list, bool]]:
    """Five of the bank; where one is missed it is more often a hard one."""
    asked = rng.sample(bank, 5)
    missed = max(asked, key=lambda question: question.difficulty + rng.random() * 2) if score < 100 else None
    for question in asked:
        order = list(range(len(question.options)))
        rng.shuffle(order)
        is_right = question is not missed
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


def _write_classes(site: Site, now: datetime) -> list[Event]:
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
    """One exam that the press operators have to take."""
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
