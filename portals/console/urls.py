from django.urls import path

from portals.console.views import hazards, home, ledger, runs

app_name = "console"
urlpatterns = [
    path("", home.home, name="home"),
    path("hazards/", hazards.index, name="hazards"),
    path("hazards/<int:pk>/", hazards.show, name="hazard"),
    path("hazards/<int:pk>/<slug:verb>/", hazards.act, name="decide"),
    path("runs/", runs.index, name="runs"),
    path("runs/<int:pk>/", runs.show, name="run"),
    path("ledger/", ledger.entries, name="ledger"),
    path("ledger/verify/", ledger.verify, name="ledger_verify"),
]
