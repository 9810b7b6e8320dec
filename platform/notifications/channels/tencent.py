"""腾讯云短信: sms 2021-01-11, SendSms and PullSmsSendStatusByPhoneNumber, signed by TC3-HMAC-SHA256.

Receipts are asked for by phone, as TencentCloud/tencentcloud-sdk-python describes it in sms/v20210111. The other way,
PullSmsSendStatus, is one queue for the whole installation, of which each entry is given out once: one factory would take
away what belongs to another.
"""

import hashlib
import hmac
import json
import time
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from django.conf import settings

from core.post import Answer, post
from notifications.channels import Receipt
from notifications.channels.gateway import judge, undelivered

HOST = "sms.tencentcloudapi.com"
TYPE = "application/json; charset=utf-8"
# How far the clocks may be apart, in seconds.
SLACK = 60
MOST = 100


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
    answer, said = _ask("SendSms", body)
    statuses = said.get("SendStatusSet")
    first = _object(statuses[0] if isinstance(statuses, list) and statuses else None)
    error = _object(said.get("Error")) or first
    judge(answer, str(error.get("Code", "")), str(error.get("Message", "")))
    return str(first.get("SerialNo", ""))


def receipt(phone: str, provider_id: str, sent_at: datetime) -> Receipt | None:
    """Nothing while the operator has not said anything. Of all that this phone got, only the one that was asked about."""
    begin = int(sent_at.timestamp()) - SLACK
    body = {
        "SmsSdkAppId": settings.SMS["APP_ID"],
        "PhoneNumber": f"+86{phone}",
        "BeginTime": begin,
        "EndTime": int(time.time()) + SLACK,
        "Offset": 0,
        "Limit": MOST,
    }
    answer, said = _ask("PullSmsSendStatusByPhoneNumber", body)
    rows = said.get("PullSmsSendStatusSet")
    code = "Ok" if isinstance(rows, list) and "Error" not in said else str(_object(said.get("Error")).get("Code", ""))
    judge(answer, code, "")
    found = [row for row in map(_object, rows or []) if row.get("SerialNo") == provider_id]
    return _receipt(found[0]) if found else None


def _receipt(row: dict[str, Any]) -> Receipt | None:
    status, moment = row.get("ReportStatus"), row.get("UserReceiveTime")
    if status == "FAIL":
        return Receipt(failed=undelivered(str(row.get("Description", ""))))
    at = datetime.fromtimestamp(moment, UTC) if isinstance(moment, int) and 0 < moment < 2**32 else None
    return Receipt(at=at) if status == "SUCCESS" else None


def _ask(action: str, body: Mapping[str, Any]) -> tuple[Answer, dict[str, Any]]:
    content = json.dumps(body, ensure_ascii=False).encode()
    answer = post(f"https://{HOST}/", content, _headers(action, content))
    return answer, _object(answer.said().get("Response"))


def _object(found: Any) -> dict[str, Any]:
    return found if isinstance(found, dict) else {}


def _headers(action: str, content: bytes) -> dict[str, str]:
    now = int(time.time())
    day = datetime.fromtimestamp(now, UTC).strftime("%Y-%m-%d")
    names, scope = "content-type;host;x-tc-action", f"{day}/sms/tc3_request"
    lines = f"content-type:{TYPE}\nhost:{HOST}\nx-tc-action:{action.lower()}\n"
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
        "X-TC-Action": action,
        "X-TC-Version": "2021-01-11",
        "X-TC-Region": "ap-guangzhou",
        "X-TC-Timestamp": str(now),
        "Authorization": f"TC3-HMAC-SHA256 Credential={credential}, SignedHeaders={names}, Signature={seal}",
    }
