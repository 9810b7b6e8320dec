import signal
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from sensors.mqtt import Listener


class Command(BaseCommand):
    help = "Takes readings from the MQTT broker of MQTT_URL until it is stopped."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--client-id", default="anhuan", help="Under which name the broker keeps what was missed.")

    def handle(self, *, client_id: str, **options: Any) -> None:
        if not settings.MQTT_URL:
            raise CommandError("MQTT_URL is not set (see .env.example)")
        listener = Listener(settings.MQTT_URL, client_id)
        for name in (signal.SIGINT, signal.SIGTERM):
            signal.signal(name, lambda *_: listener.stop())
        listener.listen()
