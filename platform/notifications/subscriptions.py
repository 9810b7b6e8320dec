"""Web Push of one person: which of their browsers take notices."""

from django.db import transaction
from django.utils.translation import gettext as _

from core import post
from core.errors import DomainError, NotAllowed
from notifications.channels import ChannelError, push
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


@transaction.atomic
def renew(user: User, *, old: str, is_own: bool, **facts: str) -> PushSubscription:
    """The push service gave the browser another address. What stood under the old one stays whose it was.

    Where it is gone already, because nothing got through any more, is_own says that this person had switched it on.
    """
    standing = PushSubscription.objects.select_for_update().filter(endpoint=old).first()
    if standing.user_id != user.pk if standing else not is_own:
        raise NotAllowed(_("Somebody else switched notices on in this browser."))
    if standing and not PushSubscription.objects.filter(endpoint=facts["endpoint"]).exists():
        standing.endpoint = facts["endpoint"]  # what still waits for it goes to the new one
        standing.save(update_fields=["endpoint"])
    return subscribe(user, **facts)


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
