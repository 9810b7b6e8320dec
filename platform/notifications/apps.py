from django.apps import AppConfig


class NotificationsConfig(AppConfig):
    name = "notifications"

    def ready(self) -> None:
        from notifications import robots, tasks, timeline  # noqa: F401 - registers handlers
