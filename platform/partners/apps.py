from django.apps import AppConfig


class PartnersConfig(AppConfig):
    name = "partners"

    def ready(self) -> None:
        from partners import exports, tasks  # noqa: F401 - registers handlers and jobs
