"""钉钉群机器人, signed: who is called must stand in the text too. At most 20,000 bytes, 20 a minute; above it ten minutes of
silence.

open.dingtalk.com/document/orgapp/custom-robot-access for the protocol and its numbers; 300001, 300005 and 130101 are what
robots answer and the list leaves out.
"""

import base64
import hashlib
import hmac
import time
from datetime import timedelta
from urllib.parse import quote_plus

from core.post import post_json
from notifications.channels import calls_in
from notifications.channels.robots import (
    BUSY,
    CONTENT,
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

HOSTS = ("oapi.dingtalk.com",)
ROOM = 19_000
_PERMANENT = {
    **dict.fromkeys((300001, 300005, 400013, 400101, 400102, 400106), REVOKED),
    **dict.fromkeys((430101, 430102, 430103, 430104), CONTENT),
    400105: FORM,
}
_WAITS = {
    130101: (FAST, timedelta(minutes=10)),
    130102: (FAST, timedelta(minutes=10)),
    410100: (FAST, timedelta(minutes=10)),
    -1: (BUSY, None),
}


def send(message: Message) -> str:
    robot = robot_of(message)
    text = words(message, ROOM, with_numbers=True)
    body = {"msgtype": "text", "text": {"content": text}, "at": {"atMobiles": calls_in(text), "isAtAll": False}}
    answer = post_json(address_of(robot) + _signature(secret_of(robot)), body)
    said = answer.said()
    reason = str(said.get("errmsg", ""))
    permanent = {**_PERMANENT, 310000: _forbidden(reason)}
    judge(answer, said.get("errcode"), reason, permanent=permanent, waits=_WAITS)
    return ""


def _forbidden(reason: str) -> object:
    """One number stands for three settings of the robot; only its words tell them apart."""
    if "keyword" in reason:
        return WORDING
    return NETWORK if "whitelist" in reason else SIGNATURE


def _signature(secret: str) -> str:
    """Milliseconds, and their HMAC under the secret; nothing for a robot without one."""
    if not secret:
        return ""
    now = str(round(time.time() * 1000))
    digest = hmac.new(secret.encode(), f"{now}\n{secret}".encode(), hashlib.sha256).digest()
    return f"&timestamp={now}&sign={quote_plus(base64.b64encode(digest))}"
