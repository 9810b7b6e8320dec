from django.apps import AppConfig


class CoreConfig(AppConfig):
    name = "core"

    def ready(self) -> None:
        from core import imports, jobs, tasks  # noqa: F401 - register handlers
