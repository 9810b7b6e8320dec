"""What the operators' commands ask and show in a terminal."""

import io
import sys
from getpass import getpass

import segno
from django.core.management.base import CommandError, OutputWrapper


def asked_password() -> str:
    """Typed twice and not shown; without a terminal the first line that comes in."""
    if not sys.stdin.isatty():
        return sys.stdin.readline().rstrip("\r\n")
    password = getpass("Password: ")
    if getpass("Once more: ") != password:
        raise CommandError("The two are not the same.")
    return password


def show_second_factor(out: OutputWrapper, address: str) -> None:
    """To be scanned by an authenticator app, or typed in; it is kept encrypted and never shown again."""
    drawing = io.StringIO()
    segno.make(address).terminal(out=drawing, compact=True)
    out.write(f"{drawing.getvalue()}\nScan this with an authenticator app, or open:\n{address}")
