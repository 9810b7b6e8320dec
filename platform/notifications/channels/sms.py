"""SMS through the gateway of the installation."""

from django.utils.translation import gettext as _

from notifications.channels import ChannelError
from notifications.models import Message


def send(message: Message) -> str:
    raise ChannelError(_("No SMS gateway is set up for this installation."), is_permanent=True)
