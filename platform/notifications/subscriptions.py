"""Web Push of one person: which of their browsers take notices."""

from django.db import transaction
from django.utils.translation import gettext as _

from core.errors import DomainError
from notifications.channels import ChannelError, post, push
from notifications.models import PushSubscription
from people.models import User

MOST = 10


@transaction.atomic
def subscribe(user: User, *, endpoint: str, p256dh: str, auth: str, device: str) -> PushSubscription:
    """A browser belongs to whoever switched notices on there last; the oldest of too many goes."""
    _refuse_unusable(endpoint, p256dh, auth)
    facts = {"user": user, "p256dh": p256dh, "auth": auth, "device": device[:120], "last_error": ""}
    browser, _is_new = PushSubscription.objects.update_or_create(endpoint=endpoint, defaults=facts)
    newest = user.push_subscriptions.order_by("-id").values("pk")[:MOST]
    user.push_subscriptions.exclude(pk__in=list(newest.values_list("pk", flat=True))).delete()
    return browser


def unsubscribe(user: User, *, endpoint: str) -> None:
    PushSubscription.objects.filter(user=user, endpoint=endpoint).delete()


def _refuse_unusable(endpoint: str, p256dh: str, auth: str) -> None:
    try:
        post.refuse_strange(endpoint)
        is_usable = len(endpoint) <= 1000 and len(push.unpacked(auth)) == 16
        push.encrypt(b"", push.unpacked(p256dh), push.unpacked(auth))
    except (ChannelError, ValueError):
        is_usable = False
    if not is_usable:
        raise DomainError(_("This browser's answer cannot be used. Try again, or use another browser."))
