"""Ways out of the product. Each channel is one module with send(message), which returns what the gateway calls it."""

import re
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from core.post import ChannelError as ChannelError
from core.post import NoAnswer as NoAnswer
from tenants.addresses import address_of
from tenants.current import current_factory

# Who is called in a group stands in the text, as DingTalk wants it: @ and the mobile number, in the last line.
_CALL = re.compile(r"@(1\d{10})(?!\d)")


class Gone(ChannelError):
    """Where it should go exists no longer."""

    def __init__(self, reason: str):
        super().__init__(reason, is_permanent=True)


@dataclass(frozen=True)
class Receipt:
    """What became of something that was handed over. at: when it arrived; failed: one sentence where it did not."""

    at: datetime | None = None
    failed: str = ""


def with_calls(text: str, phones: list[str]) -> str:
    return f"{text}\n{' '.join(f'@{phone}' for phone in phones)}" if phones else text


def calls_in(text: str) -> list[str]:
    return list(dict.fromkeys(_CALL.findall(text)))


def without_calls(text: str) -> str:
    return _CALL.sub("", text).strip()


def link_of(message: Any) -> str:
    """The whole address of what the message is about."""
    return f"{address_of(current_factory())}{message.url}" if message.url.startswith("/") else message.url


def cut(text: str, room: int, note: str) -> str:
    """As many whole characters as fit into so many bytes of UTF-8, with a note where something is missing."""
    if len(text.encode()) <= room:
        return text
    kept = text.encode()[: room - len(note.encode())].decode(errors="ignore")
    return kept + note


def cut_words(text: str, length: int) -> str:
    return text if len(text) <= length else text[: length - 1] + "…"
