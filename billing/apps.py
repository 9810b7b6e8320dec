from django.apps import AppConfig


class BillingConfig(AppConfig):
    name = "billing"

    def ready(self) -> None:
        from billing import events, tasks  # noqa: F401 - registers words and handlers
