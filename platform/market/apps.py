from django.apps import AppConfig


class MarketConfig(AppConfig):
    name = "market"

    def ready(self) -> None:
        from market import actions, installing, launch, measuring, removal, sample, tasks, templates, updates  # noqa: F401 - registers its events and handlers
