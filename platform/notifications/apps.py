from django.apps import AppConfig


class NotificationsConfig(AppConfig):
    name = "notifications"

    def ready(self) -> None:
        from notifications import digests, robots, rules, tasks, timeline  # noqa: F401 - register handlers and events
