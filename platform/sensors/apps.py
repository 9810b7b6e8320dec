from django.apps import AppConfig


class SensorsConfig(AppConfig):
    name = "sensors"

    def ready(self) -> None:
        from sensors import tasks  # noqa: F401 - registers handlers
