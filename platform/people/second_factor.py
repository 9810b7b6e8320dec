"""登录动态码: whose roles open much signs in with a code of an authenticator app too, or with a recovery code.

Asked for after a password or a code by text message; a work account is guarded by its own company's rules. The secret is
sealed, of recovery codes only hashes are kept.
"""

import hashlib
import unicodedata
from datetime import timedelta

from django.contrib.auth.models import AnonymousUser
from django.db.models import Exists, OuterRef, QuerySet
from django.utils import timezone
from django.utils.crypto import get_random_string
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core import totp
from core.errors import DomainError, NotAllowed, WrongStatus
from core.events import action, emit, register
from core.secrets import seal, unseal
from people.models import SecondFactor, User
from people.permissions import allows
from tenants.current import current_factory
from tenants.models import Factory

register(
    {
        "second_factor.set": gettext_lazy("Sign-in code set up"),
        "second_factor.renewed": gettext_lazy("New recovery codes made"),
        "second_factor.recovered": gettext_lazy("Signed in with a recovery code"),
        "second_factor.dropped": gettext_lazy("Sign-in code taken off"),
        "second_factor.required": gettext_lazy("Sign-in codes are required"),
        "second_factor.optional": gettext_lazy("Sign-in codes are no longer required"),
    }
)
PERMISSION = "people.second_factor"
RECOVERY_CODES = 10
# Until the desk closes for whoever has none.
GRACE_DAYS = (0, 7, 14, 30)
MAX_REASON = 300
# Letters and digits that nobody mistakes for one another on paper.
_READABLE = "abcdefghjkmnpqrstuvwxyz23456789"


def is_meant_for(person: User) -> bool:
    """By the own roles: whoever stands in for somebody is not bothered for these days."""
    return any(allows(grant.role, PERMISSION) for grant in person.roles)


def has_one(person: User) -> bool:
    return SecondFactor.objects.filter(person=person).exists()


def is_missing(person: User | AnonymousUser, factory: Factory) -> bool:
    """Where the factory asks for it, now or after the days of grace."""
    if factory.second_factor_from is None or not isinstance(person, User):
        return False
    return is_meant_for(person) and not has_one(person)


def is_overdue(factory: Factory) -> bool:
    return factory.second_factor_from is not None and factory.second_factor_from <= timezone.now()


def those_meant() -> QuerySet[User]:
    """Open accounts whose roles open much; has_code: whether they have set it up."""
    has_code = Exists(SecondFactor.objects.filter(person=OuterRef("pk")))
    return User.objects.permitted(PERMISSION).filter(is_active=True).annotate(has_code=has_code)


@action
def set_up(person: User, secret: str, code: str, *, by: User) -> list[str]:
    """The recovery codes, which are shown this once."""
    if by.pk != person.pk or not is_meant_for(person):
        raise NotAllowed(_("Your role needs no sign-in code."))
    totp.count_try("second-factor", str(person.pk))
    step = totp.step_of(secret, _plain(code))
    if step is None:
        raise DomainError(_("That is not the code. Look at the app again; the phone's clock has to be right."))
    codes = _new_codes()
    facts = {"secret": seal(secret), "last_step": step, "recovery": _hashes(person, codes)}
    if not SecondFactor.objects.get_or_create(person=person, defaults=facts)[1]:
        raise WrongStatus(_("It is set up already."))
    emit("second_factor.set", person, by=by, name=person.name)
    return codes


@action
def check(person: User, code: str, *, by: User) -> None:
    """At the sign-in: of the app, or one of the recovery codes; each counts once."""
    totp.count_try("second-factor", str(person.pk))
    factor = SecondFactor.objects.select_for_update().get(person=person)
    if _takes(factor, code):
        return
    digest = _hash(person, code)
    if digest not in factor.recovery:
        raise DomainError(
            _("That is not a code that counts. Look at the app again; each code counts once, wait for the next one.")
        )
    factor.recovery.remove(digest)
    factor.save(update_fields=["recovery"])
    emit("second_factor.recovered", person, by=by, name=person.name, left=len(factor.recovery))


@action
def renew_codes(person: User, code: str, *, by: User) -> list[str]:
    """Ten new ones; those that were left count no more."""
    factor = _held(person, code, by)
    codes = _new_codes()
    factor.recovery = _hashes(person, codes)
    factor.save(update_fields=["recovery"])
    emit("second_factor.renewed", person, by=by, name=person.name)
    return codes


@action
def drop_own(person: User, code: str, *, by: User) -> None:
    factor = _held(person, code, by)
    factory = current_factory()
    if factory and factory.second_factor_from and is_meant_for(person):
        raise DomainError(_("Your factory asks for it, so it stays. With a new phone, ask your administrator."))
    factor.delete()
    emit("second_factor.dropped", person, by=by, name=person.name)


@action
def drop_for(person: User, *, by: User | None, note: str) -> None:
    """For somebody who lost the phone; by=None is the operator's command line, where the only administrator lost it."""
    _refuse_others(by)
    note = note.replace("\0", "").strip()
    if not 2 <= len(note) <= MAX_REASON:
        raise DomainError(_("Write the reason; it stays on record."))
    if not SecondFactor.objects.filter(person=person).delete()[0]:
        raise WrongStatus(_("There is none any more."))
    emit("second_factor.dropped", person, by=by, name=person.name, note=note)


@action
def require(factory: Factory, days: int, *, by: User) -> None:
    """Of everybody whose role opens much; until the day that comes of it they are only reminded."""
    _refuse_others(by)
    if days not in GRACE_DAYS:
        raise DomainError(_("Choose one of the times offered."))
    begins = timezone.now() + timedelta(days=days)
    Factory.objects.filter(pk=factory.pk).update(second_factor_from=begins)
    emit("second_factor.required", factory, by=by, begins=begins, note=f"{timezone.localtime(begins):%Y-%m-%d}")


@action
def stop_requiring(factory: Factory, *, by: User) -> None:
    _refuse_others(by)
    Factory.objects.filter(pk=factory.pk).update(second_factor_from=None)
    emit("second_factor.optional", factory, by=by)


def _refuse_others(by: User | None) -> None:
    if by is not None and not by.can("people.manage"):
        raise NotAllowed(_("Only the administrator changes accounts."))


def _held(person: User, code: str, by: User) -> SecondFactor:
    """Of whoever shows a code of the app that was not used yet."""
    if by.pk != person.pk:
        raise NotAllowed(_("Only the administrator changes accounts."))
    totp.count_try("second-factor", str(person.pk))
    factor = SecondFactor.objects.select_for_update().filter(person=person).first()
    if factor is None:
        raise WrongStatus(_("There is none any more."))
    if not _takes(factor, code):
        raise DomainError(
            _("That is not a code that counts. Look at the app again; each code counts once, wait for the next one.")
        )
    return factor


def _takes(factor: SecondFactor, code: str) -> bool:
    """Whether it is the app's; from then on it counts no more, nor does any from before it."""
    try:
        step = totp.step_of(unseal(factor.secret), _plain(code))
    except DomainError:  # sealed under a key that is gone; recovery codes still count
        return False
    if step is None or step <= factor.last_step:
        return False
    factor.last_step = step
    factor.save(update_fields=["last_step"])
    return True


def _plain(code: str) -> str:
    """As people type it: with gaps, hyphens, capitals, full width."""
    return "".join(sign for sign in unicodedata.normalize("NFKC", code).lower() if sign.isalnum())


def _new_codes() -> list[str]:
    return ["-".join(get_random_string(4, _READABLE) for _part in range(3)) for _code in range(RECOVERY_CODES)]


def _hashes(person: User, codes: list[str]) -> list[str]:
    return [_hash(person, code) for code in codes]


def _hash(person: User, code: str) -> str:
    return hashlib.sha256(f"{person.pk}:{_plain(code)}".encode()).hexdigest()
