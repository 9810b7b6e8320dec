"""What stands in the QR code of an entry permit: which permit of which factory until when, signed with Ed25519.

The key is derived for each factory from the key of the ledger, so it is not in the database, and a code of one factory is
nothing in another. A gate without network checks the signature with the public key alone.
"""

import base64
import re
from typing import NamedTuple

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings

from partners.models import EntryPermit
from tenants.current import current_schema

_CODE = re.compile(r"AHP1\.([1-9]\d{0,18})\.(\d{8})\.([A-Za-z0-9_-]{86})")


class Said(NamedTuple):
    """What a code says of itself, whoever wrote it."""

    permit: int
    ends_on: str


def code_of(permit: EntryPermit) -> str:
    ends_on = f"{permit.ends_on:%Y%m%d}"
    return f"AHP1.{permit.pk}.{ends_on}.{_text(_key().sign(_signed(permit.pk, ends_on)))}"


def read_code(code: str) -> Said | None:
    """Nothing for what this factory has not signed."""
    found = _CODE.fullmatch(code.strip())
    if not found:
        return None
    permit, ends_on, signature = int(found[1]), found[2], found[3]
    try:
        _key().public_key().verify(base64.urlsafe_b64decode(f"{signature}=="), _signed(permit, ends_on))
    except InvalidSignature:
        return None
    return Said(permit, ends_on)


def public_key() -> str:
    return _text(_key().public_key().public_bytes_raw())


def sign_list(text: str) -> str:
    """Over the gate's list, so that a phone tells its own server's list from any other."""
    return _text(_key().sign(f"anhuan.gate:{current_schema()}:{text}".encode()))


def _signed(permit: int, ends_on: str) -> bytes:
    return f"anhuan.permit:{current_schema()}:{permit}:{ends_on}".encode()


def _key() -> Ed25519PrivateKey:
    about = f"anhuan.permit:{current_schema()}".encode()
    kdf = HKDF(algorithm=hashes.SHA256(), length=32, salt=None, info=about)
    return Ed25519PrivateKey.from_private_bytes(kdf.derive(settings.LEDGER_KEY))


def _text(content: bytes) -> str:
    return base64.urlsafe_b64encode(content).decode().rstrip("=")
