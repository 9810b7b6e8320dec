from django.apps import AppConfig


class FacilitiesConfig(AppConfig):
    name = "facilities"

    def ready(self) -> None:
        from facilities import actions, imports, labels  # noqa: F401 - registers events and jobs
