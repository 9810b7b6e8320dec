"""Pages of the bare host."""

from django.urls import include, path

from portals import looks

urlpatterns = [
    path("language/", looks.language, name="language"),
    path("theme/", looks.theme, name="theme"),
    path("operator/", include("portals.operator.urls")),
    path("", include("portals.public.urls")),
]
handler400 = "portals.web.bad_request"
handler404 = "portals.web.not_found"
