"""The written courses, kinds of licences and legal hours under content/, read as data; the first two are installed."""

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


@cache
def written_licence_kinds() -> tuple[Written, ...]:
    """Each version of each kind as one row, see content/FORMAT.md."""
    text = (Path(settings.CONTENT_ROOT) / "licences.yaml").read_text(encoding="utf-8")
    kinds = yaml.load(text, Loader=_Loader)["kinds"]  # noqa: S506 - a safe loader
    return tuple(
        {**{key: value for key, value in kind.items() if key != "versions"}, **version}
        for kind in kinds
        for version in kind["versions"]
    )


@cache
def written_hours() -> tuple[Written, ...]:
    """What the law says of the hours of training, each version as one row, see content/FORMAT.md."""
    text = (Path(settings.CONTENT_ROOT) / "hours.yaml").read_text(encoding="utf-8")
    rules = yaml.load(text, Loader=_Loader)["rules"]  # noqa: S506 - a safe loader
    return tuple(
        {**{key: value for key, value in rule.items() if key != "versions"}, **version}
        for rule in rules
        for version in rule["versions"]
    )
