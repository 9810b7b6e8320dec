from django.apps import AppConfig


class TrainingConfig(AppConfig):
    name = "training"

    def ready(self) -> None:
        from training import cohorts, exports, printing, tasks  # noqa: F401 - registers events, handlers and jobs
