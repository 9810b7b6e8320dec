"""Industry packs: written content under content/packs, read as data and installed through install_pack."""

from functools import cache
from pathlib import Path
from typing import Any

import yaml
from django.conf import settings
from django.utils.translation import gettext as _

from core.errors import DomainError

Pack = dict[str, Any]


@cache
def _files() -> dict[str, Path]:
    """Path by code; the code stands in the first line of each file."""
    paths = sorted((Path(settings.CONTENT_ROOT) / "packs").glob("*.yaml"))
    return {path.open(encoding="utf-8").readline().removeprefix("code:").strip(): path for path in paths}


def codes() -> list[str]:
    return list(_files())


@cache
def titles() -> dict[str, dict[str, str]]:
    """Title by code; it stands in the second line, so that nobody has to read the whole file."""
    return {
        code: yaml.safe_load(path.open(encoding="utf-8").readlines(4096)[1])["title"] for code, path in _files().items()
    }


def load_pack(code: str) -> Pack:
    """The pack as written, see content/FORMAT.md."""
    if code not in _files():
        raise DomainError(_("There is no industry pack “%(code)s”.") % {"code": code})
    return yaml.load(_files()[code].read_text(encoding="utf-8"), Loader=_Loader)  # noqa: S506 - a safe loader


_Loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
