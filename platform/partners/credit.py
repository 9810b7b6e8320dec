"""统一社会信用代码, GB 32100-2015: 18 signs, the last of which is computed from the others."""

import unicodedata

from django.utils.translation import gettext as _

from core.errors import DomainError

_SIGNS = "0123456789ABCDEFGHJKLMNPQRTUWXY"
_WEIGHTS = (1, 3, 9, 27, 19, 26, 16, 17, 20, 29, 25, 13, 8, 24, 10, 30, 28)


def check_sign(first: str) -> str:
    total = sum(_SIGNS.index(sign) * weight for sign, weight in zip(first, _WEIGHTS, strict=True))
    return _SIGNS[(31 - total % 31) % 31]


def normal_credit_code(text: str) -> str:
    """In capitals and without blanks; refused where it cannot be one."""
    code = "".join(unicodedata.normalize("NFKC", text).upper().split())
    is_one = len(code) == 18 and all(sign in _SIGNS for sign in code) and check_sign(code[:17]) == code[17]
    if not is_one:
        raise DomainError(_("This credit code cannot be right. Copy its 18 signs from the business licence."))
    return code
