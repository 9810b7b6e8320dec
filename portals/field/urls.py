from django.urls import path

from portals.field.views import home, runs, scan

app_name = "field"
urlpatterns = [
    path("", home.home, name="home"),
    path("scan/", scan.scan, name="scan"),
    path("q/<str:token>/", scan.place, name="qr"),
    path("q/<str:token>/inspect/", scan.inspect, name="inspect"),
    path("runs/<int:pk>/", runs.run, name="run"),
    path("runs/<int:pk>/start/", runs.start, name="start_run"),
]
