"""AES-256-GCM: a parcel has a key of its own, and each lock holds that key, sealed for a phone number or a code.

Both are short, so the installation's own SECRET_KEY goes into what is derived from them: who holds the database alone
cannot try them out.
"""

import os
from collections.abc import Iterable

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.conf import settings
from django.utils.crypto import salted_hmac

from core.secrets import derive

_NONCE = 12


def new_key() -> bytes:
    return AESGCM.generate_key(256)


def closed(key: bytes, content: bytes) -> bytes:
    nonce = os.urandom(_NONCE)
    return nonce + AESGCM(key).encrypt(nonce, content, None)


def opened(key: bytes, sealed: bytes) -> bytes:
    return AESGCM(key).decrypt(sealed[:_NONCE], sealed[_NONCE:], None)


def lock(secret: str, key: bytes) -> bytes:
    return closed(derive(f"passport.{secret}"), key)


def unlock(secret: str, sealed: bytes) -> bytes:
    """Also what was sealed before SECRET_KEY was changed."""
    for each in _keys():
        try:
            return opened(derive(f"passport.{secret}", each), sealed)
        except InvalidTag:
            continue
    raise InvalidTag


def mark(secret: str, key: str = "") -> str:
    """Finds the lock again without holding what opens it."""
    secret_key = key or settings.SECRET_KEY
    return salted_hmac("passports.lock", secret, secret=secret_key, algorithm="sha256").hexdigest()


def marks(secret: str) -> Iterable[str]:
    return [mark(secret, key) for key in _keys()]


def _keys() -> tuple[str, ...]:
    return (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS)
