"""The demo's telephone: texts that would have gone out by SMS, readable by everybody who tries the product."""

from django.conf import settings
from django.http import Http404

from notifications.models import Message
from portals.web import page


def inbox(request):
    if not settings.DEMO:
        raise Http404
    return page(request, "field/inbox.html", {"texts": Message.objects.all()[:30]})
