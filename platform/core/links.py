"""Links in text messages: signed for one factory, and short, because a gateway's variable holds 35 characters.

The approved text of a message names one host for all factories, so a link leads to the bare host first: kind, factory
and token in its path. There the signature tells which factory it belongs to, and nobody can try out which ones there are.
"""

import re
from collections.abc import Callable
from typing import Any

from django.core import signing
from django.core.signing import b62_decode, b62_encode

from tenants.current import current_factory, current_schema
from tenants.models import Factory

# By the first letter of its path: what it is signed for, and how many letters of six bits its signature has.
KINDS = {"a": ("alert", 13), "g": ("invitation", 22), "j": ("joining", 8)}
_WHOLE = 43
_PATH = re.compile(r"([agj])/([^/]+)/")


class _Short(signing.Signer):
    length = _WHOLE

    def signature(self, value, key=None):
        return super().signature(value, key)[: self.length]

    def unsign(self, signed_value):
        """Links of before carry the whole of it."""
        value, sep, signature = signed_value.rpartition(self.sep)
        return super().unsign(f"{value}{sep}{signature[: self.length] if len(signature) == _WHOLE else signature}")


class _Timed(signing.TimestampSigner, _Short):
    pass


def signer(kind: str, schema: str = "") -> signing.Signer:
    return _made(_Short, kind, schema or current_schema())


def timed_signer(kind: str) -> signing.TimestampSigner:
    return _made(_Timed, kind, current_schema())


def _made(make: Callable[..., Any], kind: str, schema: str) -> Any:
    word, length = KINDS[kind]
    made = make(salt=f"{word}:{schema}", sep=".")
    made.length = length
    return made


def on_bare_host(path: str) -> str:
    """As it stands in a text message, without a slash at either end; nothing for what is no such link."""
    found = _PATH.fullmatch(path)
    return f"{found[1]}/{b62_encode(current_factory().pk)}/{found[2]}" if found else ""


def factory_of(kind: str, code: str, token: str) -> Factory | None:
    """Whose link it is, if it was signed there; when it ends, its own page says."""
    factory = Factory.objects.filter(pk=b62_decode(code)).first()
    try:
        return factory if factory and signer(kind, factory.schema_name).unsign(token) else None
    except signing.BadSignature:
        return None
