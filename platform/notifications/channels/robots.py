"""What the robots of chat groups have in common: a 200 may still be a refusal, and its number says what to do."""

from collections.abc import Mapping
from datetime import timedelta

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core.errors import DomainError
from core.post import Answer
from core.secrets import unseal
from notifications.channels import ChannelError, calls_in, cut, link_of, without_calls
from notifications.models import Message, Robot

REVOKED = gettext_lazy(
    "The robot was removed from its group, or its key was changed. Make a new one and enter it here."
)
WORDING = gettext_lazy("The robot wants a keyword in every message. Set it to a signature instead.")
SIGNATURE = gettext_lazy("The signature does not fit. Copy the secret again, and look at the server's clock.")
FORM = gettext_lazy("The robot does not take a message of this form. Ask whoever looks after Anhuan.")
CONTENT = gettext_lazy("The chat's own check refuses these words or this link.")
NETWORK = gettext_lazy("The robot only takes messages from known addresses. Add this server's address there.")
FAST = gettext_lazy("The group had too many messages. It takes the next ones in a while.")
BUSY = gettext_lazy("The gateway is busy.")


def robot_of(message: Message) -> Robot:
    if message.robot is None:
        raise ChannelError(_("This robot no longer exists."), is_permanent=True)
    return message.robot


def address_of(robot: Robot) -> str:
    return _kept(robot.address)


def secret_of(robot: Robot) -> str:
    return _kept(robot.secret)


def _kept(sealed: str) -> str:
    try:
        return unseal(sealed)
    except DomainError as refusal:
        raise ChannelError(refusal.message, is_permanent=True) from None


def words(message: Message, room: int, *, with_numbers: bool = False) -> str:
    """The text with its link below, whole in so many bytes; what is cut is said."""
    link, called = link_of(message), calls_in(message.text)
    tail = "\n".join(filter(None, (link, " ".join(f"@{phone}" for phone in called) if with_numbers else "")))
    left = room - len(tail.encode()) - 1
    text = cut(without_calls(message.text), left, _("… The message was too long; open it in Anhuan."))
    return f"{text}\n{tail}" if tail else text


def judge(
    answer: Answer,
    number: object,
    said: str,
    *,
    permanent: Mapping[int, object],
    waits: Mapping[int, tuple[object, timedelta | None]],
) -> None:
    """Nothing for a zero; else the refusal in plain words, with the gateway's own number behind it."""
    if answer.status < 300 and number == 0:
        return
    number = number if isinstance(number, int) else None
    shown = str(number) if number is not None else f"HTTP {answer.status}"
    detail = f"（{shown}{': ' if said else ''}{said[:100]}）"
    if number is not None and number in permanent:
        raise ChannelError(f"{permanent[number]}{detail}", is_permanent=True)
    if number is not None and number in waits:
        reason, wait = waits[number]
        raise ChannelError(f"{reason}{detail}", wait=wait)
    if number is None and answer.status < 500 and answer.status != 429:
        reason = _("This is not the answer of a robot. Look at the address.")
        raise ChannelError(f"{reason}{detail}", is_permanent=300 <= answer.status < 500)
    if answer.status == 429:
        raise ChannelError(f"{FAST}{detail}", wait=timedelta(minutes=1))
    raise ChannelError(_("The gateway refused it.") + detail)
