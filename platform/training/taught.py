"""What can be required and passed: courses and exams in use, by their code, and whose right answers stay hidden."""

from collections.abc import Collection
from datetime import date
from typing import Any, NamedTuple

from django.db.models import QuerySet
from django.utils.timezone import localdate
from django.utils.translation import gettext as _

from core.errors import NotAllowed
from core.zone import zone
from people.models import User
from training.models import Attempt, Certificate, Course, Enrolment, Exam

Subject = Course | Exam
Codes = Collection[str] | QuerySet[Any]


class Span(NamedTuple):
    """Days on which something that somebody passed counts."""

    person: int
    code: str
    since: date
    until: date | None


def taught(codes: Collection[str] | None = None) -> dict[str, Subject]:
    """The versions in use; of all courses and exams, or of these."""
    found: dict[str, Subject] = {}
    for rows in (Course.objects.current(), Exam.objects.current()):
        found |= {row.code: row for row in (rows if codes is None else rows.filter(code__in=codes))}
    return found


def column_of(subject: Subject) -> dict[str, Any]:
    return {"exam": subject} if isinstance(subject, Exam) else {"course": subject}


def codes_of(certificates: QuerySet[Certificate]) -> set[tuple[int, str]]:
    """Who holds what, by person and code."""
    rows = certificates.values_list("person", "course__code", "exam__code")
    return {(person, course or exam) for person, course, exam in rows}


def passed_for_good(people: Collection[int], codes: Codes) -> set[tuple[int, str]]:
    """Exams that give no certificate count once they are passed."""
    passed = Attempt.objects.filter(person__in=people, is_passed=True, exam__code__in=codes)
    return set(passed.exclude(exam__gives_certificate=True).values_list("person", "exam__code"))


def held_on(day: date, people: Collection[int], codes: Codes) -> set[tuple[int, str]]:
    """Who holds a certificate that is valid on that day, or has passed what gives none."""
    valid = Certificate.objects.valid_on(day).filter(person__in=people).for_codes(codes)
    return codes_of(valid) | passed_for_good(people, codes)


def spans_of(people: Collection[int], codes: Collection[str] | None = None) -> list[Span]:
    """Who held what from when to when, whoever began first first; without an end where nothing expires."""
    certificates = Certificate.objects.filter(person__in=people, revoked_at=None)
    certificates = certificates.exclude(course=None, exam=None) if codes is None else certificates.for_codes(codes)
    columns = ("person", "course__code", "exam__code", "issued_on", "expires_on")
    found = [
        Span(person, course or exam, since, until)
        for person, course, exam, since, until in certificates.values_list(*columns)
    ]
    passed = Attempt.objects.filter(person__in=people, is_passed=True, exam__gives_certificate=False)
    passed = passed if codes is None else passed.filter(exam__code__in=codes)
    for person, code, ended_at in passed.values_list("person", "exam__code", "ended_at"):
        found.append(Span(person, code, localdate(ended_at, zone()), None))
    return sorted(found, key=lambda span: span.since)


def to_pass_first(user: User) -> set[str]:
    """Codes of the courses whose questions the person is still to answer: their right answers are not for these eyes."""
    learning = Enrolment.objects.open().filter(person=user)
    answering = Attempt.objects.filter(person=user, status=Attempt.Status.OPEN)
    blueprints = [
        *learning.exclude(exam=None).values_list("exam__blueprint", flat=True),
        *answering.exclude(exam=None).values_list("exam__blueprint", flat=True),
    ]
    codes = set(learning.exclude(course=None).values_list("course_code", flat=True))
    return codes | {row["course"] for blueprint in blueprints for row in blueprint}


def may_see_answers(user: User, codes: Collection[str]) -> bool:
    """Who teaches, and has none of these courses to pass at the moment."""
    return user.can("training.teach") and not to_pass_first(user).intersection(codes)


def refuse_unpassed(user: User, codes: Collection[str]) -> None:
    if to_pass_first(user).intersection(codes):
        raise NotAllowed(_("You are to pass this yourself. Its right answers are shown to you when you are through."))
