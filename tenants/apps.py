from django.apps import AppConfig
from django.db.backends.signals import connection_created


class TenantsConfig(AppConfig):
    name = "tenants"

    def ready(self) -> None:
        from tenants import checks, current, tasks  # noqa: F401 - registers checks and tasks

        connection_created.connect(current.install_guard, dispatch_uid="schema guard")
