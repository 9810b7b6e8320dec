"""A factory's own system, told by POST of JSON: {"id", "text", "url", "urgent", "factory", "at", "calls", "parts"}.

Headers: `Anhuan-Id`, the same for each try of one message, so that a receiver tells a repeat; `Anhuan-Timestamp`, seconds;
`Anhuan-Signature: v1=` and the hex HMAC-SHA256 of timestamp, a full stop and the body as it arrived, under the secret
that stands at the webhook. A receiver refuses what is older than five minutes. Any answer of 2xx means taken.
"""

import hashlib
import hmac
import json
import time
from datetime import timedelta

from django.utils import timezone
from django.utils.translation import gettext as _

from core.post import post
from notifications.channels import ChannelError, calls_in, cut, link_of, without_calls
from notifications.channels.robots import FAST, address_of, robot_of, secret_of
from notifications.models import Message
from tenants.current import current_factory

ROOM = 20_000


def send(message: Message) -> str:
    robot = robot_of(message)
    content = json.dumps(_facts(message), ensure_ascii=False).encode("utf-8", "replace")
    now = str(int(time.time()))
    signed = hmac.new(secret_of(robot).encode(), now.encode() + b"." + content, hashlib.sha256).hexdigest()
    headers = {
        "Content-Type": "application/json; charset=utf-8",
        "Anhuan-Id": message.key,
        "Anhuan-Timestamp": now,
        "Anhuan-Signature": f"v1={signed}",
    }
    answer = post(address_of(robot), content, headers)
    _judge(answer.status, answer.headers.get("retry-after", ""))
    return ""


def _facts(message: Message) -> dict[str, object]:
    return {
        "id": message.key,
        "text": cut(without_calls(message.text), ROOM, _("… The message was too long; open it in Anhuan.")),
        "url": link_of(message),
        "urgent": message.is_urgent,
        "factory": current_factory().name,
        "at": timezone.now().isoformat(),
        "calls": calls_in(message.text),
        "parts": list(message.parts.order_by("id").values_list("key", flat=True)),
    }


def _judge(status: int, retry_after: str) -> None:
    if 200 <= status < 300:
        return
    words = {"status": status}
    if status in (429, 503):
        wait = timedelta(seconds=min(int(retry_after), 3600)) if retry_after.isdigit() else None
        raise ChannelError(f"{FAST}（HTTP {status}）", wait=wait)
    if 300 <= status < 400:
        raise ChannelError(
            _("The address only points to another one (HTTP %(status)d). Enter that one.") % words, is_permanent=True
        )
    if status in (401, 403):
        raise ChannelError(
            _("The receiver refuses the signature (HTTP %(status)d). Compare the secret.") % words, is_permanent=True
        )
    if status in (404, 410):
        raise ChannelError(_("There is nothing at this address any more (HTTP %(status)d).") % words, is_permanent=True)
    is_permanent = 400 <= status < 500 and status != 408
    raise ChannelError(_("The receiver did not take it (HTTP %(status)d).") % words, is_permanent=is_permanent)
