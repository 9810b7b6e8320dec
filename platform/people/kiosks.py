"""公用平板: tablets of the factory on which people sign in one after another by number and PIN, for minutes.

A tablet is known by a token in a cookie, of which only the hash is kept; its link pairs one browser, once. A PIN counts on
paired tablets only, for who works on the shop floor and is nothing else.
"""

import hashlib
import re
import secrets
from datetime import timedelta
from functools import cache
from itertools import pairwise

from django.contrib.auth.hashers import check_password, make_password
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core import limits
from core.errors import DomainError, NotAllowed, Revoked, TooMany
from core.events import action, emit, register
from facilities.models import Department
from people.models import Kiosk, Pin, User
from people.permissions import SHOP_FLOOR
from people.phones import normal_phone

register(
    {
        "kiosk.made": gettext_lazy("Shared tablet set up"),
        "kiosk.linked": gettext_lazy("New link for a shared tablet"),
        "kiosk.paired": gettext_lazy("Shared tablet paired"),
        "kiosk.revoked": gettext_lazy("Shared tablet switched off"),
        "pin.set": gettext_lazy("PIN chosen"),
        "pin.dropped": gettext_lazy("PIN removed"),
        "pin.used": gettext_lazy("Signed in by PIN"),
    }
)
DIGITS = 6
LINK_LASTS = timedelta(hours=1)
SEEN_EVERY = timedelta(minutes=1)
# Wrong tries: of one person, and at one tablet, where a whole shift signs in.
TRIES, TRIES_AT_TABLET, REST = 5, 30, timedelta(minutes=15)


@action
def make_kiosk(name: str, department: Department, *, by: User) -> tuple[Kiosk, str]:
    """The tablet and the token of its link, which stands nowhere."""
    kiosk = Kiosk(name=_named(name), department=department, created_by=by)
    _refuse_others(kiosk, by)
    token = _link(kiosk)
    kiosk.save()
    emit("kiosk.made", kiosk, by=by, name=kiosk.name, department=department.pk)
    return kiosk, token


@action
def link_again(kiosk: Kiosk, *, by: User) -> str:
    """For another browser or a tablet that lost its cookies; the one that is paired counts until the link is used."""
    _refuse_others(kiosk, by)
    kiosk = Kiosk.objects.select_for_update(of=("self",)).get(pk=kiosk.pk)
    if kiosk.revoked_at:
        raise Revoked(_("This tablet is switched off. Set it up as a new one."))
    token = _link(kiosk)
    kiosk.save()
    emit("kiosk.linked", kiosk, by=by, name=kiosk.name)
    return token


@action
def revoke_kiosk(kiosk: Kiosk, *, by: User) -> Kiosk:
    """Whoever is signed in on it is so no longer."""
    _refuse_others(kiosk, by)
    now = timezone.now()
    if Kiosk.objects.filter(pk=kiosk.pk, revoked_at=None).update(revoked_at=now, revoked_by=by):
        emit("kiosk.revoked", kiosk, by=by, name=kiosk.name)
    return kiosk


def waiting_for(token: str) -> Kiosk | None:
    """The tablet whose link this is, as long as it can be used."""
    return Kiosk.objects.filter(link_hash=_hash(token), link_until__gt=timezone.now(), revoked_at=None).first()


@action
def pair(token: str, *, by: None) -> tuple[Kiosk, str]:
    """The tablet and what its browser keeps; of two that open one link at once, one gets it."""
    found = waiting_for(token)
    kiosk = found and Kiosk.objects.select_for_update().filter(pk=found.pk, link_hash=_hash(token)).first()
    if kiosk is None:
        raise Revoked(_("This link was used or is too old. Make a new one at the desk."))
    device = secrets.token_urlsafe(24)
    kiosk.link_hash, kiosk.link_until, kiosk.device_hash = None, None, _hash(device)
    kiosk.paired_at = kiosk.seen_at = timezone.now()
    kiosk.save()
    emit("kiosk.paired", kiosk, by=by, name=kiosk.name)
    return kiosk, device


def kiosk_of(device: str) -> Kiosk | None:
    return Kiosk.objects.filter(device_hash=_hash(device), revoked_at=None).first() if device else None


def note_seen(kiosk: Kiosk) -> None:
    """A sign of life, no business fact: nothing is sealed."""
    now = timezone.now()
    if kiosk.seen_at is None or kiosk.seen_at < now - SEEN_EVERY:
        Kiosk.objects.filter(pk=kiosk.pk).update(seen_at=now)


def may_have_pin(person: User) -> bool:
    """Whose roles are all of the shop floor: a PIN must not open what a leader or administrator may do."""
    return person.is_active and bool(person.role_codes) and person.role_codes <= SHOP_FLOOR


@action
def set_pin(person: User, pin: str, *, by: User) -> None:
    """Chosen by the person alone."""
    if by.pk != person.pk or not may_have_pin(person):
        raise NotAllowed(_("A PIN is for people of the shop floor. Sign in another way."))
    own = f"{person.phone or ''} {person.employee_no or ''}"
    if fault := fault_of(pin) or (_too_easy() if pin in own else ""):
        raise DomainError(fault)
    Pin.objects.update_or_create(person=person, defaults={"secret": make_password(pin)})
    emit("pin.set", person, by=by, name=person.name)


@action
def drop_pin(person: User, *, by: User) -> None:
    if not by.can("people.manage"):
        raise NotAllowed(_("Only the administrator changes accounts."))
    if Pin.objects.filter(person=person).delete()[0]:
        emit("pin.dropped", person, by=by, name=person.name)


def fault_of(pin: str) -> str:
    """Why a stranger would try this one first; nothing where it is good."""
    if not re.fullmatch(rf"[0-9]{{{DIGITS}}}", pin):
        return _("A PIN has six digits.")
    steps = {(int(two) - int(one)) % 10 for one, two in pairwise(pin)}
    if len(steps) == 1 or len(set(pin)) == 2 or pin[:3] == pin[3:] or pin[:2] * 3 == pin or _is_day(pin):
        return _too_easy()
    return ""


def _too_easy() -> str:
    return _("Too easy to guess. Take no row such as 123456, nothing that repeats, no birthday and no number of yours.")


def _is_day(pin: str) -> bool:
    """As people write birthdays: year, month and day, or day, month and year."""
    orders = (pin[2:4], pin[4:6]), (pin[2:4], pin[0:2])
    is_full = any(1 <= int(month) <= 12 and 1 <= int(day) <= 31 for month, day in orders)
    return is_full or (pin[:2] in ("19", "20") and 1 <= int(pin[4:6]) <= 12)


def check_own(person: User, pin: str) -> None:
    """The present PIN, before another one is chosen with it."""
    limits.allow("pin", str(person.pk), most=TRIES, within=REST)
    standing = Pin.objects.filter(person=person).first()
    if standing is None or not check_password(pin, standing.secret):
        raise DomainError(_("This is not your present PIN."))
    limits.take_back("pin", str(person.pk), within=REST)


def sign_in(kiosk: Kiosk, number: str, pin: str) -> User:
    """Whose number and PIN fit together. Each try counts before it is looked at, and the same is said whatever was wrong."""
    person = _found(number)
    counted = [("pin", str(person.pk) if person else number.strip().lower(), TRIES)]
    counted.append(("pin.tablet", str(kiosk.pk), TRIES_AT_TABLET))
    try:
        for what, who, most in counted:
            limits.allow(what, who, most=most, within=REST)
    except TooMany:
        raise TooMany(
            _("Too many wrong tries. The PIN rests for a quarter of an hour; sign in by text message instead.")
        ) from None
    standing = Pin.objects.filter(person=person).first() if person else None
    is_right = check_password(pin, standing.secret if standing else _nobodys())
    if not (person and standing and is_right and may_have_pin(person)):
        raise DomainError(_("Number and PIN do not fit together. Look at both again."))
    for what, who, _most in counted:
        limits.take_back(what, who, within=REST)
    _note_use(person, kiosk)
    return person


@action
def _note_use(person: User, kiosk: Kiosk) -> None:
    emit("pin.used", person, by=person, name=person.name, kiosk=kiosk.pk, note=kiosk.name)


def _found(number: str) -> User | None:
    """By employee number, whole phone number, or the last four digits of a phone that only one has."""
    text = number.strip()
    people = User.objects.insiders().filter(is_active=True)
    if person := people.filter(employee_no__iexact=text).first():
        return person
    if re.fullmatch(r"[0-9]{4}", text):
        found = list(people.filter(phone__endswith=text, pin__isnull=False)[:2])
        return found[0] if len(found) == 1 else None
    try:
        return people.filter(phone=normal_phone(text)).first()
    except DomainError:
        return None


@cache
def _nobodys() -> str:
    """Takes as long to look at as a real one."""
    return make_password("000000", salt="nobody's")


def _link(kiosk: Kiosk) -> str:
    token = secrets.token_urlsafe(24)
    kiosk.link_hash, kiosk.link_until = _hash(token), timezone.now() + LINK_LASTS
    return token


def _hash(token: str) -> str:
    """Of what cannot be guessed, so it needs no salt."""
    return hashlib.sha256(token.encode()).hexdigest()


def _named(name: str) -> str:
    name = " ".join(name.split())
    if not name:
        raise DomainError(_("Write down where the tablet lies."))
    return name[:60]


def _refuse_others(kiosk: Kiosk, by: User) -> None:
    if not by.can("people.kiosks", kiosk):
        raise NotAllowed(_("The safety officer and the administrator look after the tablets."))
