from django.apps import AppConfig


class AdoptionConfig(AppConfig):
    name = "adoption"

    def ready(self) -> None:
        from adoption import tasks  # noqa: F401 - registers handlers
