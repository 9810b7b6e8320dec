from django.apps import AppConfig


class AlertsConfig(AppConfig):
    name = "alerts"

    def ready(self) -> None:
        from alerts import screens, tasks  # noqa: F401 - register handlers, and who stands behind a screen's link
