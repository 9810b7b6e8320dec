from django.urls import path

from portals import feed
from portals.contractor.gate import portal_page
from portals.contractor.views import carrying, company, entrance, papers, way, works

app_name = "contractor"
urlpatterns = [
    path("", way.home, name="home"),
    path("start/", entrance.start, name="start"),
    path("code/", entrance.code, name="code"),
    path("join/", entrance.join, name="join"),
    path("crew/<int:pk>/", way.show, name="way"),
    path("crew/<int:pk>/person/", way.person, name="person"),
    path("crew/<int:pk>/licence/", way.licence, name="licence"),
    path("crew/<int:pk>/briefing/", way.briefing, name="briefing"),
    path("crew/<int:pk>/briefing/beat/", way.beat, name="beat"),
    path("crew/<int:pk>/exam/", way.exam, name="exam"),
    path("crew/<int:pk>/submit/", way.submit, name="submit"),
    path("crew/<int:pk>/permit/", way.permit, name="permit"),
    path("crew/<int:pk>/bring/", carrying.bring, name="bring"),
    path("passport/", carrying.passport, name="passport"),
    path("passport/<int:pk>/withdraw/", carrying.withdraw, name="withdraw"),
    path("passport/brought/<int:pk>/back/", carrying.take_back, name="take_back"),
    path("company/passport/", carrying.company_passport, name="company_passport"),
    path("company/passport/<int:pk>/withdraw/", carrying.company_withdraw, name="company_withdraw"),
    path("company/passport/brought/<int:pk>/back/", carrying.company_take_back, name="company_take_back"),
    path("company/bring/", carrying.company_bring, name="company_bring"),
    path("papers/<int:pk>/", papers.paper, name="paper"),
    path("papers/<int:pk>/<int:position>/", papers.answer, name="answer"),
    path("papers/<int:pk>/end/", papers.end, name="paper_end"),
    path("company/", company.index, name="company"),
    path("company/agreement/<int:pk>/", company.agreement, name="agreement"),
    path("works/", works.index, name="works"),
    path("works/apply/<int:pk>/", works.apply, name="apply"),
    path("works/<int:pk>/", works.show, name="work"),
    path("works/<int:pk>/<slug:verb>/", works.act, name="work_act"),
    path("bans/<int:pk>/", company.appeal, name="appeal"),
    path("feed/", portal_page(feed.show), {"face": "contractor"}, name="feed"),
    path("feed/<slug:verb>/", portal_page(feed.act), {"face": "contractor"}, name="feed_act"),
]
