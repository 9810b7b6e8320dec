from django.core.management.base import BaseCommand, CommandError

from tenants import provisioning
from tenants.models import Factory


class Command(BaseCommand):
    help = "Deletes a factory, its schema and its files for ever."

    def add_arguments(self, parser):
        parser.add_argument("--factory", required=True, metavar="SLUG")
        parser.add_argument("--yes", action="store_true", help="without it nothing is deleted")

    def handle(self, *, factory, yes, **options):
        try:
            found = provisioning.find(factory)
        except Factory.DoesNotExist:
            raise CommandError(f"There is no factory at {factory}.") from None
        if not yes:
            raise CommandError(f"This would delete {found.name} and all its records. Repeat with --yes.")
        provisioning.delete_factory(found)
        self.stdout.write(f"{found.name} is deleted")
