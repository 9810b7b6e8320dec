from django.apps import AppConfig


class InsightConfig(AppConfig):
    name = "insight"

    def ready(self) -> None:
        from insight import actions, exports, reports, rollups, targets  # noqa: F401 - register events, jobs and what is due
