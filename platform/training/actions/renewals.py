"""Learned once more: what a new version asks of those who hold an earlier one, and certificates that run out together."""

from collections.abc import Collection
from datetime import timedelta

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core.errors import NotAllowed
from core.events import action, emit, register
from facilities.calendar import today
from people.models import User
from training.actions.enrolments import give, given_for, post_requirements, wanted_by
from training.models import Certificate, Course, Enrolment
from training.taught import codes_of, taught

register(
    {
        "course.updated": gettext_lazy("New version told to who learns the course"),
    }
)


@action
def follow_version(course: Course) -> int:
    """The clock, after publishing: who is learning hears of it; where it is asked for, who holds an earlier one learns again.

    Returns how many got it to learn again.
    """
    learning = Enrolment.objects.open().filter(course_code=course.code)
    told = list(learning.order_by("pk").values_list("person", flat=True))
    if told:
        emit("course.updated", course, by=None, code=course.code, version=course.version, told=told)
    if course.again_days is None or course.status != Course.Status.CURRENT:
        return 0
    return _learn_again(course, course.again_days, _holders(course))


def _holders(course: Course) -> list[int]:
    """Who may learn here and holds a valid certificate of an earlier version, and none of this one."""
    valid = Certificate.objects.valid_on(today()).filter(course__code=course.code)
    learners = User.objects.permitted("training.learn").filter(is_active=True)
    earlier = learners.filter(pk__in=valid.filter(course__version__lt=course.version).values("person"))
    later = valid.filter(course__version__gte=course.version).values("person")
    return list(earlier.exclude(pk__in=later).values_list("pk", flat=True))


def _learn_again(course: Course, days: int, people: Collection[int]) -> int:
    wanted = wanted_by(list(post_requirements().filter(course_code=course.code)), people)
    due_on = today() + timedelta(days=days)
    return give([given_for(person, course, wanted, Enrolment.Reason.VERSION, due_on) for person in people], by=None)


def learn_newer(person: int, passed: Course) -> int:
    """Who finishes a version that was replaced meanwhile learns the one that has to be learned again."""
    later = Course.objects.filter(code=passed.code, version__gt=passed.version)
    asked = later.exclude(published_at=None).values_list("again_days", flat=True)
    days = [within for within in asked if within is not None]
    current = Course.objects.current().filter(code=passed.code).first()
    if current is None or not days:
        return 0
    return _learn_again(current, min(days), [person])


def ending(code: str, days: int) -> list[Certificate]:
    """Valid ones that end within so many days, of who may still learn here and holds no longer one; code: "" for all."""
    last = today() + timedelta(days=days)
    valid = Certificate.objects.valid_on(today())
    soon = valid.filter(expires_on__lte=last, person__in=User.objects.permitted("training.learn"))
    soon = soon.filter(person__is_active=True).exclude(course=None, exam=None)
    soon = soon.for_codes([code]) if code else soon
    rows = list(soon.select_related("person__team", "course", "exam").order_by("expires_on", "person__sort_key", "pk"))
    longer = codes_of(valid.exclude(expires_on__lte=last).filter(person__in={row.person_id for row in rows}))
    newest = {_key(row): row for row in rows}  # the later one of two stands last
    return [row for row in newest.values() if _key(row) not in longer]


def _key(certificate: Certificate) -> tuple[int, str]:
    assert certificate.subject is not None  # noqa: S101 - the others were left out
    return certificate.person_id, certificate.subject.code


def renewals(certificates: Collection[Certificate]) -> list[tuple[Certificate, Enrolment | None]]:
    """Beside each what would be given; nothing where it is being learned, is exempt, or is not taught any more."""
    current = taught()
    people, codes = [row.person_id for row in certificates], {_key(row)[1] for row in certificates}
    wanted = wanted_by(list(post_requirements().filter(course_code__in=codes)), people)
    there = Enrolment.objects.filter(person__in=people, course_code__in=codes)
    there = there.filter(status__in=(Enrolment.Status.OPEN, Enrolment.Status.EXEMPT))
    busy = set(there.values_list("person", "course_code"))
    found: list[tuple[Certificate, Enrolment | None]] = []
    for row in certificates:
        person, code = _key(row)
        if (person, code) in busy or code not in current or row.expires_on is None:
            found.append((row, None))
        else:
            reason, due_on = Enrolment.Reason.RENEWAL, row.expires_on
            found.append((row, given_for(person, current[code], wanted, reason, due_on)))
    return found


@action
def give_renewals(enrolments: list[Enrolment], *, by: User) -> int:
    refuse_unless_assigns(by)
    return give(enrolments, by=by)


def refuse_unless_assigns(by: User) -> None:
    if not by.can("training.assign"):
        raise NotAllowed(_("Only the training officer or the safety officer decides who learns what."))
