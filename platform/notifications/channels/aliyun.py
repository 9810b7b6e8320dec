"""阿里云短信: Dysmsapi 2017-05-25 SendSms, signed by ACS3-HMAC-SHA256."""

import hashlib
import hmac
import json
import uuid
from collections.abc import Mapping
from datetime import UTC, datetime
from urllib.parse import quote

from django.conf import settings

from notifications.channels.gateway import judge
from notifications.channels.post import post

HOST = "dysmsapi.aliyuncs.com"
EMPTY = hashlib.sha256(b"").hexdigest()


def send(phone: str, template: str, variables: Mapping[str, str], key: str) -> str:
    """What the gateway calls it: its BizId."""
    asked = {
        "PhoneNumbers": phone,
        "SignName": str(settings.SMS["SIGN_NAME"]),
        "TemplateCode": template,
        "TemplateParam": json.dumps(variables, ensure_ascii=False),
        "OutId": key[:256],
    }
    query = "&".join(f"{quote(name, safe='~')}={quote(value, safe='~')}" for name, value in sorted(asked.items()))
    answer = post(f"https://{HOST}/?{query}", b"", _headers(query))
    said = answer.said()
    judge(answer, str(said.get("Code", "")), str(said.get("Message", "")))
    return str(said.get("BizId", ""))


def _headers(query: str) -> dict[str, str]:
    signed = {
        "host": HOST,
        "x-acs-action": "SendSms",
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
