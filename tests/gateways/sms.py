"""Gateways of text messages: signatures computed anew, limits, and receipts that come when the test says so."""

import hashlib
import hmac
import json
import re
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta, timezone
from typing import Any
from urllib.parse import quote

from tests.gateways.talk import Reply, Request

CHINA = timezone(timedelta(hours=8))


@dataclass
class Operator:
    """What the phones' operators said so far: by phone, when a text arrived or the code of why not. sent: by phone, in order."""

    said: dict[str, datetime | str] = field(default_factory=dict)
    sent: dict[str, list[tuple[str, datetime]]] = field(default_factory=dict)

    def take(self, phone: str, number: str) -> str:
        self.sent.setdefault(phone, []).append((number, datetime.now(CHINA)))
        return number


def aliyun(key_id: str, secret: str, operator: Operator | None = None) -> Callable[[Request], Reply]:
    operator = operator or Operator()

    def answer(request: Request) -> Reply:
        head = request.headers
        found = re.fullmatch(
            r"ACS3-HMAC-SHA256 Credential=(.+),SignedHeaders=(.+),Signature=(\w+)", head["authorization"]
        )
        if not found or found[1] != key_id:
            return Reply({"Code": "InvalidAccessKeyId.NotFound", "Message": "Specified access key is not found."}, 404)
        names = found[2].split(";")
        assert {"host", "x-acs-action", "x-acs-content-sha256", "x-acs-date", "x-acs-signature-nonce"} <= set(names)
        assert names == sorted(names)
        query = "&".join(
            f"{quote(name, safe='-_.~')}={quote(value, safe='-_.~')}" for name, value in sorted(request.query.items())
        )
        body = hashlib.sha256(request.body).hexdigest()
        lines = "".join(f"{name}:{head[name].strip()}\n" for name in names)
        canonical = f"{request.method}\n{request.path}\n{query}\n{lines}\n{found[2]}\n{body}"
        text = f"ACS3-HMAC-SHA256\n{hashlib.sha256(canonical.encode()).hexdigest()}"
        if head["host"] != "dysmsapi.aliyuncs.com" or head["x-acs-content-sha256"] != body:
            return Reply({"Code": "InvalidParameter", "Message": "host or body"}, 400)
        if hmac.new(secret.encode(), text.encode(), hashlib.sha256).hexdigest() != found[3]:
            return Reply({"Code": "SignatureDoesNotMatch", "Message": "Specified signature is not matched."}, 400)
        assert head["x-acs-version"] == "2017-05-25"
        acts = {"SendSms": _aliyun_takes, "QuerySendDetails": _aliyun_tells}
        return acts[head["x-acs-action"]](request.query, operator)

    return answer


def _aliyun_takes(query: dict[str, str], operator: Operator) -> Reply:
    if not re.fullmatch(r"1[3-9]\d{9}", query["PhoneNumbers"]):
        return Reply({"Code": "isv.MOBILE_NUMBER_ILLEGAL", "Message": "号码非法", "RequestId": "R"})
    variables = json.loads(query["TemplateParam"])
    if any(len(value) > 35 for value in variables.values()):
        return Reply({"Code": "isv.PARAM_LENGTH_LIMIT", "Message": "参数超过长度限制", "RequestId": "R"})
    if any(ord(sign) > 0xFFFF for value in variables.values() for sign in value):
        return Reply({"Code": "isv.TEMPLATE_PARAMS_ILLEGAL", "Message": "参数不合法", "RequestId": "R"})
    number = operator.take(query["PhoneNumbers"], "9006195^0")
    return Reply({"Code": "OK", "Message": "OK", "BizId": number, "RequestId": "R"})


def _aliyun_tells(query: dict[str, str], operator: Operator) -> Reply:
    assert set(query) == {"PhoneNumber", "BizId", "SendDate", "PageSize", "CurrentPage"}
    assert 1 <= int(query["PageSize"]) <= 50 and int(query["CurrentPage"]) >= 1
    phone, rows = query["PhoneNumber"], []
    for number, moment in operator.sent.get(phone, []):
        if number == query["BizId"] and f"{moment:%Y%m%d}" == query["SendDate"]:
            rows.append(_aliyun_row(phone, moment, operator.said.get(phone)))
    found = {"SmsSendDetailDTOs": {"SmsSendDetailDTO": rows[:1]}, "TotalCount": str(len(rows[:1]))}
    return Reply({"Code": "OK", "Message": "OK", "RequestId": "R", **found})


def _aliyun_row(phone: str, sent: datetime, said: datetime | str | None) -> dict[str, Any]:
    row = {"PhoneNum": phone, "SendDate": f"{sent:%Y-%m-%d %H:%M:%S}", "SendStatus": 1, "ErrCode": "REQUEST_SUCCESS"}
    if isinstance(said, datetime):
        arrived = f"{said.astimezone(CHINA):%Y-%m-%d %H:%M:%S}"
        row |= {"SendStatus": 3, "ErrCode": "DELIVERED", "ReceiveDate": arrived}
    elif said:
        row |= {"SendStatus": 2, "ErrCode": said}
    return row


def tencent(key_id: str, secret: str, operator: Operator | None = None) -> Callable[[Request], Reply]:
    operator = operator or Operator()

    def answer(request: Request) -> Reply:
        head, stamp = request.headers, int(request.headers["x-tc-timestamp"])
        day = time.strftime("%Y-%m-%d", time.gmtime(stamp))
        scope, names = f"{day}/sms/tc3_request", "content-type;host;x-tc-action"
        lines = "".join(f"{name}:{head[name].lower()}\n" for name in names.split(";"))
        canonical = f"POST\n/\n\n{lines}\n{names}\n{hashlib.sha256(request.body).hexdigest()}"
        text = f"TC3-HMAC-SHA256\n{stamp}\n{scope}\n{hashlib.sha256(canonical.encode()).hexdigest()}"
        key = f"TC3{secret}".encode()
        for part in scope.split("/"):
            key = hmac.new(key, part.encode(), hashlib.sha256).digest()
        seal = hmac.new(key, text.encode(), hashlib.sha256).hexdigest()
        wanted = f"TC3-HMAC-SHA256 Credential={key_id}/{scope}, SignedHeaders={names}, Signature={seal}"
        if head["authorization"] != wanted or abs(time.time() - stamp) > 300:
            said = "The provided credentials could not be validated"
            error = {"Code": "AuthFailure.SignatureFailure", "Message": said}
            return Reply({"Response": {"Error": error, "RequestId": "R"}})
        assert (head["x-tc-version"], head["host"]) == ("2021-01-11", "sms.tencentcloudapi.com")
        acts = {"SendSms": _tencent_takes, "PullSmsSendStatusByPhoneNumber": _tencent_tells}
        return Reply({"Response": acts[head["x-tc-action"]](request.json, operator) | {"RequestId": "R"}})

    return answer


def _tencent_takes(asked: dict[str, Any], operator: Operator) -> dict[str, Any]:
    phone = asked["PhoneNumberSet"][0]
    number, code = "", "InvalidParameterValue.IncorrectPhoneNumber"
    if re.fullmatch(r"\+861[3-9]\d{9}", phone):
        number, code = operator.take(phone.removeprefix("+86"), "5000:1045710669"), "Ok"
    return {"SendStatusSet": [{"SerialNo": number, "Code": code, "Message": "send success", "Fee": 1}]}


def _tencent_tells(asked: dict[str, Any], operator: Operator) -> dict[str, Any]:
    """All that the phone got in the window, not only what is asked about; nothing while the operator is silent."""
    assert set(asked) == {"SmsSdkAppId", "PhoneNumber", "BeginTime", "EndTime", "Offset", "Limit"}
    assert asked["Offset"] == 0 and 1 <= asked["Limit"] <= 100
    phone = asked["PhoneNumber"].removeprefix("+86")
    said, rows = operator.said.get(phone), []
    for number, moment in operator.sent.get(phone, []):
        if said and asked["BeginTime"] <= moment.timestamp() <= asked["EndTime"]:
            rows.append(_tencent_row(phone, number, said))
    return {"PullSmsSendStatusSet": [_tencent_row(phone, "5000:1", "UNDELIV"), *rows] if said else []}


def _tencent_row(phone: str, number: str, said: datetime | str) -> dict[str, Any]:
    is_there = isinstance(said, datetime)
    return {
        "CountryCode": "86",
        "SubscriberNumber": phone,
        "PhoneNumber": f"+86{phone}",
        "SerialNo": number,
        "ReportStatus": "SUCCESS" if is_there else "FAIL",
        "UserReceiveTime": int(said.timestamp()) if isinstance(said, datetime) else 0,
        "Description": "DELIVRD" if is_there else said,
        "SessionContext": "",
    }
