from django.urls import path

from portals.operator.views import dead, entries, signing, upgrades

app_name = "operator"
urlpatterns = [
    path("", dead.home, name="home"),
    path("sign-in/", signing.sign_in, name="sign_in"),
    path("sign-out/", signing.sign_out, name="sign_out"),
    path("end-sessions/", signing.end_sessions, name="end_sessions"),
    path("dead/", dead.index, name="dead"),
    path("dead/replay/", dead.replay_all, name="replay_all"),
    path("dead/<int:pk>/", dead.show, name="dead_row"),
    path("dead/<int:pk>/replay/", dead.replay, name="replay"),
    path("dead/<int:pk>/drop/", dead.drop, name="drop"),
    path("upgrades/", upgrades.index, name="upgrades"),
    path("upgrades/again/", upgrades.all_again, name="all_upgrades_again"),
    path("upgrades/<int:pk>/again/", upgrades.again, name="upgrade_again"),
    path("log/", entries.index, name="log"),
]
