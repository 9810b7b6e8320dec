"""Support looks into a factory: only when an administrator lets it, for some hours, and each page stands in the ledger.

The operator's people have no account in a factory. For the time that is given one of the inspection team's kind is
opened (read only), which nobody can sign in to by phone, number or password.
"""

import hashlib
import secrets
from datetime import datetime, timedelta

from django.core.cache import cache
from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core.errors import DomainError, NotAllowed, Revoked, WrongStatus
from core.events import action, emit, register
from operators.actions import note_done
from operators.models import Operator, OperatorEntry
from people.actions import sort_key
from people.models import RoleGrant, SupportAccess, User
from people.permissions import Role
from tenants import due
from tenants.current import current_factory

register({
    "support.asked": gettext_lazy("The service's support asked to look in"),
    "support.opened": gettext_lazy("The service's support may look in"),
    "support.refused": gettext_lazy("The service's support may not look in"),
    "support.entered": gettext_lazy("The service's support came in"),
    "support.seen": gettext_lazy("The service's support opened a page"),
    "support.ended": gettext_lazy("The service's support is out again"),
})  # fmt: skip
Status, What = SupportAccess.Status, OperatorEntry.What
HOURS = (1, 4, 24, 72)
PASS_LASTS = timedelta(minutes=5)
SAME_PAGE = timedelta(minutes=1)
MIN_REASON, MAX_REASON = 4, 300


def standing() -> SupportAccess | None:
    """The one that waits for an answer or is open."""
    return SupportAccess.objects.filter(status__in=(Status.ASKED, Status.OPEN)).select_related("opened_by").first()


@action
def ask_support_access(reason: str, *, by: Operator) -> SupportAccess:
    """reason: what support wants to look at; the administrators read it before they decide."""
    access = _begin(reason, status=Status.ASKED, asked_by=by.name)
    emit("support.asked", access, by=None, operator=by.name, note=access.reason)
    note_done(What.SUPPORT_ASKED, current_factory(), by=by, reason=access.reason)
    return access


@action
def offer_support_access(reason: str, hours: int, *, by: User) -> SupportAccess:
    """The factory lets support in without having been asked."""
    _need_manager(by)
    return _open(_begin(reason, status=Status.ASKED), hours, by)


@action
def open_support_access(access: SupportAccess, hours: int, *, by: User) -> SupportAccess:
    _need_manager(by)
    return _open(access, hours, by)


def _need_manager(by: User) -> None:
    if not by.can("factory.manage"):
        raise NotAllowed(_("Only an administrator of the factory may do this."))


def _begin(reason: str, **columns: str) -> SupportAccess:
    reason = reason.strip()
    if not MIN_REASON <= len(reason) <= MAX_REASON:
        raise DomainError(_("Write in a sentence what is to be looked at."))
    try:
        with transaction.atomic():
            return SupportAccess.objects.create(reason=reason, **columns)
    except IntegrityError:
        raise WrongStatus(_("There is one already. Answer it or end it first.")) from None


def _open(access: SupportAccess, hours: int, by: User) -> SupportAccess:
    if hours not in HOURS:
        raise DomainError(_("Choose one of the times offered."))
    now = timezone.now()
    until = now + timedelta(hours=hours)
    _step(access, Status.ASKED, status=Status.OPEN, opened_by=by, opened_at=now, ends_at=until)
    due.at(until, "people.end_support", key=_key(access), access=access.pk)
    emit("support.opened", access, by=by, note=access.reason, until=until)
    return access


@action
def refuse_support_access(access: SupportAccess, *, by: User) -> None:
    _need_manager(by)
    _step(access, Status.ASKED, status=Status.REFUSED, ended_at=timezone.now())
    emit("support.refused", access, by=by, note=access.reason)


@action
def end_support_access(access: SupportAccess, *, by: User | None) -> None:
    """Whoever is looking at a page sees nothing more with the next one; by=None is the clock."""
    if by is not None:
        _need_manager(by)
    _step(access, Status.OPEN, status=Status.ENDED, ended_at=timezone.now(), pass_hash="")
    User.objects.filter(support_accesses=access).update(is_active=False)
    due.cancel(key=_key(access))
    emit("support.ended", access, by=by, note=access.reason)


@due.handler("people.end_support")
def end_in_time(access: int) -> None:
    row = SupportAccess.objects.filter(pk=access, status=Status.OPEN).first()
    if row is not None:
        end_support_access(row, by=None)


@action
def give_pass(access: SupportAccess, *, by: Operator) -> str:
    """The token of a link that opens the factory once, within five minutes; only its hash is kept."""
    token = secrets.token_urlsafe(32)
    _step(access, Status.OPEN, pass_hash=_hash(token), pass_until=timezone.now() + PASS_LASTS, pass_for=by.name)
    note_done(What.SUPPORT_ENTERED, current_factory(), by=by, reason=access.reason)
    return token


def access_of(token: str) -> SupportAccess:
    """What the link opens, as long as it does."""
    now = timezone.now()
    found = SupportAccess.objects.filter(
        pass_hash=_hash(token), pass_until__gt=now, status=Status.OPEN, ends_at__gt=now
    )
    access = found.first()
    if access is None:
        raise Revoked(_("This link is used up or too old. Take a new one at the console."))
    return access


@action
def take_pass(token: str) -> tuple[User, SupportAccess]:
    """Who comes in, and by which access; of two who have the link only one does."""
    access = access_of(token)
    if not SupportAccess.objects.filter(pk=access.pk, pass_hash=_hash(token)).update(pass_hash=""):
        raise Revoked(_("This link is used up or too old. Take a new one at the console."))
    visitor = _visitor(access)
    emit("support.entered", access, by=visitor, operator=access.pass_for)
    return visitor, access


def _visitor(access: SupportAccess) -> User:
    """One account for each operator and access, so that a page says in the ledger who opened it."""
    name = f"安环 Anhuan · {access.pass_for}"
    visitor = access.visitors.filter(name=name).first()
    if visitor is None:
        visitor = User(name=name, sort_key=sort_key(name))
        visitor.set_unusable_password()
        visitor.save()
        RoleGrant.objects.create(user=visitor, role=Role.INSPECTOR)
        access.visitors.add(visitor)
    return visitor


def seconds_left(access: SupportAccess) -> int:
    return int((access.ends_at - timezone.now()).total_seconds()) if access.ends_at else 0


def is_open(pk: int) -> bool:
    return SupportAccess.objects.filter(pk=pk, status=Status.OPEN, ends_at__gt=timezone.now()).exists()


@action
def note_seen(access: int, path: str, *, by: User) -> None:
    """Written before the page is made: what cannot be written down is not shown. The same page counts once a minute."""
    digest = hashlib.sha256(path.encode()).hexdigest()
    if cache.add(f"support:{access}:{by.pk}:{digest}", 1, SAME_PAGE.total_seconds()):
        emit("support.seen", SupportAccess(pk=access), by=by, path=path)


def _step(access: SupportAccess, before: str, **columns: str | datetime | User) -> None:
    if not SupportAccess.objects.filter(pk=access.pk, status=before).update(**columns):
        raise WrongStatus(_("Somebody else has done it meanwhile."))
    for name, value in columns.items():
        setattr(access, name, value)


def _key(access: SupportAccess) -> str:
    return f"support:{access.pk}"


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
