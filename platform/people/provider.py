"""allauth's providers of DingTalk and Feishu, and one for WeCom, which allauth does not have.

Of what a vendor tells about somebody only the number is kept: name, phone and mail stand in the factory's own list.
"""

from typing import Any
from urllib.parse import urlencode

from allauth.socialaccount.models import SocialToken
from allauth.socialaccount.providers.base import ProviderAccount
from allauth.socialaccount.providers.dingtalk.provider import DingTalkProvider
from allauth.socialaccount.providers.dingtalk.views import DingTalkOAuth2Adapter
from allauth.socialaccount.providers.feishu.provider import FeishuProvider
from allauth.socialaccount.providers.feishu.views import FeishuOAuth2Adapter
from allauth.socialaccount.providers.oauth2.client import OAuth2Client
from allauth.socialaccount.providers.oauth2.provider import OAuth2Provider
from allauth.socialaccount.providers.oauth2.views import OAuth2Adapter
from django.http import HttpRequest

from people.models import WorkApp
from people.vendors import Fault, VendorError, wecom_user


class _Careful:
    """Whatever a vendor answers: what is missing in it is the vendor's fault, and no error of ours."""

    def get_access_token_data(self, *args: Any, **more: Any) -> Any:
        try:
            return super().get_access_token_data(*args, **more)  # type: ignore[misc]
        except (AttributeError, KeyError, TypeError, ValueError):
            raise VendorError(Fault.DOWN) from None

    def complete_login(self, *args: Any, **more: Any) -> Any:
        try:
            return super().complete_login(*args, **more)  # type: ignore[misc]
        except (AttributeError, KeyError, TypeError, ValueError):
            raise VendorError(Fault.DOWN) from None


class _Numbered:
    def extract_extra_data(self, _data: Any) -> dict[str, Any]:
        return {}

    def extract_common_fields(self, _data: Any) -> dict[str, Any]:
        return {}

    def extract_email_addresses(self, _data: Any) -> list[Any]:
        return []


class DingTalkAdapter(_Careful, DingTalkOAuth2Adapter):
    pass


class DingTalk(_Numbered, DingTalkProvider):
    oauth2_adapter_class = DingTalkAdapter


class FeishuAdapter(_Careful, FeishuOAuth2Adapter):
    pass


class Feishu(_Numbered, FeishuProvider):
    oauth2_adapter_class = FeishuAdapter


class WeComClient(OAuth2Client):
    """In WeCom's own browser it asks nothing; anywhere else it shows a code to be scanned with WeCom."""

    def get_redirect_url(self, authorization_url: str, _scope: Any, extra_params: dict[str, str]) -> str:
        facts = {"appid": self.consumer_key, **extra_params, "redirect_uri": self.callback_url, "state": self.state}
        if "wxwork" in self.request.headers.get("User-Agent", "").lower():
            inside = {**facts, "response_type": "code", "scope": "snsapi_base"}
            return f"https://open.weixin.qq.com/connect/oauth2/authorize?{urlencode(inside)}#wechat_redirect"
        return f"{authorization_url}?{urlencode({'login_type': 'CorpApp', **facts})}"

    def get_access_token(self, code: str, pkce_code_verifier: Any = None, extra_data: Any = None) -> dict[str, str]:
        """The token is the app's and stays with us; what comes from the person is the code."""
        return {"access_token": code}


class WeComAdapter(_Careful, OAuth2Adapter):
    provider_id = WorkApp.Vendor.WECOM.value
    authorize_url = "https://login.work.weixin.qq.com/wwlogin/sso/login"
    access_token_url = ""
    client_class = WeComClient

    def complete_login(self, request: HttpRequest, app: Any, token: SocialToken, **_more: Any) -> Any:
        work_app = WorkApp.objects.get(vendor=self.provider_id)
        facts = {"corp": work_app.app_id, "user": wecom_user(work_app, token.token)}
        return self.get_provider().sociallogin_from_response(request, facts)


class WeCom(_Numbered, OAuth2Provider):
    id = WorkApp.Vendor.WECOM.value
    name = "WeCom"
    account_class = ProviderAccount
    oauth2_adapter_class = WeComAdapter

    def extract_uid(self, data: dict[str, str]) -> str:
        """A number counts within its company only: keys of another company open nobody's account."""
        return f"{data['corp']}:{data['user']}"


provider_classes = [WeCom]
