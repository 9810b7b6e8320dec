from django.urls import path

from portals.console.views import home, ledger

app_name = "console"
urlpatterns = [
    path("", home.home, name="home"),
    path("ledger/", ledger.entries, name="ledger"),
    path("ledger/verify/", ledger.verify, name="ledger_verify"),
]
