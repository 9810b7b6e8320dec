import time
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from core import totp
from core.secrets import unseal
from operators.models import Operator
from portals.operator.demo.operator import NAME


class Command(BaseCommand):
    help = "Prints the code that the demo's operator signs in with right now. In the demo only."

    def handle(self, *args: Any, **options: Any) -> None:
        if not settings.DEMO:
            raise CommandError("Only the demo tells codes; everywhere else they come from the operator's own app.")
        operator = Operator.objects.filter(name=NAME).first()
        if operator is None:
            raise CommandError("There is no demo operator yet. Type: manage.py load_demo")
        # One that was used already counts no more; the next one is taken half a minute early.
        step = max(totp.current_step(), operator.last_step + 1)
        if step > totp.current_step() + 1:
            time.sleep((step - 1) * totp.STEP - time.time())
        self.stdout.write(totp.code_of(unseal(operator.second_factor), step))
