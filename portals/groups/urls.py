from django.urls import path

from portals.groups import guest

app_name = "outsider"
urlpatterns = [
    path("", guest.show, name="hazard"),
    path("files/<uuid:pk>/", guest.file, name="file"),
    path("<slug:verb>/", guest.act, name="act"),
]
