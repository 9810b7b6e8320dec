"""Secrets that a factory types in: encrypted at rest, and never shown again whole."""

import base64

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings
from django.utils.translation import gettext as _

from core.errors import DomainError


def seal(text: str) -> str:
    return _box().encrypt(text.encode()).decode() if text else ""


def unseal(sealed: str) -> str:
    """Refused where it was sealed under a key that this installation no longer knows."""
    try:
        return _box().decrypt(sealed.encode()).decode() if sealed else ""
    except InvalidToken:
        raise DomainError(_("It was kept under another SECRET_KEY. Type it in again.")) from None


def end_of(sealed: str) -> str:
    """The last four characters: enough to tell two of them apart, useless to anybody else."""
    try:
        return unseal(sealed)[-4:]
    except DomainError:
        return "?"


def derive(purpose: str, key: str = "") -> bytes:
    """32 bytes from SECRET_KEY that are good for this purpose only."""
    kdf = HKDF(algorithm=hashes.SHA256(), length=32, salt=None, info=f"anhuan.{purpose}".encode())
    return kdf.derive((key or settings.SECRET_KEY).encode())


def _box() -> MultiFernet:
    keys = (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS)
    return MultiFernet([Fernet(base64.urlsafe_b64encode(derive("secrets", key))) for key in keys])
