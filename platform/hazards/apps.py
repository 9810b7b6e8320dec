from django.apps import AppConfig


class HazardsConfig(AppConfig):
    name = "hazards"

    def ready(self) -> None:
        from hazards import exports, imports, tasks  # noqa: F401 - registers handlers and jobs
