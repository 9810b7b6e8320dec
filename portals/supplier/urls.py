from django.urls import path

from portals import feed
from portals.console.views import jobs, self_inspections
from portals.supplier.gate import company_page
from portals.supplier.views import carrying, corrections, documents, entrance, people, reports

app_name = "supplier"
urlpatterns = [
    path("", reports.index, name="home"),
    path("login/", entrance.login, name="login"),
    path("reports/<int:pk>/", reports.show, name="report"),
    path("reports/<int:pk>/answer/", reports.answer, name="answer"),
    path("reports/<int:pk>/save/", reports.save, name="save"),
    path("reports/<int:pk>/paper/", company_page(self_inspections.paper), {"face": "supplier"}, name="paper"),
    path("files/<uuid:pk>/", company_page(jobs.show), {"face": "supplier"}, name="job"),
    path("files/<uuid:pk>/stop/", company_page(jobs.stop), {"face": "supplier"}, name="stop_job"),
    path("files/<uuid:pk>/again/", company_page(jobs.again), {"face": "supplier"}, name="repeat_job"),
    path("reports/<int:pk>/files/", reports.files, name="files"),
    path("reports/<int:pk>/drop/", reports.drop, name="drop"),
    path("corrections/", corrections.index, name="corrections"),
    path("corrections/report/", corrections.report, name="report_hazard"),
    path("corrections/<int:pk>/", corrections.show, name="correction"),
    path("corrections/<int:pk>/<slug:verb>/", corrections.act, name="correct"),
    path("documents/", documents.index, name="documents"),
    path("people/", people.index, name="people"),
    path("people/<int:pk>/<slug:verb>/", people.act, name="person_act"),
    path("people/invitations/<int:pk>/withdraw/", people.withdraw, name="withdraw_invitation"),
    path("passport/", carrying.passport, name="passport"),
    path("passport/<int:pk>/withdraw/", carrying.withdraw, name="withdraw"),
    path("passport/brought/<int:pk>/back/", carrying.take_back, name="take_back"),
    path("bring/", carrying.bring, name="bring"),
    path("feed/", company_page(feed.show), {"face": "supplier"}, name="feed"),
    path("feed/<slug:verb>/", company_page(feed.act), {"face": "supplier"}, name="feed_act"),
]
