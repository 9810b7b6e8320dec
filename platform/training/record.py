"""一人一档: what somebody learned and holds, from the first day on, as rows of one list that pages and exports share."""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.db.models import F, IntegerField, Q, QuerySet, Sum, TextChoices, Value
from django.db.models.functions import Coalesce, TruncDate
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core.archives import DAY, Days, midnight
from core.models import Event
from core.words import say
from core.zone import zone
from facilities.calendar import today
from people.models import JobRole, User
from training.models import Attempt, Attendance, Certificate, Clearance, Enrolment, Licence, TrainingSession


class Kind(TextChoices):
    COURSE = "course", gettext_lazy("Courses")
    PAPER = "paper", gettext_lazy("Papers")
    CERTIFICATE = "certificate", gettext_lazy("Certificates")
    CLASS = "class", gettext_lazy("Classes on site")
    DRILL = "drill", gettext_lazy("Emergency drills")
    LICENCE = "licence", gettext_lazy("Licences")
    WORK = "work", gettext_lazy("High-risk work")


@dataclass(frozen=True)
class Filter(Days):
    """What is empty leaves nothing out."""

    kind: str = ""


@dataclass(frozen=True)
class Entry:
    """One line of a record. at: when it ended or came; began: from when; tone: ok or bad; number: what proves it.

    hours: 学时 that it counts for; again: how often it was learned or tried again; row: what it is about.
    """

    kind: str
    row: Any
    at: datetime | date
    what: str
    result: str
    about: str = ""
    note: str = ""
    tone: str = ""
    number: str = ""
    began: datetime | None = None
    hours: Decimal | None = None
    points: int | None = None
    again: int = 0
    ends_on: date | None = None


def people_seen_by(user: User | None) -> QuerySet[User]:
    """Everybody whose training the reader may look at, also those whose account is closed; None: the product itself."""
    departments = user.departments_with("training.view") if user else None
    people = User.objects.permitted("training.learn")
    return people if departments is None else people.filter(department__in=departments)


@dataclass(frozen=True)
class _Source:
    """rows: of all that a reader may see; column: when it was, a moment or a day."""

    rows: Callable[[User], QuerySet[Any]]
    column: str
    is_moment: bool
    entry: Callable[[Any], Entry]


_AT = Coalesce("ended_at", "created_at")


def _courses(reader: User) -> QuerySet[Enrolment]:
    rounds = Coalesce(Sum(F("progress__round") - 1), 0, output_field=IntegerField())
    rows = Enrolment.objects.visible_to(reader).select_related("course", "exam", "certificate")
    return rows.annotate(at=_AT, again=rounds)


def _course(row: Any) -> Entry:
    certificate = getattr(row, "certificate", None)
    is_passed = row.status == Enrolment.Status.PASSED
    result, tone = str(row.get_status_display()), "ok" if is_passed else ""
    if row.status == Enrolment.Status.OPEN:
        result, tone = _("to be learned by %(day)s") % {"day": row.due_on}, "bad" if row.is_late else ""
    return Entry(
        Kind.COURSE, row, row.at, _titled(row.subject), result,
        about=str(row.get_reason_display()), note=row.note, tone=tone, began=row.created_at, points=row.score,
        hours=row.course.hours if row.course and is_passed and not (certificate and certificate.revoked_at) else None,
        again=row.again,
        number=certificate.number if certificate else "",
    )  # fmt: skip


def _titled(subject: Any) -> str:
    return _("%(title)s, version %(n)d") % {"title": say(subject.title), "n": subject.version}


def _papers(reader: User) -> QuerySet[Attempt]:
    rows = Attempt.objects.visible_to(reader).exclude(status=Attempt.Status.OPEN)
    return rows.select_related("lesson", "exam", "enrolment__course")


def _paper(row: Any) -> Entry:
    about = _("Quiz of the course “%(title)s”") % {"title": say(row.enrolment.title)} if row.lesson else ""
    note = _("left the page %(n)d times") % {"n": row.looks_away} if row.looks_away else ""
    if row.status == Attempt.Status.TIMED_OUT:
        note = "；".join(filter(None, (str(row.get_status_display()), note)))
    return Entry(
        Kind.PAPER, row, row.ended_at, say((row.exam or row.lesson).title), _("Passed") if row.is_passed else _("Not passed"),
        about=about or _("Exam"), note=note, tone="ok" if row.is_passed else "bad", began=row.started_at, points=row.score,
    )  # fmt: skip


def _certificates(reader: User) -> QuerySet[Certificate]:
    return Certificate.objects.visible_to(reader).select_related("revoked_by")


def _certificate(row: Any) -> Entry:
    is_over = row.expires_on is not None and row.expires_on < today()
    result = _("Taken back") if row.revoked_at else _("Expired") if is_over else _("Valid")
    note = ""
    if row.revoked_at:
        facts = {"day": _day(row.revoked_at), "who": row.revoked_by.name, "why": row.revocation}
        note = _("%(day)s by %(who)s: %(why)s") % facts
    return Entry(
        Kind.CERTIFICATE, row, row.issued_on, say(row.title), result,
        note=note, tone="ok" if result == _("Valid") else "bad", points=row.score, number=row.number, ends_on=row.expires_on,
    )  # fmt: skip


def _attendances(kind: str) -> Callable[[User], QuerySet[Attendance]]:
    def rows(reader: User) -> QuerySet[Attendance]:
        return Attendance.objects.visible_to(reader).filter(session__kind=kind).select_related("session__trainer")

    return rows


def _attendance(row: Any) -> Entry:
    session = row.session
    about = [session.place, session.trainer.name]
    if session.level:
        about.insert(0, str(session.get_level_display()))
    is_over = session.status == TrainingSession.Status.CLOSED
    result = _("Was there")
    if row.signed_out_at is None:
        result = _("Never signed out") if is_over else _("Signed in")
    return Entry(
        Kind.DRILL if session.kind == TrainingSession.Kind.DRILL else Kind.CLASS, row, row.signed_in_at, session.title,
        result, about=" · ".join(about), note=row.note, tone="ok" if row.signed_out_at else "bad" if is_over else "",
        began=row.signed_in_at, hours=row.hours,
    )  # fmt: skip


def _licences(reader: User) -> QuerySet[Licence]:
    """Papers of health are no training; they stay with those who assign."""
    kept = (Licence.Status.CURRENT, Licence.Status.REPLACED, Licence.Status.WITHDRAWN)
    rows = Licence.objects.visible_to(reader).filter(kind__is_health=False, status__in=kept)
    return rows.select_related("kind")


def _licence(row: Any) -> Entry:
    """Never with its number, which often is the identity number."""
    is_current = row.status == Licence.Status.CURRENT
    result = str(row.get_status_display())
    if is_current:
        result = _("Expired") if row.days_left < 0 else _("Valid")
    return Entry(
        Kind.LICENCE, row, row.issued_on, say(row.kind.name), result,
        about=say(row.kind.issuer), note=row.note, tone="bad" if is_current and row.days_left < 0 else "ok" if is_current else "",
        ends_on=row.ends_on,
    )  # fmt: skip


def _clearances(reader: User) -> QuerySet[Clearance]:
    return Clearance.objects.visible_to(reader).select_related("given_by")


def _clearance(row: Any) -> Entry:
    result = _("put on it") if row.ended_at is None else _("ended %(day)s") % {"day": _day(row.ended_at)}
    return Entry(
        Kind.WORK, row, row.given_at, row.title, result,
        about=row.given_by.name, note=row.note, tone="ok" if row.ended_at is None else "",
    )  # fmt: skip


def _day(moment: datetime) -> str:
    return f"{moment.astimezone(zone()):%Y-%m-%d}"


SOURCES: dict[str, _Source] = {
    Kind.COURSE: _Source(_courses, "at", True, _course),
    Kind.PAPER: _Source(_papers, "ended_at", True, _paper),
    Kind.CERTIFICATE: _Source(_certificates, "issued_on", False, _certificate),
    Kind.CLASS: _Source(_attendances("class"), "signed_in_at", True, _attendance),
    Kind.DRILL: _Source(_attendances("drill"), "signed_in_at", True, _attendance),
    Kind.LICENCE: _Source(_licences, "issued_on", False, _licence),
    Kind.WORK: _Source(_clearances, "given_at", True, _clearance),
}


def rows_of(kind: str, people: Any, chosen: Filter, reader: User) -> QuerySet[Any]:
    """What the reader may see of these people, of one kind."""
    source = SOURCES[kind]
    return source.rows(reader).filter(_within(source, chosen), person__in=people)


def _within(source: _Source, chosen: Filter) -> Q:
    ends: dict[str, Any] = {}
    if chosen.since:
        ends["gte"] = midnight(chosen.since) if source.is_moment else chosen.since
    if chosen.until:
        ends["lt"] = midnight(chosen.until + DAY) if source.is_moment else chosen.until + DAY
    return Q(**{f"{source.column}__{name}": value for name, value in ends.items()})


Sign = tuple[date, str, int]


def index_of(person: User, reader: User) -> list[Sign]:
    """Day, kind and number of each line, the newest first; one question, of which a page shows its part."""
    first, *rest = (_signs(kind, rows_of(kind, [person.pk], Filter(), reader)) for kind in SOURCES)
    return list(first.union(*rest, all=True).order_by("-on_day", "of_kind", "-of_pk"))


def _signs(kind: str, rows: QuerySet[Any]) -> QuerySet[Any]:
    source = SOURCES[kind]
    day = TruncDate(source.column, tzinfo=zone()) if source.is_moment else F(source.column)
    bare = rows.model.objects.filter(pk__in=rows.order_by().values("pk"))
    if source.column == "at":
        bare = bare.annotate(at=_AT)
    columns = {"on_day": day, "of_kind": Value(kind), "of_pk": F("pk")}
    return bare.order_by().annotate(**columns).values_list(*columns)


def entries_of(signs: Iterable[Sign], reader: User) -> list[Entry]:
    """The lines themselves, in this order; as many questions as there are kinds."""
    wanted = list(signs)
    by_kind: dict[str, list[int]] = defaultdict(list)
    for _on, kind, number in wanted:
        by_kind[kind].append(number)
    found: dict[tuple[str, int], Entry] = {}
    for kind, numbers in by_kind.items():
        source = SOURCES[kind]
        found |= {(kind, row.pk): source.entry(row) for row in source.rows(reader).filter(pk__in=numbers)}
    return [found[kind, number] for _on, kind, number in wanted if (kind, number) in found]


def records_of(people: Collection[int], chosen: Filter, reader: User) -> dict[int, dict[str, list[Entry]]]:
    """By person and kind, the oldest first; as many questions as there are kinds, however many people."""
    found: dict[int, dict[str, list[Entry]]] = {pk: {} for pk in people}
    for kind, source in SOURCES.items():
        if chosen.kind in ("", kind):
            for row in rows_of(kind, people, chosen, reader).order_by(source.column, "pk"):
                found[row.person_id].setdefault(kind, []).append(source.entry(row))
    return found


def credited_hours(people: Any, chosen: Filter, reader: User) -> dict[int, Decimal]:
    """学时 by person: of courses passed, whose certificate was not taken back, and of classes and drills."""
    total: dict[int, Decimal] = defaultdict(Decimal)
    passed = rows_of(Kind.COURSE, people, chosen, reader).filter(status=Enrolment.Status.PASSED)
    passed = passed.exclude(course=None).exclude(certificate__revoked_at__isnull=False)
    for pk, hours in passed.values_list("person", "course__hours"):
        total[pk] += hours
    for kind in (Kind.CLASS, Kind.DRILL):
        for pk, hours in rows_of(kind, people, chosen, reader).values_list("person", "hours"):
            total[pk] += hours
    return total


@dataclass(frozen=True)
class Stay:
    """A post that somebody held, or a time away. since: None where nobody wrote down from when."""

    since: date | None
    words: str
    code: str | None = None
    is_away: bool = False


def posts_of(people: Collection[User]) -> dict[int, list[Stay]]:
    """任职经历, the oldest first: what the ledger knows of posts, leaving and coming back."""
    names = {role.code: say(role.name) for role in JobRole.objects.all()}
    told: dict[int, list[Event]] = defaultdict(list)
    events = Event.objects.filter(
        subject_type=User._meta.label_lower,
        subject_id__in=[str(person.pk) for person in people],
        name__in=("user.changed", "user.closed", "user.reopened"),
    )
    for event in events.order_by("seq"):
        told[int(event.subject_id)].append(event)
    return {person.pk: _stays(person, told[person.pk], names) for person in people}


def _stays(person: User, events: list[Event], names: dict[str, str]) -> list[Stay]:
    changes = [(event, event.data["changed"]["job_role"]) for event in events if _is_move(event)]
    first = changes[0][1][0] if changes else person.job_role.code if person.job_role else None
    stays = [_stay(person.hired_on, first, names)]
    moves = dict(changes)
    for event in events:
        day = event.at.astimezone(zone()).date()
        if event in moves:
            stays.append(_stay(day, moves[event][1], names))
        elif event.name == "user.closed":
            stays.append(Stay(day, _("left: %(why)s") % {"why": event.data.get("note", "")}, is_away=True))
        elif event.name == "user.reopened":
            stays.append(_stay(day, next((stay.code for stay in reversed(stays) if not stay.is_away), None), names))
    return stays


def _is_move(event: Event) -> bool:
    return event.name == "user.changed" and "job_role" in event.data.get("changed", {})


def _stay(since: date | None, code: str | None, names: dict[str, str]) -> Stay:
    return Stay(since, names.get(code or "", code or _("no post")), code)
