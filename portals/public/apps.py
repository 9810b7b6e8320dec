from django.apps import AppConfig


class PublicConfig(AppConfig):
    name = "portals.public"

    def ready(self) -> None:
        from portals.public.cookies import waits_for
        from realtime.middleware import visitors

        visitors(waits_for)
