"""The demo's mailbox: all that would have left the product, as it would look where it arrives."""

from dataclasses import dataclass

from django.conf import settings
from django.core.paginator import Paginator
from django.http import Http404

from notifications.channels import calls_in, link_of, without_calls
from notifications.models import Message
from portals.web import page

PER_PAGE = 30


@dataclass(frozen=True)
class Shown:
    message: Message
    text: str
    link: str
    called: list[str]


def inbox(request):
    if not settings.DEMO:
        raise Http404
    channel = request.GET.get("channel", "")
    found = Message.objects.select_related("robot", "person", "bundle")
    if channel in Message.Channel.values:
        found = found.filter(channel=channel)
    listed = Paginator(found, PER_PAGE).get_page(request.GET.get("page"))
    context = {
        "page": listed,
        "texts": [_shown(message) for message in listed],
        "channels": Message.Channel.choices,
        "channel": channel,
        "query": f"channel={channel}&" if channel else "",
    }
    return page(request, "field/inbox.html", context)


def _shown(message: Message) -> Shown:
    """A text message carries its link in its own words; everything else has it below."""
    link = link_of(message) if message.channel != Message.Channel.SMS else ""
    return Shown(message, without_calls(message.text), link, calls_in(message.text))
