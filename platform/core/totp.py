"""The second factor: codes of an authenticator app (RFC 6238), six digits that change every half minute."""

import base64
import secrets
import time
from datetime import timedelta

from cryptography.hazmat.primitives.hashes import SHA1
from cryptography.hazmat.primitives.twofactor.totp import TOTP
from django.conf import settings
from django.utils.crypto import constant_time_compare

from core import limits

STEP, DIGITS = 30, 6
# A phone's clock may be half a minute ahead or behind.
DRIFT = (-1, 0, 1)
# Three codes count at a time: who has the password needs years of such days to hit one.
TRIES = (("", 5, timedelta(minutes=5)), ("-day", 40, timedelta(days=1)))


def new_secret() -> str:
    """In base32, as it is typed into an app that cannot scan."""
    return base64.b32encode(secrets.token_bytes(20)).decode()


def code_of(secret: str, step: int) -> str:
    return _totp(secret).generate(step * STEP).decode()


def current_step() -> int:
    return int(time.time()) // STEP


def step_of(secret: str, code: str) -> int | None:
    """The half minute that the code belongs to; all that are near are looked at, so that time tells nothing."""
    now = current_step()
    fitting = [now + drift for drift in DRIFT if constant_time_compare(code_of(secret, now + drift), code)]
    return fitting[-1] if fitting else None


def count_try(what: str, who: str) -> None:
    """Before anything is looked at; refuses what is too much."""
    for part, most, within in TRIES:
        limits.allow(f"{what}{part}", who, most=most, within=within)


def address_of(secret: str, name: str, issuer: str = "") -> str:
    """otpauth://…, which authenticator apps read from a QR code."""
    return _totp(secret).get_provisioning_uri(name, issuer or f"Anhuan {settings.BASE_DOMAIN}")


def _totp(secret: str) -> TOTP:
    return TOTP(base64.b32decode(secret), DIGITS, SHA1(), STEP)  # noqa: S303 - what the apps speak
