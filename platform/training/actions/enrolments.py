"""Who has to learn what by when: from the requirements of job roles, or by hand."""

from collections.abc import Collection, Iterable
from datetime import date, datetime, time, timedelta
from typing import Any

from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core.errors import DomainError, NotAllowed, WrongStatus
from core.events import action, emit, history, register
from core.zone import zone
from facilities.calendar import today
from people.models import JobRole, User
from tenants import due
from training.gate import is_on_work_with
from training.models import Certificate, Course, Enrolment, Requirement
from training.models.learning import Occasion

register(
    {
        "requirement.set": gettext_lazy("Course required"),
        "requirement.dropped": gettext_lazy("Course no longer required"),
        "course.given": gettext_lazy("Course given to learn"),
        "enrolment.exempted": gettext_lazy("Exempt from a course"),
        "enrolment.withdrawn": gettext_lazy("Course no longer needed"),
    }
)
# After a year off work the workshop's and the team's part is learned again (生产经营单位安全培训规定); most mistakes of
# new people fall into their third week (seed text).
LONG_ABSENCE, THIRD_WEEK = timedelta(days=365), timedelta(days=14)


@action
def require_course(
    course_code: str, *, by: User | None, job_role: JobRole | None, days: int, occasion: str = Occasion.POST
) -> int:
    """From now on whoever has the job role, or everybody, has to have passed it; who has not gets it today.

    Returns how many people got it.
    """
    _refuse_unless(by, "training.assign")
    if not Course.objects.current().filter(code=course_code).exists():
        raise DomainError(_("There is no such course in use. Choose one from the list."))
    if not 1 <= days <= 365:
        raise DomainError(_("Give between 1 and 365 days."))
    row, _is_new = Requirement.objects.update_or_create(
        job_role=job_role, course_code=course_code, occasion=occasion, defaults={"days": days}
    )
    emit("requirement.set", row, by=by, course=course_code, job_role=job_role and job_role.code, days=days)
    return enrol_missing(by=by, requirements=[row]) if occasion == Occasion.POST else 0


@action
def drop_requirement(requirement: Requirement, *, by: User) -> int:
    """Nobody has to pass it any more for this; returns how many open enrolments went with it."""
    _refuse_unless(by, "training.assign")
    role = requirement.job_role
    emit(
        "requirement.dropped", requirement, by=by, course=requirement.course_code, job_role=role.code if role else None
    )
    code = requirement.course_code
    requirement.delete()
    return withdraw_unneeded(by=by, course_codes=[code])


@action
def enrol_missing(
    *, by: User | None, requirements: Iterable[Requirement] | None = None, people: Collection[int] | None = None
) -> int:
    """Gives every required course to everybody who has to have it and neither holds nor learns it; returns how many.

    A fixed number of queries, however many people and courses there are. People: only these, by number.
    """
    rows = list(_post_requirements() if requirements is None else requirements)
    current = {course.code: course for course in Course.objects.current()}
    rows = [row for row in rows if row.course_code in current]
    wanted = _wanted(rows, people)
    held = _held(wanted, {row.course_code for row in rows})
    missing = [
        Enrolment(
            person_id=person,
            course_code=code,
            course=current[code],
            reason=Enrolment.Reason.POST,
            due_on=today() + timedelta(days=days),
        )
        for (person, code), days in wanted.items()
        if (person, code) not in held
    ]
    return _give(missing, by=by)


@action
def enrol_by_hand(
    people: Collection[User], course: Course, *, by: User, due_on: date, reason: str = Enrolment.Reason.BY_HAND
) -> int:
    """Gives the course to these people, also to who has passed it before; who is learning it goes on as before."""
    if any(not by.can("training.assign", person) for person in people):
        raise NotAllowed(_("Only the training officer or the safety officer decides who learns what."))
    if due_on < today():
        raise DomainError(_("Choose a day that is still to come."))
    if course.status != Course.Status.CURRENT:
        raise WrongStatus(_("This version is not taught any more. Choose the one in use."))
    return _give(
        [
            Enrolment(person=person, course_code=course.code, course=course, reason=reason, due_on=due_on)
            for person in people
        ],
        by=by,
    )


@action
def follow_person(person: User) -> int:
    """Somebody came, changed the post, came back or left: what is needed is given the same day, the rest taken back.

    Post change or a year away: again (the factory's requirements say what); third week: from the day of hiring.
    """
    withdraw_unneeded(by=None, people=[person.pk])
    if not person.is_active:
        return 0
    given = enrol_missing(by=None, people=[person.pk])
    if _was_away_long(person):
        given += enrol_on_occasion(person, Occasion.RETURN)
    key = f"person:{person.pk}:third_week"
    due.cancel(key=key)
    if person.hired_on and (begins_on := person.hired_on + THIRD_WEEK) > today():
        begins_at = datetime.combine(begins_on, time(6), zone())
        due.at(begins_at, "training.third_week", key=key, person=person.pk)
    return given


@action
def enrol_on_occasion(person: User, occasion: str) -> int:
    """What has to be learned again, also by who holds it."""
    rows = Requirement.objects.filter(occasion=occasion).filter(Q(job_role=None) | Q(job_role=person.job_role_id))
    current = {course.code: course for course in Course.objects.current()}
    return _give(
        [
            Enrolment(
                person=person,
                course_code=row.course_code,
                course=current[row.course_code],
                reason=occasion,
                due_on=today() + timedelta(days=row.days),
            )
            for row in rows
            if row.course_code in current
        ],
        by=None,
    )


@action
def renew_enrolment(certificate: Certificate, code: str, due_on: date) -> Enrolment | None:
    """The course of a certificate that runs out, given again; nothing where it is no longer asked for or a newer one counts."""
    person = certificate.person_id
    course = Course.objects.current().filter(code=code).first()
    if course is None or not (_is_wanted(person, code) or is_on_work_with(person, code)):
        return None
    newer = Certificate.objects.valid_on(today()).filter(person=person, course__code=code)
    if newer.filter(expires_on=None).exists() or newer.filter(expires_on__gt=due_on).exists():
        return None
    if Enrolment.objects.filter(person=person, course_code=code, status=Enrolment.Status.EXEMPT).exists():
        return None
    renewal = Enrolment(
        person_id=person,
        course_code=code,
        course=course,
        reason=Enrolment.Reason.RENEWAL,
        due_on=due_on,
    )
    _give([renewal], by=None)
    return Enrolment.objects.open().get(person=person, course_code=code)


@action
def exempt(enrolment: Enrolment, *, by: User, note: str) -> Enrolment:
    """The person need not learn it; the reason stays on record, and the course does not come back by itself."""
    if not by.can("training.assign", enrolment):
        raise NotAllowed(_("Only the training officer or the safety officer exempts somebody."))
    if not note.strip():
        raise DomainError(_("Write the reason; it stays on record."))
    _end([enrolment.pk], Enrolment.Status.EXEMPT, note=note.strip()[:200])
    emit("enrolment.exempted", enrolment, by=by, course=enrolment.course_code, told=[enrolment.person_id], note=note)
    enrolment.refresh_from_db()
    return enrolment


@action
def withdraw_unneeded(
    *, by: User | None, people: Collection[int] | None = None, course_codes: Collection[str] | None = None
) -> int:
    """Takes back what was given for a post that somebody no longer has, and was not begun by any other reason."""
    open_rows = Enrolment.objects.open().filter(reason=Enrolment.Reason.POST)
    if people is not None:
        open_rows = open_rows.filter(person__in=people)
    if course_codes is not None:
        open_rows = open_rows.filter(course_code__in=course_codes)
    gone = _unneeded(open_rows, _post_requirements(), people)
    _end([row.pk for row in gone], Enrolment.Status.WITHDRAWN)
    for row in gone:
        emit("enrolment.withdrawn", row, by=by, course=row.course_code, person=row.person_id)
    return len(gone)


def goes_with(requirement: Requirement) -> int:
    """How many open enrolments would be taken back with it."""
    rest = _post_requirements().exclude(pk=requirement.pk)
    given = Enrolment.objects.open().filter(reason=Enrolment.Reason.POST, course_code=requirement.course_code)
    return len(_unneeded(given, rest, None))


def _unneeded(
    open_rows: QuerySet[Enrolment], rules: QuerySet[Requirement], people: Collection[int] | None
) -> list[Enrolment]:
    wanted = _wanted(list(rules), people)
    return [row for row in open_rows.select_related("person") if (row.person_id, row.course_code) not in wanted]


def _was_away_long(person: User) -> bool:
    """Opened again just now, a year or more after it was closed."""
    last = list(history(person).filter(name__in=("user.closed", "user.reopened")).order_by("-seq")[:2])
    if [event.name for event in last] != ["user.reopened", "user.closed"]:
        return False
    return last[0].at >= timezone.now() - timedelta(days=1) and last[0].at - last[1].at >= LONG_ABSENCE


def _post_requirements() -> QuerySet[Requirement]:
    return Requirement.objects.filter(occasion=Occasion.POST)


def _is_wanted(person: int, code: str) -> bool:
    return (person, code) in _wanted(list(_post_requirements().filter(course_code=code)), [person])


def _wanted(rows: Collection[Requirement], people: Collection[int] | None) -> dict[tuple[int, str], int]:
    """Days by (person, course) of all who have to have it, the shortest where several requirements ask for it."""
    staff = User.objects.insiders().filter(is_active=True)
    if people is not None:
        staff = staff.filter(pk__in=people)
    wanted: dict[tuple[int, str], int] = {}
    for person, job_role in staff.values_list("pk", "job_role_id"):
        for row in rows:
            if row.job_role_id in (None, job_role):
                key = (person, row.course_code)
                wanted[key] = min(row.days, wanted.get(key, row.days))
    return wanted


def _held(wanted: Collection[tuple[int, str]], codes: Collection[str]) -> set[tuple[int, str]]:
    """Who holds a certificate that is valid today, is exempt, or is learning it."""
    people = {person for person, _code in wanted}
    rows = Enrolment.objects.filter(person__in=people, course_code__in=codes)
    held = set(
        rows.filter(status__in=(Enrolment.Status.OPEN, Enrolment.Status.EXEMPT)).values_list("person", "course_code")
    )
    valid = Certificate.objects.valid_on(today()).filter(person__in=people, course__code__in=codes)
    return held | set(valid.values_list("person", "course__code"))


def _give(enrolments: list[Enrolment], *, by: User | None) -> int:
    """One event for each course, which names the people: what happened is that it was given to them."""
    before = set(
        Enrolment.objects.open()
        .filter(course_code__in={row.course_code for row in enrolments})
        .values_list("person", "course_code")
    )
    fresh = [row for row in enrolments if (row.person_id, row.course_code) not in before]
    Enrolment.objects.bulk_create(fresh, ignore_conflicts=True)
    for course in {row.course_id: row.course for row in fresh}.values():
        rows = [row for row in fresh if row.course_id == course.pk]
        facts = {"told": [row.person_id for row in rows], "due_on": min(row.due_on for row in rows)}
        emit("course.given", course, by=by, code=course.code, title=course.title, reason=rows[0].reason, **facts)
    return len(fresh)


def _end(pks: Collection[int], status: str, **columns: Any) -> None:
    rows = Enrolment.objects.open().filter(pk__in=pks)
    if rows.update(status=status, ended_at=timezone.now(), **columns) != len(pks):
        raise WrongStatus(_("This was changed in the meantime. Look at where it stands now."))


def _refuse_unless(by: User | None, permission: str) -> None:
    """by=None is the clock, or the operator's command line."""
    if by is not None and not by.can(permission):
        raise NotAllowed(_("Only the training officer or the safety officer decides who learns what."))
