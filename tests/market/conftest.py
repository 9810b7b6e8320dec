"""A release that writes the metal-working pack differently."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
import yaml

from market import packs, parts

METAL = "metal-working"
Rewrite = Callable[[Callable[[dict], object]], None]


def _forget() -> None:
    for cached in (packs._files, packs.titles, parts.release):
        cached.cache_clear()


@pytest.fixture
def next_release(settings, tmp_path) -> Rewrite:
    """Called with what changes the pack, the product goes on as if it had been written so."""
    root = tmp_path / "content"

    def rewrite(change: Callable[[dict], object]) -> None:
        if not root.exists():
            shutil.copytree(Path(settings.CONTENT_ROOT), root)
        path = next((root / "packs").glob("*metal*.yaml"))
        pack = yaml.safe_load(path.read_text(encoding="utf-8"))
        change(pack)
        # Code and title stand in the first two lines.
        head = f"code: {pack.pop('code')}\ntitle: {json.dumps(pack.pop('title'), ensure_ascii=False)}\n"
        path.write_text(head + yaml.safe_dump(pack, allow_unicode=True), encoding="utf-8")
        settings.CONTENT_ROOT = root
        _forget()

    yield rewrite
    _forget()
