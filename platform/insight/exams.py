"""How exams are taken: by the people whom the reader may see."""

from typing import Any

from django.db.models import OuterRef, QuerySet

from insight.training import count_of
from people.models import User
from training.models import Attempt, Enrolment, Exam


def with_figures(exams: QuerySet[Exam], reader: User) -> QuerySet[Any]:
    """Adds waiting, papers and papers_passed, of every version."""
    waiting = Enrolment.objects.visible_to(reader).open().filter(course_code=OuterRef("code"))
    papers = Attempt.objects.visible_to(reader).exclude(status=Attempt.Status.OPEN)
    papers = papers.filter(exam__code=OuterRef("code"))
    return exams.annotate(
        waiting=count_of(waiting, "pk"),
        papers=count_of(papers, "pk"),
        papers_passed=count_of(papers.filter(is_passed=True), "pk"),
    )
