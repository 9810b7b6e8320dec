"""The link in a text message: it opens one alert for one person for a day, without signing in."""

import re
from datetime import timedelta

from django.core import signing
from django.urls import reverse
from django.utils.translation import gettext as _

from alerts.models import Alert
from core.errors import Revoked
from people.models import User
from tenants.current import current_schema

LASTS = timedelta(hours=24)
# 132 bits: a text message has room for 70 characters in all.
_SIGNATURE = 22


class _Signer(signing.TimestampSigner):
    def signature(self, value, key=None):
        return super().signature(value, key)[:_SIGNATURE]


def token_of(alert: Alert, person: User) -> str:
    return _signer().sign(f"{alert.pk}-{person.pk}")


def path_of(alert: Alert, person: User) -> str:
    return reverse("alert_link", args=[token_of(alert, person)])


def opened_by(token: str) -> tuple[Alert, User] | None:
    """What the link was made for, or nothing where it is none of this factory's; one that has ended is refused."""
    try:
        said = _signer().unsign(token, max_age=LASTS)
    except signing.SignatureExpired:
        raise Revoked(_("This link has ended; it opens for 24 hours. Sign in to see the alert.")) from None
    except signing.BadSignature:
        return None
    alert_id, person_id = map(int, re.findall(r"\d+", said))
    alert = Alert.objects.select_related("acknowledged_by", "raised_by", "department").filter(pk=alert_id).first()
    person = User.objects.filter(pk=person_id).first()
    if alert is None or person is None:
        return None
    if not person.is_active:
        raise Revoked(_("This account is closed, and its links with it."))
    return alert, person


def _signer() -> _Signer:
    return _Signer(salt=f"alert:{current_schema()}", sep=".")
