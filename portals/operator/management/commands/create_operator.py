from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from core.errors import DomainError
from operators.actions import add_operator
from portals.operator.terminal import asked_password, show_second_factor


class Command(BaseCommand):
    help = "Opens an operator's account: asks for a password, shows the QR code for the authenticator app once."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--name", required=True)

    def handle(self, *args: Any, name: str, **options: Any) -> None:
        try:
            operator, address = add_operator(name, asked_password(), by=None)
        except DomainError as refused:
            raise CommandError(refused.message) from None
        self.stdout.write(f"{operator.name} may sign in at /operator/ of the bare host.")
        show_second_factor(self.stdout, address)
