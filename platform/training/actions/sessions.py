"""Training on site: people sign in and out by a code on the trainer's screen that changes by itself."""

import hashlib
import hmac
import secrets
from collections.abc import Collection
from datetime import datetime
from decimal import ROUND_HALF_UP, Decimal

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core.errors import DomainError, NotAllowed, WrongStatus
from core.events import action, emit, register
from core.models import Attachment
from people.models import User
from tenants.current import current_schema
from training.models import Attendance, SessionPhoto, TrainingSession

register(
    {
        "session.planned": gettext_lazy("Class planned"),
        "session.opened": gettext_lazy("Signing in begun"),
        "session.closed": gettext_lazy("Class over"),
        "session.cancelled": gettext_lazy("Class called off"),
        "session.attended": gettext_lazy("Signed in"),
        "session.left": gettext_lazy("Signed out"),
        "session.entered": gettext_lazy("Attendance entered by the trainer"),
    }
)
# How long a code lives; the one before it still counts, for slow hands.
TURN = 20


@action
def plan_session(
    title: str,
    *,
    by: User,
    place: str,
    starts_at: datetime,
    hours: Decimal,
    kind: str = TrainingSession.Kind.CLASS,
    level: str = "",
    course_code: str = "",
    trainer: User | None = None,
    people: Collection[User] = (),
) -> TrainingSession:
    """people: who is told of it; others may come too."""
    _refuse_unless_trainer(by)
    if not Decimal("0.5") <= hours <= 8:
        raise DomainError(_("Give between half an hour and 8 hours."))
    row = TrainingSession.objects.create(
        title=title.strip(),
        kind=kind,
        level=level,
        course_code=course_code,
        place=place.strip(),
        trainer=trainer or by,
        starts_at=starts_at,
        hours=hours,
        secret=secrets.token_urlsafe(18),
    )
    told = [person.pk for person in people]
    emit("session.planned", row, by=by, until=starts_at, note=row.place, told=told)
    return row


@action
def open_session(session: TrainingSession, *, by: User) -> TrainingSession:
    _refuse_unless_holder(session, by)
    return _move(
        session,
        TrainingSession.Status.PLANNED,
        TrainingSession.Status.OPEN,
        "session.opened",
        by=by,
        opened_at=timezone.now(),
    )


@action
def close_session(session: TrainingSession, *, by: User, remark: str = "") -> TrainingSession:
    """Nobody signs in or out any more; who never signed out is credited with nothing."""
    _refuse_unless_holder(session, by)
    changes = {"closed_at": timezone.now(), "remark": remark.strip()}
    return _move(
        session, TrainingSession.Status.OPEN, TrainingSession.Status.CLOSED, "session.closed", by=by, **changes
    )


@action
def cancel_session(session: TrainingSession, *, by: User, note: str) -> TrainingSession:
    _refuse_unless_holder(session, by)
    if not note.strip():
        raise DomainError(_("Write the reason; it stays on record."))
    changes = {"remark": note.strip()}
    return _move(
        session, TrainingSession.Status.PLANNED, TrainingSession.Status.CANCELLED, "session.cancelled", by=by, **changes
    )


def code_now(session: TrainingSession, now: datetime | None = None) -> str:
    """What the trainer's screen shows at this moment: number, turn and signature."""
    turn = int((now or timezone.now()).timestamp()) // TURN
    return f"{session.pk}-{turn:x}-{_sign(session, turn)}"


def read_code(code: str) -> TrainingSession:
    """The session that is signing in right now under this code."""
    number, _dash, rest = code.partition("-")
    turn, _dash, signature = rest.partition("-")
    refusal = DomainError(_("This code has changed meanwhile. Scan the one that the trainer's screen shows now."))
    session = (
        TrainingSession.objects.filter(pk=int(number)).first() if number.isdecimal() and len(number) < 12 else None
    )
    if session is None:
        raise refusal
    now = int(timezone.now().timestamp()) // TURN
    for live in (now, now - 1):
        if turn == f"{live:x}" and hmac.compare_digest(signature.encode(), _sign(session, live).encode()):
            if session.status != TrainingSession.Status.OPEN:
                raise WrongStatus(_("Signing in is over here. Ask the trainer."))
            return session
    raise refusal


@action
def sign_in(code: str, *, by: User) -> Attendance:
    """By the code of this moment; a second time it is the same attendance."""
    session = read_code(code)
    _refuse_unless_learner(by)
    row, is_new = Attendance.objects.get_or_create(
        session=session, person=by, defaults={"signed_in_at": timezone.now()}
    )
    if is_new:
        emit("session.attended", session, by=by, person=by.pk)
    return row


@action
def sign_out(code: str, *, by: User) -> Attendance:
    """Also by the code of this moment: whoever left earlier cannot see it."""
    session = read_code(code)
    row = Attendance.objects.select_for_update().filter(session=session, person=by).first()
    if row is None:
        raise WrongStatus(_("You have not signed in here. Sign in first, or ask the trainer."))
    if row.signed_out_at is None:
        row.signed_out_at = timezone.now()
        row.hours = _credit(row, session)
        row.save(update_fields=["signed_out_at", "hours"])
        emit("session.left", session, by=by, person=by.pk, hours=row.hours)
    return row


@action
def enter_attendance(session: TrainingSession, person: User, *, by: User, hours: Decimal, note: str) -> Attendance:
    """For who has no phone; the trainer answers for it with a reason, which stays visible beside it."""
    _refuse_unless_holder(session, by)
    if session.status not in (TrainingSession.Status.OPEN, TrainingSession.Status.CLOSED):
        raise WrongStatus(_("The class has not begun yet."))
    if not note.strip():
        raise DomainError(_("Write the reason; it stays on record."))
    if not 0 <= hours <= session.hours:
        raise DomainError(_("Not more than the class took: %(hours)s hours.") % {"hours": session.hours})
    if person.pk == by.pk:
        raise DomainError(_("Nobody enters the own attendance."))
    now = timezone.now()
    row, _is_new = Attendance.objects.update_or_create(
        session=session,
        person=person,
        defaults={"hours": hours, "note": note.strip()[:200], "signed_out_at": now},
        create_defaults={"signed_in_at": now, "signed_out_at": now, "hours": hours, "note": note.strip()[:200]},
    )
    emit("session.entered", session, by=by, person=person.pk, hours=hours, note=note.strip()[:200])
    return row


@action
def add_photos(session: TrainingSession, photos: Collection[Attachment], *, by: User) -> None:
    _refuse_unless_holder(session, by)
    SessionPhoto.objects.bulk_create(SessionPhoto(session=session, photo=photo) for photo in photos)


def _credit(row: Attendance, session: TrainingSession) -> Decimal:
    """The time between, in halves of an hour, at most what the class is worth."""
    assert row.signed_out_at is not None  # noqa: S101 - set by the caller
    spent = Decimal((row.signed_out_at - row.signed_in_at).total_seconds()) / 3600
    halves = (spent * 2).quantize(Decimal(1), ROUND_HALF_UP) / 2
    return min(halves, session.hours)


def _sign(session: TrainingSession, turn: int) -> str:
    text = f"{current_schema()}:{session.pk}:{turn}"
    return hmac.new(session.secret.encode(), text.encode(), hashlib.sha256).hexdigest()[:16]


def _move(
    session: TrainingSession, source: str, target: str, event: str, *, by: User, **changes: object
) -> TrainingSession:
    if not TrainingSession.objects.filter(pk=session.pk, status=source).update(status=target, **changes):
        raise WrongStatus(_("This was changed in the meantime. Look at where it stands now."))
    session.refresh_from_db()
    emit(event, session, by=by, name=session.title, note=session.remark)
    return session


def _refuse_unless_trainer(by: User) -> None:
    if not by.can("training.hold"):
        raise NotAllowed(_("Your role may not hold classes. Ask the training officer."))


def _refuse_unless_holder(session: TrainingSession, by: User) -> None:
    if not session.is_held_by(by):
        raise NotAllowed(_("This class is held by somebody else."))


def _refuse_unless_learner(by: User) -> None:
    if not by.can("training.learn"):
        raise NotAllowed(_("Your role does not take part in classes here."))
