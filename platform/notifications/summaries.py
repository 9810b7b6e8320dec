"""What a robot cannot take one by one goes together: urgent lines first and each of them, of the others as many as fit."""

from django.utils import timezone, translation
from django.utils.translation import ngettext

from notifications.channels import calls_in, cut_words, with_calls, without_calls
from notifications.models import Message, Robot

# What every robot takes, less its heading, its end and those whom it calls.
ROOM = 1500
LINE = 120
MOST_CALLS = 20
LANGUAGE = "zh-hans"


def bundled(robot: Robot, waiting: list[Message]) -> tuple[Message, list[Message]]:
    """The one to be sent now, and what has to wait for the next one; a single message stays as it is."""
    if len(waiting) == 1:
        return waiting[0], []
    older = [message for message in waiting if message.parts.exists()]
    lone = [message for message in waiting if message not in older]
    parts = [*lone, *Message.objects.filter(bundle__in=older)]
    parts.sort(key=lambda message: (not message.is_urgent, message.pk))
    shown, left = _fitting(parts)
    hidden = [message for message in left if not message.is_urgent]
    summary = _write(robot, shown, len(hidden), max(message.attempts for message in waiting))
    gone = [message.pk for message in [*shown, *hidden, *older]]
    words = {"status": Message.Status.BUNDLED, "bundle": summary, "reason": ""}
    Message.objects.filter(pk__in=gone).update(**words)
    kept = [message for message in left if message.is_urgent]
    Message.objects.filter(pk__in=[message.pk for message in kept]).update(status=Message.Status.WAITING, bundle=None)
    return summary, kept


def _fitting(parts: list[Message]) -> tuple[list[Message], list[Message]]:
    """From the front as many as there is room for, at least one."""
    room, shown = ROOM, 0
    for message in parts:
        room -= len(_line(message).encode()) + 1
        if room < 0 and shown:
            break
        shown += 1
    return parts[:shown], parts[shown:]


def _line(message: Message) -> str:
    text = " ".join(without_calls(message.text).split())
    return f"{'‼' if message.is_urgent else '·'} {cut_words(text, LINE)}"


def _write(robot: Robot, shown: list[Message], hidden: int, attempts: int) -> Message:
    now = timezone.localtime()
    with translation.override(LANGUAGE):
        total = len(shown) + hidden
        head = ngettext("%(n)d notice together", "%(n)d notices together", total) % {"n": total}
        more = ngettext("and %(n)d more, in Anhuan", "and %(n)d more, in Anhuan", hidden) % {"n": hidden}
    lines = [head, *map(_line, shown), *([more] if hidden else [])]
    called = [phone for message in shown if message.is_urgent for phone in calls_in(message.text)]
    return Message.objects.create(
        channel=robot.kind,
        robot=robot,
        address=robot.name,
        text=with_calls("\n".join(lines), list(dict.fromkeys(called))[:MOST_CALLS]),
        url="/",
        is_urgent=any(message.is_urgent for message in shown),
        attempts=attempts,
        key=f"summary:{robot.pk}:{shown[0].pk}:{now:%Y%m%d%H%M%S%f}",
    )
