"""飞书群机器人, signed. At most 20 KB, 100 a minute and 5 a second; it calls people only by ids that it does not tell, so
nobody is called here.

open.feishu.cn, 自定义机器人使用指南, for the protocol and its numbers, /document/server-docs/api-call-guide/frequency-control
for its limits. 9499 stands for two things: a body that it cannot read, and, in words, too many requests.
"""

import base64
import hashlib
import hmac
import re
import time
from datetime import timedelta

from core.post import post_json
from notifications.channels.robots import (
    FAST,
    FORM,
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
_PERMANENT = {19001: REVOKED, 19002: FORM, 19021: SIGNATURE, 19022: NETWORK, 19024: WORDING}
_WAITS = {number: (FAST, timedelta(minutes=1)) for number in (9499, 11232, 11233, 99991400)}


def send(message: Message) -> str:
    robot = robot_of(message)
    body = {"msg_type": "text", "content": {"text": words(message, ROOM)}, **_signature(secret_of(robot))}
    answer = post_json(address_of(robot), body)
    said = answer.said()
    number = said.get("code", said.get("StatusCode"))
    text = said.get("msg", said.get("StatusMessage", ""))
    permanent = _PERMANENT if "too many" in str(text).lower() else {**_PERMANENT, 9499: FORM}
    judge(answer, number, str(text), permanent=permanent, waits=_WAITS)
    return ""


def _signature(secret: str) -> dict[str, str]:
    """Seconds, and the HMAC of nothing under seconds and secret together: so Feishu wants it."""
    if not secret:
        return {}
    now = str(int(time.time()))
    digest = hmac.new(f"{now}\n{secret}".encode(), b"", hashlib.sha256).digest()
    return {"timestamp": now, "sign": base64.b64encode(digest).decode()}
