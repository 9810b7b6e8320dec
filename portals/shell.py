"""What every page of a factory stands in: whose it is, the reader's feed, the open alerts, the desk's menu."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject

from notifications import reading
from people.second_factor import is_meant_for
from portals import announcements, kiosk, locks, work_accounts
from portals.alerts import shown_to
from portals.console.nav import nav
from portals.guides import beside
from portals.help.pages import help_for
from portals.looks import TEXT_SIZES


def shell(request: HttpRequest) -> dict[str, Any]:
    factory, user = getattr(request, "tenant", None), getattr(request, "user", None)
    if factory is None or user is None or not user.is_authenticated:
        chosen = request.COOKIES.get("text_size")
        return {
            "factory": factory,
            "theme": request.COOKIES.get("theme"),
            "text_size": chosen if chosen in TEXT_SIZES else "normal",
            "has_inbox": bool(factory) and settings.DEMO,
            "help_url": SimpleLazyObject(lambda: help_for(request)),
            "tablet": SimpleLazyObject(lambda: kiosk.tablet_of(request)),
            "ways_in": SimpleLazyObject(lambda: work_accounts.ways(request)),
            "waiting": SimpleLazyObject(lambda: work_accounts.waiting(request)),
        }
    feed = SimpleLazyObject(lambda: reading.standing(user))
    return {
        "factory": factory,
        "theme": user.theme,
        "looks_in": "support" in request.session,
        "help_url": SimpleLazyObject(lambda: help_for(request)),
        "text_size": user.text_size,
        "feed_seq": SimpleLazyObject(lambda: feed.seq),
        "bell": SimpleLazyObject(lambda: feed.unread),
        "alerts": SimpleLazyObject(lambda: shown_to(user)),
        "announcements": SimpleLazyObject(lambda: announcements.shown_to(request)),
        "connected": SimpleLazyObject(lambda: work_accounts.connected_to(user)),
        "locks": SimpleLazyObject(lambda: locks.shown_to(user)),
        "guide_beside": SimpleLazyObject(lambda: beside(request)),
        "nav": SimpleLazyObject(lambda: nav(request)),
        "idle": kiosk.IDLE if getattr(request, "is_on_tablet", False) else 0,
        "may_have_second_factor": SimpleLazyObject(lambda: is_meant_for(user)),
        "may_pay": SimpleLazyObject(lambda: user.can("billing.manage")),
    }
