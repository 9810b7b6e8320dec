"""Web Push: encrypted for one browser (RFC 8291), signed as this installation (VAPID, RFC 8292)."""

import base64
import json
import os
import time
from datetime import timedelta
from urllib.parse import urlsplit

from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings
from django.core import signing
from django.utils.translation import gettext as _

from core.post import post
from core.secrets import derive
from notifications.channels import ChannelError, Gone, cut, without_calls
from notifications.models import Message, Notification
from tenants.current import current_factory, current_schema

# Push services take 4,096 bytes, of which encryption needs 103.
ROOM = 3000
KEPT_FOR = timedelta(hours=4)
TOKEN_LIVES = 12 * 3600
_CURVE = ec.SECP256R1()


def send(message: Message) -> str:
    browser = message.subscription
    if browser is None:
        raise ChannelError(_("The person switched notices off on this phone."), is_permanent=True)
    content = encrypt(_shown(message), unpacked(browser.p256dh), unpacked(browser.auth))
    headers = {
        "Content-Encoding": "aes128gcm",
        "Content-Type": "application/octet-stream",
        "TTL": str(int(KEPT_FOR.total_seconds())),
        "Urgency": "high" if message.is_urgent else "normal",
        "Authorization": f"vapid t={token(browser.endpoint)}, k={public_key()}",
    }
    answer = post(browser.endpoint, content, headers)
    _judge(answer.status, answer.headers.get("retry-after", ""))
    return answer.headers.get("location", "")[-120:]


def _shown(message: Message) -> bytes:
    """What the service worker shows; two tries of one message have one tag, so the second takes the place of the first."""
    text = cut(without_calls(message.text), ROOM - 600, "…")
    shown = {
        "title": current_factory().name,
        "text": text,
        "url": message.url or "/",
        "urgent": message.is_urgent,
        "tag": message.key,
        "unread": _unread(message),
        "receipt": _signer().sign(str(message.pk)),
    }
    return json.dumps(shown, ensure_ascii=False).encode()


def shown_by(token: str) -> int | None:
    """Which message a phone says it has shown; nothing where no push of this factory carried the token."""
    try:
        return int(_signer().unsign(token))
    except (signing.BadSignature, ValueError):
        return None


def _signer() -> signing.Signer:
    return signing.Signer(salt=f"push.receipt:{current_schema()}")


def _unread(message: Message) -> int:
    return Notification.objects.visible_to(message.person).filter(read_at=None).count() if message.person else 0


def _judge(status: int, retry_after: str) -> None:
    if 200 <= status < 300:
        return
    if status in (404, 410):
        raise Gone(_("This phone no longer takes notices; it has to switch them on again."))
    if status == 413:
        raise ChannelError(_("The message is too long for this phone."), is_permanent=True)
    if status == 429 or status >= 500:
        wait = timedelta(seconds=min(int(retry_after), 3600)) if retry_after.isdigit() else None
        raise ChannelError(_("The push service is busy (HTTP %(status)d).") % {"status": status}, wait=wait)
    reason = _("The push service refuses the key of this installation (HTTP %(status)d).") % {"status": status}
    raise ChannelError(reason, is_permanent=True)


def encrypt(
    text: bytes, theirs: bytes, secret: bytes, *, salt: bytes = b"", ours: ec.EllipticCurvePrivateKey | None = None
) -> bytes:
    """One record of aes128gcm; salt and our key are new for each message."""
    salt, ours = salt or os.urandom(16), ours or ec.generate_private_key(_CURVE)
    point = _point(ours.public_key())
    shared = ours.exchange(ec.ECDH(), ec.EllipticCurvePublicKey.from_encoded_point(_CURVE, theirs))
    key = _stretched(shared, secret, b"WebPush: info\0" + theirs + point, 32)
    cipher = AESGCM(_stretched(key, salt, b"Content-Encoding: aes128gcm\0", 16))
    nonce = _stretched(key, salt, b"Content-Encoding: nonce\0", 12)
    head = salt + (4096).to_bytes(4, "big") + bytes([len(point)]) + point
    return head + cipher.encrypt(nonce, text + b"\x02", None)


def _stretched(key: bytes, salt: bytes, info: bytes, length: int) -> bytes:
    return HKDF(algorithm=hashes.SHA256(), length=length, salt=salt, info=info).derive(key)


def token(endpoint: str) -> str:
    """A JWT for this push service only, good for half a day."""
    parts = urlsplit(endpoint)
    claims = {
        "aud": f"{parts.scheme}://{parts.netloc}",
        "exp": int(time.time()) + TOKEN_LIVES,
        "sub": settings.VAPID_CONTACT,
    }
    text = f"{packed(json.dumps({'typ': 'JWT', 'alg': 'ES256'}).encode())}.{packed(json.dumps(claims).encode())}"
    r, s = decode_dss_signature(_private_key().sign(text.encode(), ec.ECDSA(hashes.SHA256())))
    return f"{text}.{packed(r.to_bytes(32, 'big') + s.to_bytes(32, 'big'))}"


def public_key() -> str:
    """What a browser is told when it subscribes; with another key its subscription is worth nothing."""
    return packed(_point(_private_key().public_key()))


def _private_key() -> ec.EllipticCurvePrivateKey:
    """VAPID_KEY, or one that follows from SECRET_KEY, so that nothing has to be set up."""
    number = int.from_bytes(settings.VAPID_KEY or derive("vapid"), "big")
    order = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
    return ec.derive_private_key(number % order, _CURVE)


def _point(key: ec.EllipticCurvePublicKey) -> bytes:
    return key.public_bytes(serialization.Encoding.X962, serialization.PublicFormat.UncompressedPoint)


def packed(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def unpacked(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
