"""Reads settings from the environment; every missing or malformed name is told at once."""

import os
from urllib.parse import parse_qsl, unquote, urlsplit

from django.core.exceptions import ImproperlyConfigured

_problems: list[str] = []


def text(name: str, default: str | None = None) -> str:
    value = os.environ.get(name, "")
    if not value and default is None:
        _problems.append(f"{name} is required")
    return value or default or ""


def flag(name: str) -> bool:
    return os.environ.get(name, "0").lower() in {"1", "true", "yes", "on"}


def number(name: str, default: int) -> int:
    value = os.environ.get(name, "")
    if not value:
        return default
    if not value.isdigit():
        _problems.append(f"{name} must be a whole number, not {value!r}")
        return default
    return int(value)


def database(name: str) -> dict:
    """postgresql://user:password@host:port/name, or ?host=/socket/folder for a Unix socket."""
    url = urlsplit(text(name))
    query = dict(parse_qsl(url.query))
    if url.scheme and not url.scheme.startswith("postgres"):
        _problems.append(f"{name} must begin with postgresql://")
    return {
        "NAME": unquote(url.path.lstrip("/")),
        "USER": unquote(url.username or ""),
        "PASSWORD": unquote(url.password or ""),
        "HOST": query.get("host") or url.hostname or "",
        "PORT": str(query.get("port") or url.port or ""),
    }


def finish() -> None:
    """Refuses to start with a list of everything that is wrong, so that one look is enough."""
    if _problems:
        problems, _problems[:] = list(_problems), []
        raise ImproperlyConfigured(
            "The environment is not complete (see .env.example):\n  - " + "\n  - ".join(problems)
        )
