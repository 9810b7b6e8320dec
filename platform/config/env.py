"""Reads settings from the environment; every missing or malformed name is told at once."""

import base64
import binascii
import os
import sys
from urllib.parse import parse_qsl, unquote, urlsplit

_problems: list[str] = []


def text(name: str, default: str | None = None) -> str:
    value = os.environ.get(name, "")
    if not value and default is None:
        _problems.append(f"{name} is required")
    return value or default or ""


def complain(problem: str) -> None:
    _problems.append(problem)


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


def several(name: str) -> list[str]:
    return [part.strip() for part in os.environ.get(name, "").split(",") if part.strip()]


def pairs(name: str) -> dict[str, str]:
    """one=this,two=that"""
    found = dict(part.partition("=")[::2] for part in several(name))
    if not all(found.values()):
        _problems.append(f"{name} must be written name=value,name=value")
    return found


def mail(name: str) -> dict:
    """smtp://user:password@host:port for STARTTLS (port 587), smtps:// for TLS from the start (465), smtp+plain:// for none."""
    address = os.environ.get(name, "")
    url = urlsplit(address)
    ports = {"smtp": 587, "smtps": 465, "smtp+plain": 25}
    if address and (url.scheme not in ports or not url.hostname):
        _problems.append(f"{name} must begin with smtp://, smtps:// or smtp+plain:// and name a host")
    return {
        "EMAIL_HOST": url.hostname or "",
        "EMAIL_PORT": url.port or ports.get(url.scheme, 25),
        "EMAIL_HOST_USER": unquote(url.username or ""),
        "EMAIL_HOST_PASSWORD": unquote(url.password or ""),
        "EMAIL_USE_TLS": url.scheme == "smtp",
        "EMAIL_USE_SSL": url.scheme == "smtps",
    }


def broker(name: str) -> str:
    """mqtt://user:password@host:port (1883), or mqtts:// for TLS (8883)."""
    address = os.environ.get(name, "")
    url = urlsplit(address)
    if address and (url.scheme not in ("mqtt", "mqtts") or not url.hostname):
        _problems.append(f"{name} must begin with mqtt:// or mqtts:// and name a host")
    return address


def key(name: str, *, is_required: bool = True) -> bytes:
    """32 bytes, written in base64."""
    value = text(name, None if is_required else "")
    try:
        found = base64.b64decode(value, validate=True)
    except (binascii.Error, ValueError):
        found = b""
    if value and len(found) != 32:
        _problems.append(f"{name} must be 32 bytes in base64 (openssl rand -base64 32)")
    return found


def database(name: str) -> dict:
    """postgresql://user:password@host:port/name, or ?host=/socket/folder for a Unix socket."""
    address = text(name)
    url = urlsplit(address)
    query = dict(parse_qsl(url.query))
    if address and not url.scheme.startswith("postgres"):
        _problems.append(f"{name} must begin with postgresql://")
    port = query.get("port") or url.netloc.rpartition("@")[2].partition(":")[2]
    if port and not port.isdigit():
        _problems.append(f"{name} has no number for a port: {port!r}")
    return {
        "NAME": unquote(url.path.lstrip("/")),
        "USER": unquote(url.username or ""),
        "PASSWORD": unquote(url.password or ""),
        "HOST": query.get("host") or url.hostname or "",
        "PORT": port,
    }


def finish() -> None:
    """Ends the program with a list of everything that is wrong, so that one look is enough."""
    if _problems:
        problems = "\n  - ".join(_problems)
        _problems.clear()
        sys.exit(f"The environment is not complete (see .env.example):\n  - {problems}")
