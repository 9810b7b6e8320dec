from django.core.management.base import BaseCommand, CommandError, CommandParser

from core.errors import DomainError
from sensors import simulator
from sensors.models import Sensor
from tenants import provisioning
from tenants.current import in_factory
from tenants.models import Factory


class Command(BaseCommand):
    help = "Readings without a device: begins, ends (--off), or breaks the limits of one sensor now (--exceed CODE)."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--factory", required=True, metavar="SLUG")
        parser.add_argument("--off", action="store_true")
        parser.add_argument("--exceed", metavar="CODE")

    def handle(self, *, factory: str, off: bool, exceed: str | None, **options) -> None:
        try:
            found = provisioning.find(factory)
        except Factory.DoesNotExist:
            raise CommandError(f"there is no factory {factory}") from None
        try:
            with in_factory(found):
                self._do(off, exceed)
        except DomainError as refusal:
            raise CommandError(refusal.message) from None

    def _do(self, off: bool, exceed: str | None) -> None:
        if off:
            simulator.end()
            self.stdout.write("no more simulated readings")
        elif exceed:
            sensor = Sensor.objects.in_use().filter(code=exceed).first()
            if sensor is None:
                raise CommandError(f"there is no sensor {exceed}")
            simulator.exceed(sensor)
            self.stdout.write(f"{exceed} has read more than it may")
        else:
            codes = ", ".join(sensor.code for sensor in simulator.begin(by=None))
            self.stdout.write(f"a reading every minute: {codes}")
