from typing import Any

from django.core.management.base import BaseCommand, CommandError

from core.errors import Refusal
from people.auth import find_user
from people.second_factor import drop_for
from tenants import provisioning
from tenants.current import in_factory
from tenants.models import Factory


class Command(BaseCommand):
    help = "Takes the sign-in code off an account, for a factory whose only administrator lost the phone."

    def add_arguments(self, parser: Any) -> None:
        parser.add_argument("--factory", required=True, metavar="SLUG")
        parser.add_argument("--person", required=True, metavar="PHONE", help="or employee number, or e-mail")
        parser.add_argument(
            "--reason", required=True, help="how you made sure who asks; stands in the factory's ledger"
        )

    def handle(self, *, factory: str, person: str, reason: str, **options: Any) -> None:
        try:
            found = provisioning.find(factory)
        except Factory.DoesNotExist:
            raise CommandError(f"There is no factory at {factory}.") from None
        with in_factory(found):
            user = find_user(person)
            if user is None:
                raise CommandError(f"Nobody at {factory} has the number {person}.")
            try:
                drop_for(user, by=None, note=reason)
            except Refusal as refusal:
                raise CommandError(str(refusal)) from None
        self.stdout.write(f"{user.name} signs in without a code from now on")
