from django.core.management.base import BaseCommand, CommandError

from billing.actions import open_trial
from tenants import provisioning


class Command(BaseCommand):
    help = "Opens a factory at SLUG.<base domain> with a free trial."

    def add_arguments(self, parser):
        parser.add_argument("--slug", required=True)
        parser.add_argument("--name", required=True)

    def handle(self, *, slug, name, **options):
        try:
            factory = provisioning.create_factory(slug, name)
        except provisioning.SlugRefused as refused:
            raise CommandError(str(refused)) from None
        open_trial(factory)
        self.stdout.write(f"{name}: http://{provisioning.host_of(slug)}")
