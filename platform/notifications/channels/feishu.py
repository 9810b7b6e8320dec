"""飞书群机器人, signed. At most 20 KB; it calls people only by ids that it does not tell, so nobody is called here."""

import base64
import hashlib
import hmac
import re
import time
from datetime import timedelta

from notifications.channels.post import post_json
from notifications.channels.robots import (
    BUSY,
    FAST,
    NETWORK,
    REVOKED,
    SIGNATURE,
    WORDING,
    address_of,
    judge,
    robot_of,
    secret_of,
    words,
)
from notifications.models import Message

# The older kind of address, without v2, wants its words in another form.
HOOK = re.compile(r"/open-apis/bot/v2/hook/[\w-]+/?")
HOSTS = ("open.feishu.cn", "open.larksuite.com")
ROOM = 19_000
_PERMANENT = {19001: REVOKED, 19021: SIGNATURE, 19022: NETWORK, 19024: WORDING}
_WAITS = {11232: (FAST, timedelta(minutes=1)), 11233: (FAST, timedelta(minutes=1)), 9499: (BUSY, None)}


def send(message: Message) -> str:
    robot = robot_of(message)
    body = {"msg_type": "text", "content": {"text": words(message, ROOM)}, **_signature(secret_of(robot))}
    answer = post_json(address_of(robot), body)
    said = answer.said()
    number = said.get("code", said.get("StatusCode"))
    text = said.get("msg", said.get("StatusMessage", ""))
    judge(answer, number, str(text), permanent=_PERMANENT, waits=_WAITS)
    return ""


def _signature(secret: str) -> dict[str, str]:
    """Seconds, and the HMAC of nothing under seconds and secret together: so Feishu wants it."""
    if not secret:
        return {}
    now = str(int(time.time()))
    digest = hmac.new(f"{now}\n{secret}".encode(), b"", hashlib.sha256).digest()
    return {"timestamp": now, "sign": base64.b64encode(digest).decode()}
