from django.apps import AppConfig


class IncidentsConfig(AppConfig):
    name = "incidents"

    def ready(self) -> None:
        from incidents import exports, tasks  # noqa: F401 - registers handlers and jobs
        from incidents.exports import drills  # noqa: F401 - registers its job
