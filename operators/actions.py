"""What operators do. by=None is the server's command line, where whoever is there holds the database anyway."""

import hashlib
import logging
import secrets
import unicodedata
from collections.abc import Iterable
from datetime import timedelta
from typing import Any
from uuid import uuid4

from django.contrib.auth.hashers import check_password, make_password
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from core import limits, totp
from core.errors import DomainError, WrongStatus
from core.secrets import seal, unseal
from operators.models import Operator, OperatorEntry, OperatorSession
from tenants import due
from tenants.models import Due, Factory, SchemaUpgrade

log = logging.getLogger(__name__)

What = OperatorEntry.What
IDLE, LIFE, TOUCH = timedelta(hours=4), timedelta(hours=12), timedelta(minutes=1)
PER_ADDRESS, ADDRESS_WITHIN = 20, timedelta(minutes=5)
MIN_REASON, MAX_REASON = 2, 300


def sign_in(name: str, password: str, code: str, *, address: str) -> str:
    """The token of a new session. A name that nobody has, a wrong password and a wrong code are told and take the same."""
    name = normal_name(name)
    limits.allow("operator-address", address, most=PER_ADDRESS, within=ADDRESS_WITHIN)
    totp.count_try("operator", name.casefold())
    operator = Operator.objects.filter(name__iexact=name, is_active=True).first()
    knows = check_password(password, operator.password if operator else "")
    step = totp.step_of(_secret_of(operator), code)
    if operator is None or not knows or step is None:
        raise _refused()
    # One UPDATE that only the first can win: a code counts once, and none from before it.
    if not Operator.objects.filter(pk=operator.pk, is_active=True, last_step__lt=step).update(last_step=step):
        raise _refused()
    return open_session(operator)


def _refused() -> DomainError:
    log.warning("an operator's sign-in was refused")
    return DomainError(_("That does not fit together. Look at name, password and code again; each code counts once."))


def _secret_of(operator: Operator | None) -> str:
    """Where there is none, or where its key is lost, another one: it takes as long and fits nothing."""
    try:
        return unseal(operator.second_factor) if operator else totp.new_secret()
    except DomainError:
        log.warning("the second factor of operator %s was sealed under another SECRET_KEY", operator and operator.pk)
        return totp.new_secret()


@transaction.atomic
def open_session(operator: Operator) -> str:
    token, now = secrets.token_urlsafe(32), timezone.now()
    OperatorSession.objects.filter(seen_at__lt=now - IDLE).delete()
    OperatorSession.objects.create(operator=operator, token_hash=_hash(token), created_at=now, seen_at=now)
    _note(What.SIGNED_IN, by=operator)
    return token


def session_of(token: str) -> OperatorSession | None:
    """Whose browser this is, as long as it was used within some hours; being used keeps it open."""
    now = timezone.now()
    session = (
        OperatorSession.objects.select_related("operator")
        .filter(token_hash=_hash(token), seen_at__gt=now - IDLE, created_at__gt=now - LIFE, operator__is_active=True)
        .first()
    )
    if session and session.seen_at < now - TOUCH:
        OperatorSession.objects.filter(pk=session.pk).update(seen_at=now)
    return session


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


@transaction.atomic
def sign_out(session: OperatorSession) -> None:
    session.delete()
    _note(What.SIGNED_OUT, by=session.operator)


@transaction.atomic
def end_sessions(operator: Operator, *, by: Operator | None) -> None:
    """In every browser, this one among them."""
    operator.sessions.all().delete()
    _note(What.SESSIONS_ENDED, by=by, about=operator)


def normal_name(name: str) -> str:
    return unicodedata.normalize("NFKC", name).replace("\0", "").strip()


def find_operator(name: str) -> Operator:
    operator = Operator.objects.filter(name__iexact=normal_name(name)).first()
    if operator is None:
        raise DomainError(_("There is no operator of this name."))
    return operator


@transaction.atomic
def add_operator(name: str, password: str, *, by: Operator | None) -> tuple[Operator, str]:
    """The account, and the address for the authenticator app: it is never shown again."""
    operator, secret = Operator(name=normal_name(name)), totp.new_secret()
    if not 2 <= len(operator.name) <= 60:
        raise DomainError(_("The name needs 2 to 60 characters."))
    operator.second_factor, operator.password = seal(secret), _checked(password)
    try:
        with transaction.atomic():
            operator.save(force_insert=True)
    except IntegrityError:
        raise DomainError(_("There is an operator of this name already.")) from None
    _note(What.MADE, by=by, about=operator)
    return operator, totp.address_of(secret, operator.name)


@transaction.atomic
def set_password(operator: Operator, password: str, *, by: Operator | None) -> None:
    Operator.objects.filter(pk=operator.pk).update(password=_checked(password))
    operator.sessions.all().delete()
    _note(What.PASSWORD_SET, by=by, about=operator)


def _checked(password: str) -> str:
    try:
        validate_password(password)
    except ValidationError as refused:
        raise DomainError(" ".join(refused.messages)) from None
    return make_password(password)


@transaction.atomic
def reset_second_factor(operator: Operator, *, by: Operator | None) -> str:
    """The address for the new app; the old one's codes count no more, and every browser is signed out."""
    secret = totp.new_secret()
    Operator.objects.filter(pk=operator.pk).update(second_factor=seal(secret), last_step=0)
    operator.sessions.all().delete()
    _note(What.SECOND_FACTOR_SET, by=by, about=operator)
    return totp.address_of(secret, operator.name)


@transaction.atomic
def close_operator(operator: Operator, *, by: Operator | None) -> None:
    """What they did stays on record, so the account does too."""
    Operator.objects.filter(pk=operator.pk).update(is_active=False)
    operator.sessions.all().delete()
    _note(What.CLOSED, by=by, about=operator)


@transaction.atomic
def reopen_operator(operator: Operator, *, by: Operator | None) -> None:
    Operator.objects.filter(pk=operator.pk).update(is_active=True)
    _note(What.REOPENED, by=by, about=operator)


def replay_dead(rows: QuerySet[Due], *, by: Operator | None) -> tuple[int, int]:
    """Tries again what was set aside; how many that is, and for how many newer work does the same already.

    Each thousand is a transaction of its own.
    """
    again = surpassed = 0
    while True:
        with transaction.atomic():
            replayed, removed = due.replay(rows)
            _note_rows(What.REPLAYED, replayed, by=by)
            _note_rows(What.SURPASSED, removed, by=by)
        again, surpassed = again + len(replayed), surpassed + len(removed)
        if len(replayed) + len(removed) < due.MOST_AT_ONCE:
            return again, surpassed


@transaction.atomic
def drop_dead(row: Due, reason: str, *, by: Operator | None) -> None:
    """It will never be done; the reason and which work it was stay in the log."""
    reason = reason.strip()
    if not MIN_REASON <= len(reason) <= MAX_REASON:
        raise DomainError(_("Write in a few words why it need not be done any more."))
    dropped = due.drop(Due.objects.filter(pk=row.pk))
    if not dropped:
        raise WrongStatus(_("Somebody else has replayed or dropped it meanwhile."))
    _note_rows(What.DROPPED, dropped, by=by, reason=reason)


def note_done(what: str, factory: Factory | None, *, by: Operator | None, **facts: Any) -> None:
    """What an operator did in another room, in the transaction of that."""
    about = {"factory": factory.pk if factory else None, "factory_name": factory.name if factory else ""}
    OperatorEntry.objects.create(what=what, operator=by, facts=facts, at=timezone.now(), **about)


@transaction.atomic
def upgrade_again(rows: QuerySet[SchemaUpgrade], *, by: Operator | None) -> int:
    """A worker tries the failed ones among them once more; of two who ask for one, the second finds it waiting."""
    failed = SchemaUpgrade.Status.FAILED
    found = list(rows.filter(status=failed).select_related("factory").order_by("pk").select_for_update(of=("self",)))
    if not found:
        raise WrongStatus(_("It is being tried already, or it is done."))
    SchemaUpgrade.objects.filter(pk__in=[row.pk for row in found]).update(status=SchemaUpgrade.Status.WAITING)
    now = timezone.now()
    OperatorEntry.objects.bulk_create(
        OperatorEntry(
            what=What.UPGRADED,
            operator=by,
            factory=row.factory_id,
            factory_name=row.factory.name,
            facts={"migration": row.migration},
            at=now,
        )
        for row in found
    )
    factories = [row.factory_id for row in found]
    due.for_everyone("tenants.upgrade_again", key=f"upgrade {uuid4()}", wakes=True, factories=factories)
    return len(found)


def _note(what: str, *, by: Operator | None, about: Operator | None = None) -> None:
    OperatorEntry.objects.create(what=what, operator=by, about=about, at=timezone.now())


def _note_rows(what: str, rows: Iterable[Due], *, by: Operator | None, **facts: Any) -> None:
    """Which work it was, without its payload: that is the factory's."""
    now = timezone.now()
    OperatorEntry.objects.bulk_create(
        OperatorEntry(
            what=what,
            operator=by,
            factory=row.factory_id,
            factory_name=row.factory.name if row.factory else "",
            facts={"row": row.pk, "handler": row.handler, **facts},
            at=now,
        )
        for row in rows
    )
