from django.urls import path

from realtime.consumers import feed, hints

websocket_urlpatterns = [
    path("ws/feed/", feed),
    path("ws/g/<str:token>/", hints),
    path("ws/wall/<str:token>/", hints),
]
