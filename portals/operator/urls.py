from django.urls import path

from portals.operator.views import dead, entries, factories, market, payments, signing, upgrades

app_name = "operator"
urlpatterns = [
    path("", dead.home, name="home"),
    path("sign-in/", signing.sign_in, name="sign_in"),
    path("sign-out/", signing.sign_out, name="sign_out"),
    path("end-sessions/", signing.end_sessions, name="end_sessions"),
    path("dead/", dead.index, name="dead"),
    path("dead/replay/", dead.replay_all, name="replay_all"),
    path("dead/<int:pk>/", dead.show, name="dead_row"),
    path("dead/<int:pk>/replay/", dead.replay, name="replay"),
    path("dead/<int:pk>/drop/", dead.drop, name="drop"),
    path("factories/", factories.index, name="factories"),
    path("factories/<int:pk>/", factories.show, name="factory"),
    path("factories/<int:pk>/suspend/", factories.suspend, name="suspend"),
    path("factories/<int:pk>/resume/", factories.resume, name="resume"),
    path("factories/<int:pk>/time/", factories.give_time, name="give_time"),
    path("factories/<int:pk>/restore/", factories.restore, name="restore"),
    path("payments/", payments.index, name="payments"),
    path("payments/<int:pk>/confirm/", payments.confirm, name="confirm_payment"),
    path("payments/<int:pk>/void/", payments.void, name="void_payment"),
    path("payments/coupons/", payments.add_coupon, name="add_coupon"),
    path("payments/coupons/<int:pk>/end/", payments.end_coupon, name="end_coupon"),
    path("market/", market.index, name="market"),
    path("market/<uuid:template>/", market.show, name="template"),
    path("market/<uuid:template>/<slug:verb>/", market.decide, name="decide_template"),
    path("upgrades/", upgrades.index, name="upgrades"),
    path("upgrades/again/", upgrades.all_again, name="all_upgrades_again"),
    path("upgrades/<int:pk>/again/", upgrades.again, name="upgrade_again"),
    path("log/", entries.index, name="log"),
]
