from pathlib import Path

from django.core.management.base import BaseCommand, CommandError

from core.errors import Refusal
from lifecycle.restore import restore_factory
from operators.actions import note_done
from operators.models import OperatorEntry
from tenants import due, provisioning


class Command(BaseCommand):
    help = "Opens a factory again from its archive, at SLUG.<base domain>; timers go on where they stood."

    def add_arguments(self, parser):
        parser.add_argument("archive", type=Path)
        parser.add_argument("--slug", required=True)
        parser.add_argument("--key", default="", help="public key of the installation that made it, if it was another")

    def handle(self, *, archive: Path, slug: str, key: str, **options):
        try:
            factory = restore_factory(archive, slug, key=key)
        except Refusal as refusal:
            raise CommandError(refusal.message) from None
        note_done(OperatorEntry.What.RESTORED, factory, by=None, archive=archive.name)
        due.nudge()
        self.stdout.write(f"{factory.name}: {provisioning.address_of(slug)}/")
