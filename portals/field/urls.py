from django.urls import path

from portals.field.views import home

app_name = "field"
urlpatterns = [path("", home.home, name="home")]
