from django.urls import path

from portals import feed
from portals.field.views import decisions, hazards, home, me, notices, proof, runs, scan, sync
from portals.groups import views as groups

app_name = "field"
urlpatterns = [
    path("", home.home, name="home"),
    path("me/", me.me, name="me"),
    path("feed/", feed.show, {"face": "field"}, name="feed"),
    path("feed/<slug:verb>/", feed.act, {"face": "field"}, name="feed_act"),
    path("me/push/", me.push_on, name="push_on"),
    path("me/push/off/", me.push_off, name="push_off"),
    path("me/push/renew/", me.push_renew, name="push_renew"),
    path("scan/", scan.scan, name="scan"),
    path("q/<str:token>/", scan.place, name="qr"),
    path("q/<str:token>/inspect/", scan.inspect, name="inspect"),
    path("q/<str:token>/pause/", scan.ask, name="ask_pause"),
    path("q/<str:token>/pause/decide/", scan.decide, name="decide_pause"),
    path("runs/<int:pk>/", runs.run, name="run"),
    path("runs/<int:pk>/start/", runs.start, name="start_run"),
    path("sync/", sync.sync, name="sync"),
    path("sync/state/", sync.state, name="sync_state"),
    path("sync/runs/<int:pk>/", sync.hand_in, name="sync_run"),
    path("sync/runs/<int:pk>/files/", sync.upload, name="sync_file"),
    path("sync/report/", sync.hand_in_report, name="sync_report"),
    path("sync/report/files/", sync.upload_of_report, name="sync_report_file"),
    path("report/", hazards.report, name="report"),
    path("hazards/", hazards.mine, name="mine"),
    path("notices/", notices.index, name="notices"),
    path("hazards/<int:pk>/", hazards.show, name="hazard"),
    path("hazards/<int:pk>/group/", groups.show, {"face": "field"}, name="group"),
    path("hazards/<int:pk>/group/<slug:verb>/", groups.act, {"face": "field"}, name="group_act"),
    path("hazards/<int:pk>/rectify/", hazards.rectify, name="rectify"),
    path("hazards/<int:pk>/start/", hazards.start, name="start_hazard"),
    path("hazards/<int:pk>/decide/<slug:verb>/", decisions.decide, name="decide"),
    path("hazards/<int:pk>/before/", proof.before, name="before"),
    path("hazards/<int:pk>/hand-over/", hazards.hand_over, name="hand_over"),
    path("hazards/<int:pk>/extend/", hazards.extend, name="extend"),
]
