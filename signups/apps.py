from django.apps import AppConfig


class SignupsConfig(AppConfig):
    name = "signups"

    def ready(self) -> None:
        from signups import tasks  # noqa: F401 - registers its handlers
