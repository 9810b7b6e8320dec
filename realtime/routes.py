from typing import Any

from django.urls import path

from realtime.consumers import feed, hints

_SOCKETS: dict[str, Any] = {
    "ws/feed/": feed,
    "ws/g/<str:token>/": hints,
    "ws/wall/<str:token>/": hints,
    "ws/sign-up/": hints,
}
websocket_urlpatterns = [path(address, app) for address, app in _SOCKETS.items()]
