"""腾讯云短信: sms 2021-01-11 SendSms, signed by TC3-HMAC-SHA256."""

import hashlib
import hmac
import json
import time
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from django.conf import settings

from notifications.channels.gateway import judge
from notifications.channels.post import post

HOST = "sms.tencentcloudapi.com"
TYPE = "application/json; charset=utf-8"


def send(phone: str, template: str, variables: Mapping[str, str], key: str) -> str:
    """What the gateway calls it: its SerialNo. Variables are told apart by their order."""
    body = {
        "PhoneNumberSet": [f"+86{phone}"],
        "SmsSdkAppId": settings.SMS["APP_ID"],
        "SignName": settings.SMS["SIGN_NAME"],
        "TemplateId": template,
        "TemplateParamSet": list(variables.values()),
        "SessionContext": key[:512],
    }
    content = json.dumps(body, ensure_ascii=False).encode()
    answer = post(f"https://{HOST}/", content, _headers(content))
    said = _object(answer.said().get("Response"))
    statuses = said.get("SendStatusSet")
    first = _object(statuses[0] if isinstance(statuses, list) and statuses else None)
    error = _object(said.get("Error")) or first
    judge(answer, str(error.get("Code", "")), str(error.get("Message", "")))
    return str(first.get("SerialNo", ""))


def _object(found: Any) -> dict[str, Any]:
    return found if isinstance(found, dict) else {}


def _headers(content: bytes) -> dict[str, str]:
    now = int(time.time())
    day = datetime.fromtimestamp(now, UTC).strftime("%Y-%m-%d")
    names, scope = "content-type;host;x-tc-action", f"{day}/sms/tc3_request"
    lines = f"content-type:{TYPE}\nhost:{HOST}\nx-tc-action:sendsms\n"
    request = f"POST\n/\n\n{lines}\n{names}\n{hashlib.sha256(content).hexdigest()}"
    text = f"TC3-HMAC-SHA256\n{now}\n{scope}\n{hashlib.sha256(request.encode()).hexdigest()}"
    key = f"TC3{settings.SMS['KEY_SECRET']}".encode()
    for part in (day, "sms", "tc3_request"):
        key = hmac.new(key, part.encode(), hashlib.sha256).digest()
    seal = hmac.new(key, text.encode(), hashlib.sha256).hexdigest()
    credential = f"{settings.SMS['KEY_ID']}/{scope}"
    return {
        "Host": HOST,
        "Content-Type": TYPE,
        "X-TC-Action": "SendSms",
        "X-TC-Version": "2021-01-11",
        "X-TC-Region": "ap-guangzhou",
        "X-TC-Timestamp": str(now),
        "Authorization": f"TC3-HMAC-SHA256 Credential={credential}, SignedHeaders={names}, Signature={seal}",
    }
