from django.apps import AppConfig


class InsightConfig(AppConfig):
    name = "insight"

    def ready(self) -> None:
        from insight import actions, drills, evidence, exports, incident_paper, reports, rollups, targets  # noqa: F401 - register events, jobs and what is due
        from insight.evidence import links  # noqa: F401 - registers its events
