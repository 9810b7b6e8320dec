import json as as_json

from django.core.management.base import BaseCommand, CommandError, CommandParser

from tenants import provisioning
from tenants.current import in_factory
from tenants.models import Factory


class Command(BaseCommand):
    help = "Where things go wrong more often than inspections alone explain, strongest first."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--factory", required=True, metavar="SLUG")
        parser.add_argument("--json", action="store_true")

    def handle(self, *, factory: str, json: bool, **options) -> None:
        from insight.patterns.findings import look  # SciPy takes a while to load

        try:
            with in_factory(provisioning.find(factory)):
                found = look().findings
        except Factory.DoesNotExist:
            raise CommandError(f"there is no factory {factory}") from None
        if json:
            self.stdout.write(as_json.dumps([finding.as_json() for finding in found], ensure_ascii=False, indent=1))
            return
        for finding in found:
            self.stdout.write(f"{finding.sentence['zh']} q = {finding.q:.2g}\n  {finding.action['zh']}")
        if not found:
            self.stdout.write("nothing that chance does not explain")
