"""What WeCom, DingTalk and Feishu are asked about an app and about who signs in by it, and what their refusals mean.

Each of them says no with a number in a 200, DingTalk with a word in a 400 too:
developer.work.weixin.qq.com/document/path/91023 and /90313, open.dingtalk.com/document/development/obtain-user-token,
open.feishu.cn/document/server-docs/getting-started/server-error-codes.
"""

import json as json_text
from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Any
from urllib.parse import urlencode, urlsplit

from allauth.socialaccount.providers.oauth2.client import OAuth2Error
from django.core.cache import cache
from django.utils.translation import gettext as _

from core.post import Answer, ChannelError, ask
from core.secrets import seal, unseal
from people.models import WorkApp

WECOM = "https://qyapi.weixin.qq.com/cgi-bin"
DINGTALK_TOKEN = "https://api.dingtalk.com/v1.0/oauth2/accessToken"  # noqa: S105
FEISHU_TOKEN = "https://open.feishu.cn/open-apis/auth/v3/app_access_token/internal/"  # noqa: S105
# A token lasts two hours; WeCom closes the door for whoever asks for one at each sign-in.
_KEPT = 6000


class Fault(Enum):
    DOWN = "down"
    CODE = "code"
    KEYS = "keys"
    STRANGER = "stranger"


class VendorError(OAuth2Error):
    """allauth hands it to the adapter's on_authentication_error. number: what the vendor calls it."""

    def __init__(self, fault: Fault, number: str = "") -> None:
        super().__init__(f"{fault.value} {number}")
        self.fault, self.number = fault, number


_FAULTS = {
    # WeCom: used or too old; busy.
    **dict.fromkeys(("40029", "42003", "41008"), Fault.CODE),
    "-1": Fault.DOWN,
    # Feishu: used or too old; left the company.
    **dict.fromkeys(("20002", "20003", "20004", "20065"), Fault.CODE),
    **dict.fromkeys(("20021", "20022", "20023"), Fault.STRANGER),
    # DingTalk.
    **dict.fromkeys(("invalidparameter.authcode.notfound", "invalidauthcode", "authcodeexpired"), Fault.CODE),
}
_OLD_TOKENS = {"40014", "42001"}


@dataclass(frozen=True)
class Reply:
    """As much of a `requests.Response` as allauth's clients look at."""

    answer: Answer

    @property
    def status_code(self) -> int:
        return self.answer.status

    @property
    def content(self) -> bytes:
        return self.answer.body

    def raise_for_status(self) -> None:
        self.json()

    def json(self) -> dict[str, Any]:
        """Refused where the answer is a refusal, whatever its status is."""
        said = self.answer.said()
        number = str(said.get("errcode", said.get("code", 0)))
        if self.answer.status >= 500 or not said:
            raise VendorError(Fault.DOWN, number)
        if number != "0" or self.answer.status >= 400:
            raise VendorError(_FAULTS.get(number.lower(), Fault.KEYS), number)
        return said


class Session:
    """What allauth's clients talk with in the place of `requests`: our one way out, which ends in time."""

    def __enter__(self) -> "Session":
        return self

    def __exit__(self, *_args: Any) -> None:
        pass

    def get(self, url: str, **more: Any) -> Reply:
        return self.request("GET", url, **more)

    def request(
        self,
        method: str,
        url: str,
        params: Mapping[str, str] | None = None,
        data: Mapping[str, Any] | str | None = None,
        json: Mapping[str, Any] | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Reply:
        """Both vendors read JSON only, so what is given as a form goes as JSON too."""
        body = data if isinstance(data, str) else json_text.dumps(data or json) if data or json else ""
        target = f"{url}?{urlencode(params)}" if params else url
        try:
            answer = ask(method, target, body.encode(), {"Content-Type": "application/json", **(headers or {})})
        except ChannelError:
            raise VendorError(Fault.DOWN) from None
        return Reply(answer)


def wecom_user(app: WorkApp, code: str) -> str:
    """The company's own number of whoever brought this code; a code counts once and for five minutes."""
    try:
        said = _wecom("auth/getuserinfo", access_token=_wecom_token(app), code=code)
    except VendorError as error:
        if error.number not in _OLD_TOKENS:
            raise
        said = _wecom("auth/getuserinfo", access_token=_wecom_token(app, is_fresh=True), code=code)
    user = said.get("userid") or said.get("UserId")
    if not user:  # somebody from outside the company has an openid only
        raise VendorError(Fault.STRANGER)
    return str(user).lower()


def trial(app: WorkApp, host: str) -> str:
    """What is wrong with the app's keys, in a sentence; nothing where they are right."""
    asks = {
        WorkApp.Vendor.WECOM: _try_wecom,
        WorkApp.Vendor.DINGTALK: _try_dingtalk,
        WorkApp.Vendor.FEISHU: _try_feishu,
    }
    try:
        return asks[WorkApp.Vendor(app.vendor)](app, host)
    except VendorError as error:
        vendor = WorkApp.Vendor(app.vendor).label
        if error.fault == Fault.DOWN:
            return _("%(vendor)s does not answer. Try again in a minute.") % {"vendor": vendor}
        words = {"vendor": vendor, "number": error.number}
        return _("%(vendor)s refuses it with the number %(number)s.") % words


def _wecom(what: str, **query: str) -> dict[str, Any]:
    return Session().get(f"{WECOM}/{what}", params=query).json()


def _wecom_token(app: WorkApp, *, is_fresh: bool = False) -> str:
    """One for each secret, kept sealed: whoever has it may ask for the company's people."""
    key = f"wecom:{app.pk}:{app.set_at.timestamp()}"
    if not is_fresh and (kept := cache.get(key)):
        return unseal(kept)
    token = str(_wecom("gettoken", corpid=app.app_id, corpsecret=unseal(app.secret)).get("access_token", ""))
    cache.set(key, seal(token), _KEPT)
    return token


def _try_wecom(app: WorkApp, host: str) -> str:
    faults = {
        "40013": _("There is no company with this corp ID. Copy it again under “My company” in WeCom's console."),
        "40001": _("The secret does not belong to this app. Copy it again on the app's page in WeCom's console."),
        **dict.fromkeys(
            ("40056", "40084", "301002", "60011", "48002"),
            _("The AgentId is not the one of this app. It stands on the app's page in WeCom's console."),
        ),
        "60020": _("WeCom lets this server in only if its address stands under the app's trusted IPs. Add it there."),
    }
    try:
        token = _wecom_token(app, is_fresh=True)
        said = _wecom("agent/get", access_token=token, agentid=app.agent_id)
    except VendorError as error:
        if error.number not in faults:
            raise
        return faults[error.number]
    if urlsplit(f"//{said.get('redirect_domain', '')}").netloc.lower() != host.lower():
        words = {"host": host}
        return _("The keys are right, the address is not set: enter %(host)s as the app's trusted domain.") % words
    return ""


def _try_dingtalk(app: WorkApp, _host: str) -> str:
    body = {"appKey": app.app_id, "appSecret": unseal(app.secret)}
    try:
        said = Session().request("POST", DINGTALK_TOKEN, json=body).json()
    except VendorError as error:
        if error.fault == Fault.DOWN:
            raise
        return _("Client ID and client secret do not fit together. Copy both again on the app's page in DingTalk.")
    return "" if said.get("accessToken") else _("DingTalk gives no token for this app. Publish it there first.")


def _try_feishu(app: WorkApp, _host: str) -> str:
    faults = {
        **dict.fromkeys(
            ("10003", "10012", "10013"),
            _("There is no app with this ID. Copy it again on the app's page in Feishu."),
        ),
        **dict.fromkeys(
            ("10014", "10015"),
            _("The secret does not belong to this app. Copy it again on the app's page in Feishu."),
        ),
    }
    body = {"app_id": app.app_id, "app_secret": unseal(app.secret)}
    try:
        Session().request("POST", FEISHU_TOKEN, json=body).json()
    except VendorError as error:
        if error.number not in faults:
            raise
        return faults[error.number]
    return ""
