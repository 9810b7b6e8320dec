from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from core.errors import DomainError
from operators import actions
from operators.models import Operator
from portals.operator.terminal import asked_password, show_second_factor


class Command(BaseCommand):
    help = "Changes an operator's account; whatever is changed, every browser of theirs is signed out."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--name", required=True)
        what = parser.add_mutually_exclusive_group(required=True)
        what.add_argument("--second-factor", action="store_true", help="a new one; the old app's codes count no more")
        what.add_argument("--password", action="store_true", help="asks for a new one")
        what.add_argument("--end-sessions", action="store_true")
        what.add_argument("--close", action="store_true")
        what.add_argument("--reopen", action="store_true")

    def handle(self, *args: Any, name: str, **options: Any) -> None:
        try:
            self._change(actions.find_operator(name), options)
        except DomainError as refused:
            raise CommandError(refused.message) from None

    def _change(self, operator: Operator, options: dict[str, Any]) -> None:
        if options["second_factor"]:
            show_second_factor(self.stdout, actions.reset_second_factor(operator, by=None))
        elif options["password"]:
            actions.set_password(operator, asked_password(), by=None)
        elif options["end_sessions"]:
            actions.end_sessions(operator, by=None)
        elif options["close"]:
            actions.close_operator(operator, by=None)
        else:
            actions.reopen_operator(operator, by=None)
        self.stdout.write(f"{operator.name}: done")
