from django.apps import AppConfig


class PeopleConfig(AppConfig):
    name = "people"

    def ready(self) -> None:
        from people import actions, duty, imports, second_factor, support  # noqa: F401 - register their events
