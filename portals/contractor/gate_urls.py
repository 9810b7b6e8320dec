from django.urls import path

from portals.contractor.views import gate

app_name = "gate"
urlpatterns = [
    path("", gate.index, name="home"),
    path("list/", gate.people, name="list"),
    path("log/", gate.log, name="log"),
    path("inside/", gate.roll_call, name="inside"),
    path("<int:pk>/", gate.look, name="look"),
    path("<int:pk>/send/", gate.send, name="send"),
    path("<int:pk>/move/", gate.move, name="move"),
]
