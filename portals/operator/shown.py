"""What an operator sees of a factory's work: which it is and why it failed, never what stands in it.

Payloads and errors come out of a factory: a text message with a code, a name in a sentence, a row that the database
quotes. Shown is what cannot be such a thing; who has to know more looks at the server itself.
"""

import re
from collections.abc import Iterator
from typing import Any
from uuid import UUID

from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext_lazy

from core.errors import Refusal
from notifications.channels import ChannelError
from tenants import due

_ROOMS = {
    "adoption": gettext_lazy("How it is used"),
    "alerts": gettext_lazy("Alerts"),
    "core": gettext_lazy("Ledger and long work"),
    "events": gettext_lazy("Notices"),
    "hazards": gettext_lazy("Hazards"),
    "inspections": gettext_lazy("Inspections"),
    "sensors": gettext_lazy("Sensors"),
    "notifications": gettext_lazy("Notices"),
    "tenants": gettext_lazy("Installation"),
    "training": gettext_lazy("Training"),
}
_REASONS = {
    "ConnectionError ConnectionRefusedError ConnectionResetError ConnectError NoAnswer TimeoutError gaierror": (
        gettext_lazy("Another server did not answer.")
    ),
    "FileNotFoundError OSError PermissionError": gettext_lazy("A file could not be read or written."),
    "InterfaceError OperationalError PoolTimeout": gettext_lazy("The database did not answer, or broke off."),
    "DataError IntegrityError": gettext_lazy("What was to be written does not fit what stands there."),
    "ProgrammingError": gettext_lazy("The tables do not fit this version. Run bootstrap."),
    "DoesNotExist": gettext_lazy("What it is about is not there any more."),
}
_BY_RULE = gettext_lazy("A rule of the product says no. Its sentence may hold names, so only the server shows it.")
_BY_GATEWAY = gettext_lazy("A gateway refused it. The factory sees its words under its channels.")
_UPGRADE_REASONS = {
    "OperationalError InterfaceError": gettext_lazy("Its tables were in use for too long, or the database broke off."),
    "ProgrammingError NotSupportedError InternalError": gettext_lazy("Its tables are not as the migration expects."),
    "DataError IntegrityError": gettext_lazy("What stands in its tables does not fit the new rule."),
    "NoSchema": gettext_lazy("Its schema is not there."),
}
_UNKNOWN_KIND = gettext_lazy("This version does not know this kind of work.")
_FAULT = gettext_lazy("A fault in the program.")
# Whatever may be somebody's: numbers of five digits and more, mail addresses, words in other letters, quotations that
# are not the name of a column or module.
_HIDDEN = re.compile(r"\d[\d -]{3,}\d|[^\s@]+@[^\s@]+|[^\x00-\x7f]+|'(?![a-z_.]*')[^']*'|\"(?![a-z_.]*\")[^\"]*\"")


def kind_of(handler: str) -> str:
    """In which part of the product it belongs."""
    return str(_ROOMS.get(handler.partition(".")[0], ""))


def reason_of(handler: str, error: str) -> tuple[str, str]:
    """A sentence, and the error as a programmer reads it, without what may belong to somebody."""
    kind = error.partition(":")[0]
    if handler not in due.handlers():
        return str(_UNKNOWN_KIND), kind
    if kind in _names(Refusal):
        return str(_BY_RULE), kind
    if kind in _names(ChannelError) and kind != "NoAnswer":
        return str(_BY_GATEWAY), kind
    return _sentence(_REASONS, kind), _plain(error)


def upgrade_reason_of(error: str) -> tuple[str, str]:
    """As reason_of, of a factory's upgrade."""
    return _sentence(_UPGRADE_REASONS, error.partition(":")[0]), _plain(error)


def _sentence(reasons: dict[str, Any], kind: str) -> str:
    return str(next((words for kinds, words in reasons.items() if kind in kinds.split()), _FAULT))


def _plain(error: str) -> str:
    """PostgreSQL quotes the row in the lines after the first."""
    kind, _colon, said = error.partition(":")
    first = said.strip().splitlines()[:1]
    return f"{kind}: {_HIDDEN.sub('…', first[0])}" if first else kind


def _names(kind: type) -> set[str]:
    return {kind.__name__}.union(*map(_names, kind.__subclasses__()))


def facts_of(payload: dict[str, Any]) -> list[tuple[str, str]]:
    """Keys, and of the values those that are ids, numbers or moments; of the others only that they are there."""
    return [(name, _fact(value)) for name, value in payload.items()]


def _fact(value: Any) -> str:
    values = value if isinstance(value, list) else [value]
    shown = list(_shown(values[:20]))
    return ", ".join(shown) + (" …" if len(values) > 20 else "") if len(shown) == len(values[:20]) else ""


def _shown(values: list[Any]) -> Iterator[str]:
    return (str(value) for value in values if _is_plain(value))


def _is_plain(value: Any) -> bool:
    if isinstance(value, bool) or value is None:
        return True
    if isinstance(value, int):
        return abs(value) < 10**10  # no phone number either
    return isinstance(value, str) and (_is_id(value) or _is_moment(value))


def _is_id(text: str) -> bool:
    try:
        return str(UUID(text)) == text
    except ValueError:
        return False


def _is_moment(text: str) -> bool:
    try:
        return parse_datetime(text) is not None
    except ValueError:
        return False
