"""The written courses under content/courses, read as data and installed through install_courses."""

from functools import cache
from pathlib import Path
from typing import Any

import yaml
from django.conf import settings

Written = dict[str, Any]
_Loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


@cache
def written_courses() -> tuple[Written, ...]:
    """Every course as written, see content/FORMAT.md."""
    paths = sorted((Path(settings.CONTENT_ROOT) / "courses").glob("*.yaml"))
    return tuple(yaml.load(path.read_text(encoding="utf-8"), Loader=_Loader) for path in paths)  # noqa: S506 - a safe loader
