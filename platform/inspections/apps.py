from django.apps import AppConfig


class InspectionsConfig(AppConfig):
    name = "inspections"

    def ready(self) -> None:
        from inspections import exports, origins, tasks  # noqa: F401 - registers handlers and jobs
