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
from training.actions.clearances import end_unfounded
from training.gate import is_on_work_with
from training.models import Certificate, Enrolment, Exam, Requirement
from training.models.learning import Occasion
from training.taught import Subject, column_of, held_on, taught

register(
    {
        "requirement.set": gettext_lazy("Course required"),
        "requirement.dropped": gettext_lazy("Course no longer required"),
        "course.given": gettext_lazy("Course given to learn"),
        "exam.given": gettext_lazy("Exam given to take"),
        "enrolment.exempted": gettext_lazy("Exempt from a course"),
        "enrolment.withdrawn": gettext_lazy("Course no longer needed"),
    }
)
# After a year off work the workshop's and the team's part is learned again (生产经营单位安全培训规定); most mistakes of
# new people fall into their third week (seed text).
LONG_ABSENCE, THIRD_WEEK = timedelta(days=365), timedelta(days=14)
# Given because a requirement asks for it, and taken back when none does any more.
BY_RULE = (Enrolment.Reason.POST, Enrolment.Reason.RENEWAL, Enrolment.Reason.VERSION)


@action
def require_course(
    course_code: str, *, by: User | None, job_role: JobRole | None, days: int, occasion: str = Occasion.POST
) -> int:
    """From now on whoever has the job role, or everybody, has to have passed it; who has not gets it today.

    course_code: of a course or an exam. Returns how many people got it.
    """
    _refuse_unless(by, "training.assign")
    if not taught([course_code]):
        raise DomainError(_("There is no such course or exam in use. Choose one from the list."))
    if not 1 <= days <= 365:
        raise DomainError(_("Give between 1 and 365 days."))
    what, how = {"job_role": job_role, "course_code": course_code, "occasion": occasion}, {"days": days}
    row, _is_new = Requirement.objects.update_or_create(**what, defaults=how, create_defaults=how | {"since": today()})
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
    rows = list(post_requirements() if requirements is None else requirements)
    current = taught()
    rows = [row for row in rows if row.course_code in current]
    wanted = wanted_by(rows, people)
    held = _held(wanted, {row.course_code for row in rows})
    missing = [
        _enrolment(person, current[code], Enrolment.Reason.POST, today() + timedelta(days=days))
        for (person, code), days in wanted.items()
        if (person, code) not in held
    ]
    return give(missing, by=by)


@action
def enrol_by_hand(
    people: Collection[User], course: Subject, *, by: User | None, due_on: date, reason: str = Enrolment.Reason.BY_HAND
) -> int:
    """Gives the course or exam to these people, also to who has passed it before; who is learning it goes on as before."""
    if by is not None and any(not by.can("training.assign", person) for person in people):
        raise NotAllowed(_("Only the training officer or the safety officer decides who learns what."))
    if due_on < today():
        raise DomainError(_("Choose a day that is still to come."))
    if course.status != type(course).Status.CURRENT:
        raise WrongStatus(_("This version is not taught any more. Choose the one in use."))
    learners = User.objects.permitted("training.learn").filter(pk__in=[person.pk for person in people])
    if learners.count() < len(people):
        raise DomainError(_("Inspectors and partners do not learn here. Choose people of the factory."))
    return give([_enrolment(person.pk, course, reason, due_on) for person in people], by=by)


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
    if not User.objects.permitted("training.learn").filter(pk=person.pk).exists():
        return 0
    rows = Requirement.objects.filter(occasion=occasion).filter(Q(job_role=None) | Q(job_role=person.job_role_id))
    current = taught()
    return give(
        [
            _enrolment(person.pk, current[row.course_code], occasion, today() + timedelta(days=row.days))
            for row in rows
            if row.course_code in current
        ],
        by=None,
    )


@action
def renew_enrolment(certificate: Certificate, code: str, due_on: date) -> Enrolment | None:
    """What a certificate that runs out was for, given again; nothing where it is no longer asked for or a newer one counts."""
    person = certificate.person_id
    subject = taught([code]).get(code)
    if subject is None or not (_is_wanted(person, code) or is_on_work_with(person, code)):
        return None
    newer = Certificate.objects.valid_on(today()).filter(person=person).for_codes([code])
    if newer.filter(expires_on=None).exists() or newer.filter(expires_on__gt=due_on).exists():
        return None
    if Enrolment.objects.filter(person=person, course_code=code, status=Enrolment.Status.EXEMPT).exists():
        return None
    give([_enrolment(person, subject, Enrolment.Reason.RENEWAL, due_on)], by=None)
    return Enrolment.objects.open().get(person=person, course_code=code)


@action
def exempt(enrolment: Enrolment, *, by: User, note: str) -> Enrolment:
    """The person need not learn it; the reason stays on record, and the course does not come back by itself."""
    if not by.can("training.assign", enrolment):
        raise NotAllowed(_("Only the training officer or the safety officer exempts somebody."))
    if enrolment.person_id == by.pk:
        raise NotAllowed(_("Nobody exempts themselves. Ask another training officer or safety officer."))
    if not note.strip():
        raise DomainError(_("Write the reason; it stays on record."))
    _end([enrolment.pk], Enrolment.Status.EXEMPT, note=note.strip()[:200])
    emit("enrolment.exempted", enrolment, by=by, course=enrolment.course_code, told=[enrolment.person_id], note=note)
    enrolment.refresh_from_db()
    return enrolment


@action
def recognise(person: User, code: str, *, by: User, note: str) -> Enrolment:
    """What somebody learned elsewhere counts here: they are exempt from it, with the reason on record."""
    if not by.can("training.assign", person):
        raise NotAllowed(_("Only the training officer or the safety officer exempts somebody."))
    subject = taught([code]).get(code)
    if subject is None:
        raise DomainError(_("This is not taught here, so there is nothing that it could stand for."))
    rows = Enrolment.objects.filter(person=person, course_code=code)
    if rows.filter(status=Enrolment.Status.EXEMPT).exists():
        raise WrongStatus(_("They need not learn it already."))
    if waiting := rows.open().first():
        return exempt(waiting, by=by, note=note)
    row = _enrolment(person.pk, subject, Enrolment.Reason.BY_HAND, today())
    row.status, row.ended_at, row.note = Enrolment.Status.EXEMPT, timezone.now(), note.strip()[:200]
    row.save(force_insert=True)
    emit("enrolment.exempted", row, by=by, course=code, told=[person.pk], note=row.note)
    return row


@action
def end_recognition(enrolment: Enrolment) -> None:
    """The clock: what was learned elsewhere counts no more, and what the post asks for comes back."""
    exempted = Enrolment.objects.filter(pk=enrolment.pk, status=Enrolment.Status.EXEMPT)
    if exempted.update(status=Enrolment.Status.WITHDRAWN, ended_at=timezone.now(), note=""):
        emit("enrolment.withdrawn", enrolment, by=None, course=enrolment.course_code, person=enrolment.person_id)
        enrol_missing(by=None, people=[enrolment.person_id])
        end_unfounded(enrolment.person)


@action
def withdraw_unneeded(
    *, by: User | None, people: Collection[int] | None = None, course_codes: Collection[str] | None = None
) -> int:
    """Takes back what was given for a post that somebody no longer has, and was not begun by any other reason."""
    open_rows = Enrolment.objects.open().filter(reason__in=BY_RULE)
    if people is not None:
        open_rows = open_rows.filter(person__in=people)
    if course_codes is not None:
        open_rows = open_rows.filter(course_code__in=course_codes)
    gone = _unneeded(open_rows, post_requirements(), people)
    _end([row.pk for row in gone], Enrolment.Status.WITHDRAWN)
    for row in gone:
        emit("enrolment.withdrawn", row, by=by, course=row.course_code, person=row.person_id)
    return len(gone)


def goes_with(requirement: Requirement) -> int:
    """How many open enrolments would be taken back with it."""
    rest = post_requirements().exclude(pk=requirement.pk)
    given = Enrolment.objects.open().filter(reason__in=BY_RULE, course_code=requirement.course_code)
    return len(_unneeded(given, rest, None))


def _unneeded(
    open_rows: QuerySet[Enrolment], rules: QuerySet[Requirement], people: Collection[int] | None
) -> list[Enrolment]:
    wanted = wanted_by(list(rules), people)
    return [row for row in open_rows.select_related("person") if (row.person_id, row.course_code) not in wanted]


def _was_away_long(person: User) -> bool:
    """Opened again just now, a year or more after it was closed."""
    last = list(history(person).filter(name__in=("user.closed", "user.reopened")).order_by("-seq")[:2])
    if [event.name for event in last] != ["user.reopened", "user.closed"]:
        return False
    return last[0].at >= timezone.now() - timedelta(days=1) and last[0].at - last[1].at >= LONG_ABSENCE


def post_requirements() -> QuerySet[Requirement]:
    return Requirement.objects.filter(occasion=Occasion.POST)


def _enrolment(person: int, subject: Subject, reason: str, due_on: date) -> Enrolment:
    return Enrolment(person_id=person, course_code=subject.code, reason=reason, due_on=due_on, **column_of(subject))


def given_for(
    person: int, subject: Subject, wanted: Collection[tuple[int, str]], reason: str, due_on: date
) -> Enrolment:
    """Where nothing asks for it any more, it is the training officer's own wish, and no change of the post takes it back."""
    asked = reason if (person, subject.code) in wanted else Enrolment.Reason.BY_HAND
    return _enrolment(person, subject, asked, due_on)


def _is_wanted(person: int, code: str) -> bool:
    return (person, code) in wanted_by(list(post_requirements().filter(course_code=code)), [person])


def wanted_by(rows: Collection[Requirement], people: Collection[int] | None) -> dict[tuple[int, str], int]:
    """Days by (person, course) of all who have to have it, the shortest where several requirements ask for it."""
    staff = User.objects.permitted("training.learn").filter(is_active=True)
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
    return held | held_on(today(), people, codes)


def give(enrolments: list[Enrolment], *, by: User | None) -> int:
    """One event for each course and exam, which names the people: what happened is that it was given to them."""
    before = set(
        Enrolment.objects.open()
        .filter(course_code__in={row.course_code for row in enrolments})
        .values_list("person", "course_code")
    )
    fresh = [row for row in enrolments if (row.person_id, row.course_code) not in before]
    Enrolment.objects.bulk_create(fresh, ignore_conflicts=True)
    for subject in {row.course_code: row.subject for row in fresh}.values():
        rows = [row for row in fresh if row.course_code == subject.code]
        facts = {"told": [row.person_id for row in rows], "due_on": min(row.due_on for row in rows)}
        name = "exam.given" if isinstance(subject, Exam) else "course.given"
        emit(name, subject, by=by, code=subject.code, title=subject.title, reason=rows[0].reason, **facts)
    return len(fresh)


def _end(pks: Collection[int], status: str, **columns: Any) -> None:
    rows = Enrolment.objects.open().filter(pk__in=pks)
    if rows.update(status=status, ended_at=timezone.now(), **columns) != len(pks):
        raise WrongStatus(_("This was changed in the meantime. Look at where it stands now."))


def _refuse_unless(by: User | None, permission: str) -> None:
    """by=None is the clock, or the operator's command line."""
    if by is not None and not by.can(permission):
        raise NotAllowed(_("Only the training officer or the safety officer decides who learns what."))
