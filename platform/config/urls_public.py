"""Pages of the bare host."""

from django.urls import include, path

urlpatterns = [path("", include("portals.public.urls"))]
handler400 = "portals.web.bad_request"
handler404 = "portals.web.not_found"
