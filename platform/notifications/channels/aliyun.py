"""阿里云短信: Dysmsapi 2017-05-25, SendSms and QuerySendDetails, signed by ACS3-HMAC-SHA256.

What QuerySendDetails asks for and answers: the maker's own SDKs, aliyun/alibabacloud-python-sdk, dysmsapi-20170525,
models QuerySendDetailsRequest and SmsSendDetailDTO. Its days and times are China's.
"""

import hashlib
import hmac
import json
import uuid
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta, timezone
from typing import Any
from urllib.parse import quote

from django.conf import settings

from core.post import ALTOGETHER, post
from notifications.channels import Receipt
from notifications.channels.gateway import judge, undelivered

HOST = "dysmsapi.aliyuncs.com"
EMPTY = hashlib.sha256(b"").hexdigest()
CHINA = timezone(timedelta(hours=8))
# SendStatus 1 is waiting for the operator's word.
FAILED, RECEIVED = "2", "3"


def send(phone: str, template: str, variables: Mapping[str, str], key: str) -> str:
    """What the gateway calls it: its BizId."""
    said = _ask(
        "SendSms",
        PhoneNumbers=phone,
        SignName=str(settings.SMS["SIGN_NAME"]),
        TemplateCode=template,
        TemplateParam=json.dumps(variables, ensure_ascii=False),
        OutId=key[:256],
    )
    return str(said.get("BizId", ""))


def receipt(phone: str, provider_id: str, sent_at: datetime) -> Receipt | None:
    """Nothing while the operator has not said anything. At midnight the gateway may have another day than we."""
    days = {f"{moment.astimezone(CHINA):%Y%m%d}" for moment in (sent_at, sent_at - timedelta(seconds=ALTOGETHER))}
    for day in sorted(days, reverse=True):
        asked = {"PhoneNumber": phone, "BizId": provider_id, "SendDate": day, "PageSize": "10", "CurrentPage": "1"}
        rows = _rows(_ask("QuerySendDetails", **asked))
        if rows:
            return _receipt(rows[0])
    return None


def _rows(said: dict[str, Any]) -> list[dict[str, Any]]:
    found = said.get("SmsSendDetailDTOs")
    rows = found.get("SmsSendDetailDTO") if isinstance(found, dict) else None
    return [row for row in rows if isinstance(row, dict)] if isinstance(rows, list) else []


def _receipt(row: dict[str, Any]) -> Receipt | None:
    status = str(row.get("SendStatus", ""))
    if status == FAILED:
        return Receipt(failed=undelivered(str(row.get("ErrCode", ""))))
    return Receipt(at=_moment(str(row.get("ReceiveDate", "")))) if status == RECEIVED else None


def _moment(said: str) -> datetime | None:
    try:
        return datetime.strptime(said, "%Y-%m-%d %H:%M:%S").replace(tzinfo=CHINA)
    except ValueError:
        return None


def _ask(action: str, **asked: str) -> dict[str, Any]:
    query = "&".join(f"{quote(name, safe='~')}={quote(value, safe='~')}" for name, value in sorted(asked.items()))
    answer = post(f"https://{HOST}/?{query}", b"", _headers(action, query))
    said = answer.said()
    judge(answer, str(said.get("Code", "")), str(said.get("Message", "")))
    return said


def _headers(action: str, query: str) -> dict[str, str]:
    signed = {
        "host": HOST,
        "x-acs-action": action,
        "x-acs-content-sha256": EMPTY,
        "x-acs-date": datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        "x-acs-signature-nonce": uuid.uuid4().hex,
        "x-acs-version": "2017-05-25",
    }
    names = ";".join(signed)
    lines = "".join(f"{name}:{value}\n" for name, value in signed.items())
    request = f"POST\n/\n{query}\n{lines}\n{names}\n{EMPTY}"
    text = f"ACS3-HMAC-SHA256\n{hashlib.sha256(request.encode()).hexdigest()}"
    seal = hmac.new(str(settings.SMS["KEY_SECRET"]).encode(), text.encode(), hashlib.sha256).hexdigest()
    credential = settings.SMS["KEY_ID"]
    return {
        **signed,
        "Authorization": f"ACS3-HMAC-SHA256 Credential={credential},SignedHeaders={names},Signature={seal}",
    }
