from django.urls import path

from portals.console.views import home

app_name = "console"
urlpatterns = [
    path("", home.home, name="home"),
]
