"""From somebody who shows a phone number to a factory that is ordered. What opens it stands in market/opening.py."""

import hashlib
import re
import secrets
from datetime import timedelta
from typing import NamedTuple

from django.conf import settings
from django.core import signing
from django.core.cache import cache
from django.db import IntegrityError, transaction
from django.db.models import F
from django.utils import timezone
from django.utils.crypto import constant_time_compare, get_random_string, salted_hmac
from django.utils.translation import gettext as _

from core.errors import DomainError, Revoked, WrongStatus
from core.limits import allow
from signups.contacts import Contact, refuse_disposable
from signups.models import Proof, SignUp
from tenants import due
from tenants.models import Factory
from tenants.slugs import SlugRefused, check_slug, look_of, taken

LASTS = timedelta(minutes=10)
DIGITS, TRIES = 6, 5
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
# As gateways count codes to one number; a whole factory may sit behind one address.
PER_IDENTITY = (("code-minute", 1, MINUTE), ("code-hour", 5, HOUR), ("code-day", 10, DAY))
PER_ADDRESS = (("code-address", 20, HOUR), ("code-address-day", 60, DAY))
ORDERS_PER_ADDRESS = 5
# How long a sign-up that was begun can be gone on with.
KEPT = timedelta(days=7)
ENTRY = timedelta(minutes=15)
_WEB = re.compile(r"https?:|www\.|://|[\x00-\x1f\x7f\u200b-\u200f\u202a-\u202e\u2066-\u2069]", re.IGNORECASE)


class BadSlug(DomainError):
    """The short name cannot be had."""


class Wish(NamedTuple):
    """What is asked about a factory before it is opened."""

    pack: str
    name: str
    slug: str
    size: str
    person: str


def ask(contact: Contact, purpose: str, *, language: str, address: str, agreed_to: str = "") -> tuple[Proof, str]:
    """Sends a code, and gives the token by which the browser is known. Whether anybody is known here changes nothing."""
    if purpose == Proof.Purpose.SIGN_UP:
        refuse_disposable(contact)
    _count(contact.identity, address)
    token = secrets.token_urlsafe(32)
    proof = Proof(token_hash=hash_of(token), purpose=purpose, way=contact.way, address=contact.address)
    proof.identity, proof.language, proof.agreed_to = contact.identity, language, agreed_to
    with transaction.atomic():
        _send_code(proof)
        due.for_everyone("signups.forget", key=f"proof:{proof.pk}", when=timezone.now() + KEPT, proof=proof.pk)
    return proof, token


def ask_again(proof: Proof, *, address: str) -> None:
    """A new code; the old one counts no more."""
    if proof.confirmed_at:
        raise WrongStatus(_("This is confirmed already. Go on with the next step."))
    _count(proof.identity, address)
    with transaction.atomic():
        _send_code(proof)


def _count(identity: str, address: str) -> None:
    for what, most, within in PER_ADDRESS:
        allow(what, address, most=most, within=within)
    for what, most, within in PER_IDENTITY:
        allow(what, identity, most=most, within=within)


def _send_code(proof: Proof) -> None:
    code = get_random_string(DIGITS, "0123456789")
    proof.asked_at = timezone.now()
    proof.expires_at, proof.tries = proof.asked_at + LASTS, 0
    proof.code_mark, proof.sent_at, proof.fault = _mark(proof, code), None, ""
    proof.save()
    if settings.DEMO:  # nothing leaves the demo: the page shows it
        cache.set(f"proof:{proof.pk}", code, LASTS.total_seconds())
    due.for_everyone(
        "notifications.send_code", key=f"code:{secrets.token_hex(8)}", wakes=True, proof=proof.pk, code=code
    )


def demo_code(proof: Proof) -> str:
    return cache.get(f"proof:{proof.pk}") or "" if settings.DEMO else ""


def confirm(proof: Proof, code: str) -> None:
    """Each guess counts before it is looked at, so of many at once no more get through."""
    open_ = Proof.objects.filter(pk=proof.pk, confirmed_at=None, expires_at__gt=timezone.now())
    if not open_.filter(tries__lt=TRIES).update(tries=F("tries") + 1):
        raise DomainError(_("This code counts no more. Have another one sent."))
    mark = Proof.objects.values_list("code_mark", flat=True).get(pk=proof.pk)
    if not constant_time_compare(mark, _mark(proof, "".join(code.split())[:20])):
        raise DomainError(_("That is not the code. Look at the newest message."))
    open_.filter(code_mark=mark).update(confirmed_at=timezone.now())
    proof.refresh_from_db()


def _mark(proof: Proof, code: str) -> str:
    return salted_hmac("signups.code", f"{proof.token_hash}:{code}", algorithm="sha256").hexdigest()


def hash_of(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


def proof_of(token: str, purpose: str) -> Proof | None:
    """Whose browser this is."""
    found = Proof.objects.filter(token_hash=hash_of(token), purpose=purpose, asked_at__gt=timezone.now() - KEPT)
    return found.select_related("sign_up__factory").first() if token else None


def order_factory(proof: Proof, wish: Wish, *, address: str) -> SignUp:
    """Keeps the wish, and has it opened by a worker. Sent twice it is one order."""
    if not proof.confirmed_at or proof.purpose != Proof.Purpose.SIGN_UP:
        raise WrongStatus(_("First confirm the phone number or e-mail address by its code."))
    before = SignUp.objects.filter(proof=proof).first()
    if before and before.status != SignUp.Status.SENT_BACK:
        return before
    _refuse_name(wish.name)
    _refuse_name(wish.person)
    try:
        check_slug(wish.slug)
    except SlugRefused as refused:
        raise BadSlug(str(refused)) from None
    _refuse_second_trial(proof)
    allow("factory-address", address, most=ORDERS_PER_ADDRESS, within=DAY)
    return _ordered(before or SignUp(proof=proof), wish)


def _ordered(row: SignUp, wish: Wish) -> SignUp:
    for name, value in wish._asdict().items():
        setattr(row, name, value)
    row.look, row.identity, row.status, row.fault = look_of(wish.slug), row.proof.identity, SignUp.Status.ORDERED, ""
    row.ordered_at = timezone.now()
    try:
        with transaction.atomic():
            row.save()
            due.for_everyone("market.open_factory", key=f"sign_up:{row.pk}", wakes=True, sign_up=row.pk)
    except IntegrityError:  # somebody else, or the same one in another window, in the same moment
        if same := SignUp.objects.filter(proof=row.proof).exclude(status=SignUp.Status.SENT_BACK).first():
            return same
        _refuse_second_trial(row.proof)
        raise BadSlug(str(taken(wish.slug))) from None
    return row


def _refuse_name(name: str) -> None:
    """It stands in messages to people who do not know us: no addresses, nothing that turns the writing around."""
    if _WEB.search(name) or not re.search(r"[^\W\d_]", name):
        raise DomainError(_("Write only the name, without web addresses or special signs."))


def _refuse_second_trial(proof: Proof) -> None:
    """Once the number is proved, its owner may know."""
    before = SignUp.objects.filter(identity=proof.identity).exclude(status=SignUp.Status.SENT_BACK)
    if name := before.exclude(proof=proof).values_list("name", flat=True).first():
        raise WrongStatus(
            _("“%(name)s” was opened with this number or address already. Find it under “My factories”.")
            % {"name": name}
        )


def send_back(row: SignUp, reason: str) -> None:
    """The name went to somebody else before: what was typed stays, only the name is asked for again."""
    SignUp.objects.filter(pk=row.pk).update(status=SignUp.Status.SENT_BACK, fault=reason[:300])


def finish(row: SignUp, factory: Factory, administrator: int) -> None:
    SignUp.objects.filter(pk=row.pk).update(
        status=SignUp.Status.READY, factory=factory, administrator=administrator, ready_at=timezone.now()
    )


def entry_token(row: SignUp, factory: Factory) -> str:
    """For the browser that signed up: opens the factory once as its administrator, within some minutes."""
    return signing.TimestampSigner(salt=_salt(factory)).sign(str(row.pk))


def behind(token: str, factory: Factory) -> SignUp:
    """Whose entry it is; refused where it is over, of another factory, or was used."""
    try:
        pk = signing.TimestampSigner(salt=_salt(factory)).unsign(token, max_age=ENTRY)
    except signing.BadSignature:
        raise _used_up() from None
    row = SignUp.objects.select_related("proof").filter(pk=pk, factory=factory, entered_at=None).first()
    if row is None:
        raise _used_up()
    return row


def enter(token: str, factory: Factory) -> int:
    """The account to sign in; of two who send it at once, one gets in."""
    row = behind(token, factory)
    if not SignUp.objects.filter(pk=row.pk, entered_at=None).update(entered_at=timezone.now()) or not row.administrator:
        raise _used_up()
    return row.administrator


def _salt(factory: Factory) -> str:
    return f"signups.entry:{factory.schema_name}"


def _used_up() -> Revoked:
    return Revoked(_("This way in counts once and for a few minutes. Sign in with your phone or e-mail."))


def forget(proof: int) -> None:
    """Whoever did not go on leaves nothing behind."""
    Proof.objects.filter(pk=proof, sign_up=None).delete()
