"""What must have happened and was given up after many tries: look at the reason, put it right, replay it."""

from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from operators.actions import replay_dead
from tenants import due


class Command(BaseCommand):
    help = "Lists what was given up, with its reason; --replay tries it again."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--replay", nargs="+", metavar="ID", help='numbers of the list, or "all"')

    def handle(self, *args: Any, **options: Any) -> None:
        rows, wanted = due.dead(), options["replay"] or []
        if not wanted:
            self._list(rows)
            return
        chosen = rows if wanted == ["all"] else rows.filter(pk__in=[int(pk) for pk in wanted if pk.isdecimal()])
        again, surpassed = replay_dead(chosen, by=None)
        self.stdout.write(f"{again} replayed, {surpassed} already waiting under the same key")

    def _list(self, rows: Any) -> None:
        for row in rows:
            factory = row.factory.name if row.factory else "-"
            self.stdout.write(
                f"{row.pk}\t{row.dead_at:%Y-%m-%d %H:%M}\t{factory}\t{row.handler}\t{row.payload}\t{row.last_error}"
            )
        self.stdout.write(f"{len(rows)} given up")
