from django.urls import path

from realtime.consumers import FeedConsumer, GuestConsumer

websocket_urlpatterns = [path("ws/feed/", FeedConsumer.as_asgi()), path("ws/g/<str:token>/", GuestConsumer.as_asgi())]
