"""One way to write a phone number, so that a person is found however it was typed."""

import re
import unicodedata

from django.utils.translation import gettext as _

from core.errors import DomainError

_MAINLAND = re.compile(r"1\d{10}")
_ABROAD = re.compile(r"\+[1-9]\d{6,14}")


def normal_phone(text: str) -> str:
    """Eleven digits in mainland China, "+" with country code elsewhere; refuses what is no phone number."""
    plain = re.sub(r"[\s()\-–.]", "", unicodedata.normalize("NFKC", text))
    plain = re.sub(r"^(\+|00)86(?=1\d{10}$)", "", plain)
    plain = re.sub(r"^00", "+", plain)
    if _MAINLAND.fullmatch(plain) or _ABROAD.fullmatch(plain):
        return plain
    raise DomainError(
        _("“%(phone)s” is not a phone number. Type its 11 digits, or + and the country code.") % {"phone": text}
    )
