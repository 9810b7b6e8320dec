from django.core.management.base import BaseCommand

from portals.operator.demo.load import load
from portals.operator.demo.operator import write_operator
from portals.operator.demo.plant import SLUG


class Command(BaseCommand):
    help = "Opens the demo factory with its plant, its people and two years of records. Safe to repeat."

    def handle(self, **options):
        if not load(self._say):
            self._say(f"{SLUG} is there already")
        if write_operator():
            self._say("an operator")

    def _say(self, what: str) -> None:
        self.stdout.write(f"demo: {what}")
        self.stdout.flush()
