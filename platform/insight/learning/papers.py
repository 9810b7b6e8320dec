"""Papers that are over, as people look for them and as figures count them."""

from dataclasses import dataclass
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet, TextChoices
from django.utils.translation import gettext_lazy as _

from core.archives import DAY, Days, midnight
from people.models import User
from training.models import Attempt


class Tries(TextChoices):
    FIRST = "first", _("At the first try")
    AGAIN = "again", _("After learning again")


@dataclass(frozen=True)
class Papers(Days):
    """Which papers; what is empty leaves nothing out. course: its code; passed: yes or no."""

    course: str = ""
    exam: int | None = None
    department: int | None = None
    tries: str = ""
    passed: str = ""

    def of(self, papers: QuerySet[Attempt]) -> QuerySet[Any]:
        """papers: with is_again."""
        return papers.filter(self.rule)

    @property
    def rule(self) -> Q:
        rule = Q(ended_at__gte=midnight(self.since)) if self.since else Q()
        rule &= Q(ended_at__lt=midnight(self.until + DAY)) if self.until else Q()
        rule &= Q(enrolment__course_code=self.course) if self.course else Q()
        rule &= Q(exam=self.exam) if self.exam else Q()
        rule &= Q(person__department=self.department) if self.department else Q()
        rule &= Q(is_again=self.tries == Tries.AGAIN) if self.tries else Q()
        return rule & (Q(is_passed=self.passed == "yes") if self.passed else Q())


def papers_seen_by(reader: User) -> QuerySet[Any]:
    """Quizzes and exams that are over, each with whether the same was tried before."""
    over = Attempt.objects.visible_to(reader).exclude(status=Attempt.Status.OPEN)
    earlier = Attempt.objects.filter(person=OuterRef("person"), started_at__lt=OuterRef("started_at"))
    same_quiz = earlier.filter(enrolment=OuterRef("enrolment"), lesson=OuterRef("lesson"))
    return over.annotate(is_again=Exists(same_quiz) | Exists(earlier.filter(exam=OuterRef("exam"))))
