"""Pages of a factory's own host."""

from django.urls import include, path

from portals import files, home

urlpatterns = [
    path("", home.home, name="home"),
    path("account/", include("allauth.account.urls")),
    path("files/<uuid:pk>/", files.show, name="file"),
    path("m/", include("portals.field.urls")),
    path("desk/", include("portals.console.urls")),
]
handler400 = "portals.web.bad_request"
handler404 = "portals.web.not_found"
