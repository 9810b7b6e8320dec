"""What the documents say is true of the code."""

import re
from pathlib import Path

from django.apps import apps
from django.conf import settings

ROOT = Path(settings.ROOT)
ROOMS = [
    path.name for path in (ROOT / "platform").iterdir() if (path / "models.py").exists() or (path / "models").exists()
]
OWN = ("tenants", "billing", "lifecycle", "operators", "passports", "sharing", "signups", *ROOMS)


def test_every_model_stands_in_the_glossary():
    words = set(re.findall(r"^\| `(\w+)`", (ROOT / "GLOSSARY.md").read_text(), flags=re.M))
    models = {model.__name__ for model in apps.get_models() if model._meta.app_label in OWN}
    assert models == words


def test_the_layers_in_the_document_are_those_that_the_test_holds():
    layers = re.findall(r'^  "([a-z |]+)",$', (ROOT / "pyproject.toml").read_text(), flags=re.M)
    assert " → ".join(layers) in (ROOT / "ARCHITECTURE.md").read_text()
