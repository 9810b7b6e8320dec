"""What all makers share."""

from functools import cache
from itertools import count
from typing import Any

from django.contrib.auth.hashers import make_password
from django.utils.translation import gettext, override

numbers = count(1)
PASSWORD = "a-long-password"
PASSED = [{"name": "试车", "required": "", "result": "", "is_passed": True}]


def in_language(language: str, text: str, **words: Any) -> str:
    """What a person with this language reads instead of the English text."""
    with override(language):
        return gettext(text) % words if words else gettext(text)


@cache
def hashed(password: str) -> str:
    """Once per run: a hash takes its time on purpose."""
    return make_password(password)
