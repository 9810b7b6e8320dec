"""SMS. No gateway is connected yet: the demo keeps every text readable, elsewhere the text is marked as failed."""

from django.conf import settings
from django.utils.translation import gettext as _

from notifications.models import Message


def send(message: Message) -> tuple[str, str]:
    """Status and reason after the attempt."""
    if settings.DEMO:
        return Message.Status.KEPT, ""
    return Message.Status.FAILED, _("No SMS gateway is set up for this installation.")
