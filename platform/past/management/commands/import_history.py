from pathlib import Path

from django.core.management.base import BaseCommand, CommandError, CommandParser

from core.errors import Refusal
from past.files import MOST_FAULTS, FaultyFiles, import_history
from past.models import PastKind
from tenants import provisioning
from tenants.current import in_factory
from tenants.models import Factory


class Command(BaseCommand):
    help = "Reads in past records (CSV, UTF-8, headings in the first row): all files, or nothing where a row is wrong."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--factory", required=True, metavar="SLUG")
        for kind in PastKind:
            parser.add_argument(f"--{kind}", type=Path, metavar="F.csv")

    def handle(self, *, factory: str, **options) -> None:
        files: dict[str, Path] = {kind: options[kind] for kind in PastKind if options[kind]}
        if not files:
            raise CommandError("name at least one file: " + ", ".join(f"--{kind}" for kind in PastKind))
        try:
            with in_factory(provisioning.find(factory)):
                batches = import_history(files)
        except Factory.DoesNotExist:
            raise CommandError(f"there is no factory {factory}") from None
        except OSError as missing:
            raise CommandError(f"{missing.filename}: {missing.strerror}") from None
        except FaultyFiles as refused:
            for path, line, column, reason in refused.faults:
                self.stderr.write(f"{path}:{line}: {column}: {reason}")
            more = " or more" if len(refused.faults) >= MOST_FAULTS else ""
            raise CommandError(f"nothing was read in: {len(refused.faults)}{more} faults") from None
        except Refusal as refused:
            raise CommandError(refused.message) from None
        for batch in batches:
            self.stdout.write(f"{batch.kind}: {batch.rows} rows, {batch.first_at:%Y-%m-%d} to {batch.last_at:%Y-%m-%d}")
