from pathlib import Path

from django.core.management.base import BaseCommand, CommandError

from core.errors import Refusal
from lifecycle.export import public_key, write_archive
from operators.actions import note_done
from operators.models import OperatorEntry
from tenants import provisioning
from tenants.current import in_factory
from tenants.models import Factory


class Command(BaseCommand):
    help = "Writes all that a factory has into one archive, which a program inside it checks without us."

    def add_arguments(self, parser):
        parser.add_argument("--factory", required=True, metavar="SLUG")
        parser.add_argument("--to", required=True, type=Path, metavar="FILE.zip")

    def handle(self, *, factory: str, to: Path, **options):
        try:
            found = provisioning.find(factory)
        except Factory.DoesNotExist:
            raise CommandError(f"There is no factory at {factory}.") from None
        if to.exists():
            raise CommandError(f"{to} is there already.")
        half = to.with_name(to.name + ".half")
        try:
            with in_factory(found):
                made = write_archive(found, half, by="the operator of the service")
            half.replace(to)
        except (Refusal, OSError) as refusal:
            raise CommandError(str(refusal)) from None
        finally:
            half.unlink(missing_ok=True)
        note_done(OperatorEntry.What.EXPORTED, found, by=None, rows=made.rows, files=made.files)
        self.stdout.write(f"{found.name}: {made.rows} rows, {made.files} files, ledger at {made.seq} {made.seal[:12]}")
        self.stdout.write(f"Public key: {public_key()}")
