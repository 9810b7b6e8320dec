from django.urls import path

from portals.help import views

app_name = "help"
urlpatterns = [
    path("", views.index, name="index"),
    path("<slug:task>/", views.show, name="page"),
]
