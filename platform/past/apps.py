from django.apps import AppConfig


class PastConfig(AppConfig):
    name = "past"

    def ready(self) -> None:
        from past import imports  # noqa: F401 - registers what can be read in
