from django.apps import AppConfig


class RisksConfig(AppConfig):
    name = "risks"

    def ready(self) -> None:
        from risks import exports, tasks  # noqa: F401 - registers handlers and jobs
