from django.apps import AppConfig


class AlertsConfig(AppConfig):
    name = "alerts"

    def ready(self) -> None:
        from alerts import screens  # noqa: F401 - registers who stands behind a screen's link
