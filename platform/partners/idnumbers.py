"""公民身份号码, GB 11643-1999: 17 digits that hold the day of birth, and a sign that is computed from them."""

import unicodedata
from datetime import date

from dateutil.relativedelta import relativedelta
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext as _

from core.errors import DomainError
from facilities.calendar import today

_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_SIGNS = "10X98765432"
YOUNGEST = 18


def check_sign(first: str) -> str:
    return _SIGNS[sum(int(digit) * weight for digit, weight in zip(first, _WEIGHTS, strict=True)) % 11]


def normal_id(text: str) -> str:
    """18 signs without blanks; refused where it cannot be one, or belongs to somebody under 18."""
    number = "".join(unicodedata.normalize("NFKC", text).upper().split())
    first = number[:17]
    is_one = len(number) == 18 and first.isascii() and first.isdecimal() and check_sign(first) == number[17]
    born = _day(number[6:14]) if is_one else None
    if born is None:
        raise DomainError(_("This ID number cannot be right. Copy its 18 signs from the card."))
    if born + relativedelta(years=YOUNGEST) > today():
        raise DomainError(_("Nobody under 18 works here. Ask your company for somebody else."))
    return number


def _day(text: str) -> date | None:
    try:
        day = date(int(text[:4]), int(text[4:6]), int(text[6:]))
    except ValueError:
        return None
    return day if day.year >= 1900 and day <= today() else None


def mark_of(number: str) -> str:
    """Finds the same number again without holding it."""
    return salted_hmac("partners.id", number, algorithm="sha256").hexdigest()
