from django.apps import AppConfig


class InsightConfig(AppConfig):
    name = "insight"

    def ready(self) -> None:
        from insight import exports  # noqa: F401 - registers an event and a job
