from django.urls import path

from portals.public import views

app_name = "public"
urlpatterns = [
    path("", views.landing, name="landing"),
    path("find/", views.find, name="find"),
]
