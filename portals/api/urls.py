"""What machines ask for, each with a key of its own."""

from django.urls import path

from portals.api import readings

app_name = "api"
urlpatterns = [path("readings", readings.take, name="readings")]
