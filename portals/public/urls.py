from django.urls import path, re_path

from portals.public.views import card_service, deleted, finding, pages, starting

app_name = "public"
urlpatterns = [
    path("", pages.landing, name="landing"),
    path("pricing/", pages.pricing, name="pricing"),
    path("terms/", pages.terms, name="terms"),
    path("privacy/", pages.privacy, name="privacy"),
    path("start/", starting.start, name="start"),
    path("start/code/", starting.code, name="code"),
    path("start/code/again/", starting.code_again, name="code_again"),
    path("start/other/", starting.other, name="other"),
    path("start/factory/", starting.factory, name="factory"),
    path("start/address/", starting.address, name="address"),
    path("start/progress/", starting.progress, name="progress"),
    path("find/", pages.find, name="find"),
    path("find/mine/", finding.ask, name="find_mine"),
    path("find/mine/code/", finding.code, name="find_code"),
    path("find/mine/list/", finding.found, name="found"),
    path("find/mine/done/", finding.done, name="find_done"),
    path("deleted/<uuid:pk>/", deleted.show, name="deleted"),
    path("deleted/<uuid:pk>/proof.json", deleted.proof, name="deletion_proof"),
    path("stripe/webhook/", card_service.take, name="card_service"),
    re_path(r"^(?P<kind>[agj])/(?P<code>[0-9A-Za-z]{1,8})/(?P<token>[\w.-]{5,80})/?$", pages.lead_on, name="lead_on"),
]
