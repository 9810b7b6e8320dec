"""Who is behind with learning: of the people that the reader may see. Each number with what it is a part of."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.db.models import Count, Exists, F, Func, IntegerField, OuterRef, Q, QuerySet, Subquery, Sum
from django.db.models.functions import TruncMonth

from core.share import Share
from facilities.calendar import today
from people.models import User
from training.models import Attempt, Certificate, Course, Enrolment, Exam, Requirement, StudyDay
from training.models.learning import Occasion
from training.record import people_seen_by

__all__ = ["Month", "Numbers", "count_of", "months_of", "numbers", "people_seen_by", "with_standing"]

SOON = timedelta(days=30)


def with_standing(people: QuerySet[User]) -> QuerySet[Any]:
    """Adds required and passed, the courses of the post; open, overdue and next_due, of all that is to be learned."""
    required = _required()
    code = OuterRef("course_code")
    held = Certificate.objects.valid_on(today()).filter(
        Q(course__code=code) | Q(exam__code=code), person=OuterRef(OuterRef("pk"))
    )
    passed = Attempt.objects.filter(
        person=OuterRef(OuterRef("pk")), exam__code=code, exam__gives_certificate=False, is_passed=True
    )
    learning = Enrolment.objects.open().filter(person=OuterRef("pk"))
    return people.annotate(
        required=count_of(required, "course_code"),
        passed=count_of(required.filter(Exists(held) | Exists(passed)), "course_code"),
        open=count_of(learning, "pk"),
        overdue=count_of(learning.filter(due_on__lt=today()), "pk"),
        next_due=Subquery(learning.order_by("due_on").values("due_on")[:1]),
    )


def _required() -> QuerySet[Requirement]:
    """What the outer person has to have passed for the post; where somebody is exempt, it is not required of them."""
    exempt = Enrolment.objects.filter(
        person=OuterRef(OuterRef("pk")), course_code=OuterRef("course_code"), status=Enrolment.Status.EXEMPT
    )
    return Requirement.objects.filter(
        Q(job_role=None) | Q(job_role=OuterRef("job_role")),
        Q(course_code__in=Course.objects.current().values("code"))
        | Q(course_code__in=Exam.objects.current().values("code")),
        ~Exists(exempt),
        occasion=Occasion.POST,
    )


def count_of(rows: QuerySet, column: str) -> Subquery:
    """How many different values the rows have in this column, as a part of another query."""
    counted = Func(F(column), function="COUNT", template="%(function)s(DISTINCT %(expressions)s)")
    return Subquery(rows.order_by().annotate(n=counted).values("n"), output_field=IntegerField())


@dataclass(frozen=True)
class Numbers:
    """qualified: of those who have to have anything; open: of all given; overdue: of open; expiring: of valid ones."""

    qualified: Share
    open: Share
    overdue: Share
    expiring: Share


def numbers(people: QuerySet[Any]) -> Numbers:
    """people: with their standing."""
    found = people.aggregate(
        of=Count("pk", filter=Q(required__gt=0)),
        done=Count("pk", filter=Q(required__gt=0, passed=F("required"))),
    )
    given = Enrolment.objects.filter(
        person__in=people.values("pk"), status__in=(Enrolment.Status.OPEN, Enrolment.Status.PASSED)
    ).aggregate(
        of=Count("pk"),
        open=Count("pk", filter=Q(status=Enrolment.Status.OPEN)),
        late=Count("pk", filter=Q(status=Enrolment.Status.OPEN, due_on__lt=today())),
    )
    valid = Certificate.objects.valid_on(today()).filter(person__in=people.values("pk"))
    expiring = valid.aggregate(of=Count("pk"), done=Count("pk", filter=Q(expires_on__lte=today() + SOON)))
    return Numbers(
        qualified=Share(**found),
        open=Share(given["open"], given["of"]),
        overdue=Share(given["late"], given["open"]),
        expiring=Share(**expiring),
    )


@dataclass(frozen=True)
class Month:
    first: date
    seconds: int
    days: int


def months_of(person: User) -> list[Month]:
    """How long somebody learned, month by month, the newest first."""
    rows = StudyDay.objects.filter(person=person).order_by().annotate(month=TruncMonth("on")).values("month")
    rows = rows.annotate(total=Sum("seconds"), days=Count("pk")).order_by("-month")
    return [Month(row["month"], row["total"], row["days"]) for row in rows]
