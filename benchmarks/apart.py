"""For measurements that fill a database: a PostgreSQL and Redis of their own that write each commit to the disk, gone afterwards."""

import argparse
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

from benchmarks.measure import Result, table
from config.embedded import Servers, new_keys

Measure = Callable[[bool, Path], list[Result]]


def run_apart(module: str, *, is_quick: bool) -> list[Result]:
    """In a process of its own, because this one has its database already."""
    command = [sys.executable, "-m", module, "--json", *(["--quick"] if is_quick else [])]
    done = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True)
    return [Result(**row) for row in json.loads(done.stdout.splitlines()[-1])]


def main(description: str | None, measure: Measure) -> None:
    """measure: hears whether it is to be quick, and of a folder that goes away with the servers."""
    parser = argparse.ArgumentParser(description=description)
    parser.add_argument("--quick", action="store_true", help="ten factories")
    parser.add_argument("--json", action="store_true", help="one line for the table of all benchmarks")
    asked = parser.parse_args()
    found = _on_own_servers(measure, asked.quick)
    print(json.dumps([row.as_json() for row in found]) if asked.json else table(found))


def _on_own_servers(measure: Measure, is_quick: bool) -> list[Result]:
    for name in ("DATABASE_URL", "DATABASE_OWNER_URL", "REDIS_URL"):
        os.environ.pop(name, None)
    with tempfile.TemporaryDirectory(prefix="anhuan-apart-", ignore_cleanup_errors=True) as name:
        folder = Path(name)
        folder.chmod(0o711)
        servers = Servers(folder)
        try:
            servers.start()
            more = {"DEMO": "1", "MEDIA_ROOT": str(folder / "files"), **new_keys(), **servers.environment}
            os.environ.update(more | {"DATABASE_AS_OWNER": "1", "DJANGO_SETTINGS_MODULE": "config.settings"})
            import django

            django.setup()
            from django.core.management import call_command

            call_command("bootstrap", stdout=sys.stderr)
            return measure(is_quick, folder)
        finally:
            servers.stop()
