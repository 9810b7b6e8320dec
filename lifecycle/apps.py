from django.apps import AppConfig


class LifecycleConfig(AppConfig):
    name = "lifecycle"

    def ready(self) -> None:
        from lifecycle import events, tasks  # noqa: F401 - registers words, handlers and the kind of job
