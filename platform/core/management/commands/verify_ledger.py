import json

from django.core.management.base import BaseCommand, CommandError

from core import ledger
from tenants import provisioning
from tenants.current import in_factory
from tenants.models import Factory


class Command(BaseCommand):
    help = "Checks a factory's ledger and names the first bad entry; exit code 1 when there is one."

    def add_arguments(self, parser):
        parser.add_argument("--factory", required=True, metavar="SLUG")
        parser.add_argument("--json", action="store_true")

    def handle(self, *, factory, json: bool, **options):
        try:
            found = provisioning.find(factory)
        except Factory.DoesNotExist:
            raise CommandError(f"There is no factory at {factory}.") from None
        with in_factory(found):
            verdict = ledger.verify()
        self.stdout.write(_as_json(factory, verdict) if json else _as_line(factory, verdict))
        if not verdict.is_whole:
            raise SystemExit(1)


def _as_json(slug: str, verdict: ledger.Verdict) -> str:
    bad = verdict.finding
    facts = {"factory": slug, "ok": verdict.is_whole, "entries": verdict.entries, "head": verdict.head}
    return json.dumps(facts | {"first_bad": {"seq": bad.seq, "kind": bad.kind, "detail": bad.detail} if bad else None})


def _as_line(slug: str, verdict: ledger.Verdict) -> str:
    if verdict.finding:
        return f"{slug}: {verdict.finding.kind} at entry {verdict.finding.seq}: {verdict.finding.detail}"
    return f"{slug}: {verdict.entries} entries, all in place, head {verdict.head[:12]}"
