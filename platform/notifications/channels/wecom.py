"""企业微信群机器人: text only, because only text calls people by their mobile number. At most 2,048 bytes, 20 a minute.

developer.work.weixin.qq.com/document/path/91770 for the robot, /90455 for what its numbers mean.
"""

from datetime import timedelta

from core.post import post_json
from notifications.channels import calls_in
from notifications.channels.robots import BUSY, FAST, FORM, NETWORK, REVOKED, address_of, judge, robot_of, words
from notifications.models import Message

HOSTS = ("qyapi.weixin.qq.com",)
ROOM = 2048
_PERMANENT = {
    93000: REVOKED,
    93004: REVOKED,
    93008: REVOKED,
    40001: REVOKED,
    40014: REVOKED,
    60020: NETWORK,
    40058: FORM,
}
_WAITS = {45009: (FAST, timedelta(minutes=1)), 45033: (FAST, timedelta(minutes=1)), -1: (BUSY, None)}


def send(message: Message) -> str:
    text: dict[str, object] = {"content": words(message, ROOM)}
    if called := calls_in(message.text):
        text["mentioned_mobile_list"] = called
    answer = post_json(address_of(robot_of(message)), {"msgtype": "text", "text": text})
    said = answer.said()
    judge(answer, said.get("errcode"), str(said.get("errmsg", "")), permanent=_PERMANENT, waits=_WAITS)
    return ""
