#!/usr/bin/env python
"""Runs Django's commands; the ones that change the schema connect as the owner of the database."""

import os
import sys
from pathlib import Path

OWNER_COMMANDS = {"bootstrap", "migrate", "migrate_schemas", "create_factory", "delete_factory", "fill_pool"}


def main() -> None:
    # Appended, never inserted: `import platform` must stay the standard library's module.
    sys.path.append(str(Path(__file__).resolve().parent / "platform"))
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    if len(sys.argv) > 1 and sys.argv[1] in OWNER_COMMANDS:
        os.environ["DATABASE_AS_OWNER"] = "1"
    from django.core.management import execute_from_command_line

    execute_from_command_line(sys.argv)


if __name__ == "__main__":
    main()
