"""The link in a text message: it opens one alert for one person for a day, without signing in."""

from datetime import timedelta

from django.core import signing
from django.core.signing import b62_decode, b62_encode
from django.urls import reverse
from django.utils.translation import gettext as _

from alerts.models import Alert
from core.errors import Revoked
from core.links import timed_signer
from people.models import User

LASTS = timedelta(hours=24)


def token_of(alert: Alert, person: User) -> str:
    return timed_signer("a").sign(f"{b62_encode(alert.pk)}_{b62_encode(person.pk)}")


def path_of(alert: Alert, person: User) -> str:
    return reverse("alert_link", args=[token_of(alert, person)])


def opened_by(token: str) -> tuple[Alert, User] | None:
    """What the link was made for, or nothing where it is none of this factory's; one that has ended is refused."""
    try:
        said = timed_signer("a").unsign(token, max_age=LASTS)
    except signing.SignatureExpired:
        raise Revoked(_("This link has ended; it opens for 24 hours. Sign in to see the alert.")) from None
    except signing.BadSignature:
        return None
    alert_id, person_id = map(b62_decode, said.split("_"))
    alert = Alert.objects.select_related("acknowledged_by", "raised_by", "department").filter(pk=alert_id).first()
    person = User.objects.filter(pk=person_id).first()
    if alert is None or person is None:
        return None
    if not person.is_active:
        raise Revoked(_("This account is closed, and its links with it."))
    return alert, person
