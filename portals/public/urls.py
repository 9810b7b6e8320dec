from django.urls import path, re_path

from portals.public import views

app_name = "public"
urlpatterns = [
    path("", views.landing, name="landing"),
    path("find/", views.find, name="find"),
    re_path(r"^(?P<kind>[agj])/(?P<code>[0-9A-Za-z]{1,8})/(?P<token>[\w.-]{5,80})/?$", views.lead_on, name="lead_on"),
]
