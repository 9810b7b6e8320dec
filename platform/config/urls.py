"""Pages of a factory's own host."""

from django.urls import include, path

from portals import (
    absences,
    alerts,
    certificates,
    feed,
    files,
    home,
    inbox,
    kiosk,
    locks,
    looks,
    media,
    pwa,
    wall,
    welcome,
)
from portals.field.views import tips
from portals.supplier.views import entrance

urlpatterns = [
    path("", home.home, name="home"),
    path("language/", looks.language, name="language"),
    path("theme/", looks.theme, name="theme"),
    path("text-size/", looks.text_size, name="text_size"),
    path("account/", include("portals.account")),
    path("welcome/<str:token>/", welcome.welcome, name="welcome"),
    path("go/<str:kind>/<str:pk>/", home.go, name="go"),
    path("alerts/", alerts.open_alerts, name="alerts"),
    path("alerts/<int:pk>/acknowledge/", alerts.acknowledge, name="acknowledge"),
    path("alerts/<int:pk>/", alerts.show, name="alert"),
    path("a/<str:token>/", alerts.take_by_link, name="alert_link"),
    path("bell/", feed.bell, name="bell"),
    path("locks/", locks.open_locks, name="locks"),
    path("inbox/", inbox.inbox, name="inbox"),
    path("absences/<int:pk>/end/", absences.end, name="end_absence"),
    path("files/<uuid:pk>/", files.show, name="file"),
    path("media/<uuid:pk>/", media.show, name="media"),
    path("sw.js", pwa.service_worker, name="service_worker"),
    path("push/shown/", pwa.push_shown, name="push_shown"),
    path("manifest.webmanifest", pwa.manifest, name="manifest"),
    path("offline/", pwa.offline, name="offline"),
    path("g/<str:token>/", include("portals.groups.urls")),
    path("kiosk/", kiosk.show, name="kiosk"),
    path("kiosk/here/", kiosk.here, name="kiosk_here"),
    path("kiosk/<str:token>/", kiosk.pair, name="kiosk_pair"),
    path("wall/<str:token>/", wall.show, name="wall"),
    path("wall/<str:token>/alive/", wall.alive, name="wall_alive"),
    path("c/<str:token>/", certificates.verify, name="verify"),
    path("tip/", tips.enter, name="tip_code"),
    path("tip/thread/", tips.thread, name="tip_thread"),
    path("tip/leave/", tips.leave, name="tip_leave"),
    path("tip/files/<uuid:pk>/", tips.file, name="tip_file"),
    path("tip/<str:token>/", tips.report, name="tip"),
    path("m/", include("portals.field.urls")),
    path("j/<str:token>/", entrance.join, name="join"),
    path("s/", include("portals.supplier.urls")),
    path("k/", include("portals.contractor.urls")),
    path("gate/", include("portals.contractor.gate_urls")),
    path("api/v1/", include("portals.api.urls")),
    path("desk/", include("portals.console.urls")),
]
handler400 = "portals.web.bad_request"
handler404 = "portals.web.not_found"
