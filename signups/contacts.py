"""A phone number or an e-mail address, and whose it is however it was typed."""

import re
import unicodedata
from functools import cache
from typing import NamedTuple

from django.conf import settings
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext as _

from core.errors import DomainError
from core.phones import normal_phone
from signups.models import Proof

_MAIL = re.compile(
    r"[a-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z][a-z0-9-]{0,61}[a-z0-9]"
)
_GOOGLE = ("gmail.com", "googlemail.com")


class Contact(NamedTuple):
    way: str
    address: str

    @property
    def identity(self) -> str:
        """A keyed mark: of those who sign up twice by another spelling, and of nobody who reads the database."""
        name, _at, host = self.address.partition("@")
        if host:
            name = name.partition("+")[0]
            name = name.replace(".", "") if host in _GOOGLE else name
            host = _GOOGLE[0] if host in _GOOGLE else host
        return mark_of(f"{name}@{host}" if host else name)


def mark_of(address: str) -> str:
    return salted_hmac("signups.identity", address, algorithm="sha256").hexdigest()


def contact_of(text: str) -> Contact:
    """Refuses what is neither, with a sentence that says what to type."""
    plain = unicodedata.normalize("NFKC", text).replace("\0", "").strip()
    if "@" in plain:
        mail = plain.lower()
        if len(mail) <= 200 and _MAIL.fullmatch(mail):
            return Contact(Proof.Way.EMAIL, mail)
        raise DomainError(_("This is not an e-mail address. Look at it again, letter by letter."))
    try:
        return Contact(Proof.Way.PHONE, normal_phone(plain))
    except DomainError:
        words = _("This is not a phone number. Type its 11 digits, or + and the country code, or an e-mail address.")
        raise DomainError(words) from None


def refuse_disposable(contact: Contact) -> None:
    """A mailbox that is gone in ten minutes is nobody's: its owner could never come back."""
    labels = contact.address.partition("@")[2].split(".")
    if any(".".join(labels[start:]) in _disposable() for start in range(len(labels) - 1)):
        raise DomainError(_("This mailbox lasts only a short while. Use a lasting one, or your phone number."))


@cache
def _disposable() -> frozenset[str]:
    lines = (settings.CONTENT_ROOT / "disposable-domains.txt").read_text(encoding="utf-8").splitlines()
    return frozenset(line for line in lines if line and not line.startswith("#"))


def masked(address: str) -> str:
    """For its owner to recognise."""
    name, _at, host = address.partition("@")
    return f"{name[:2]}***@{host}" if host else f"{address[:3]} **** {address[-4:]}"
