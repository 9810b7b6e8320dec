"""WeCom, DingTalk and Feishu as they let somebody sign in: pages that give a code, a code that counts once, noes in a 200."""

import secrets
from collections.abc import Callable
from dataclasses import dataclass, field
from urllib.parse import parse_qs, urlsplit

from tests.gateways.talk import Reply, Request

CORP, AGENT, APP, SECRET = "ww1f2e3d", "1000002", "app-1f2e3d", "s3cr3t-1f2e3d"


@dataclass
class Company:
    """What a vendor knows: who said yes behind which code, and the tokens it has given."""

    host: str = ""
    codes: dict[str, str] = field(default_factory=dict)
    tokens: dict[str, str] = field(default_factory=dict)

    def say_yes(self, address: str, who: str) -> dict[str, str]:
        """What somebody brings back who says yes on the vendor's page at this address."""
        query = {name: values[0] for name, values in parse_qs(urlsplit(address).query).items()}
        page = address.partition("?")[0]
        back = urlsplit(query["redirect_uri"])
        assert back.netloc == self.host, "the address is not the one that was entered"
        assert query["state"].isalnum() and len(query["state"]) <= 128
        if page == "https://login.work.weixin.qq.com/wwlogin/sso/login":
            assert (query["login_type"], query["appid"], query["agentid"]) == ("CorpApp", CORP, AGENT)
        elif page == "https://open.weixin.qq.com/connect/oauth2/authorize":
            assert (query["appid"], query["scope"], query["response_type"]) == (CORP, "snsapi_base", "code")
            assert query["agentid"] == AGENT and address.endswith("#wechat_redirect")
        elif page == "https://login.dingtalk.com/oauth2/auth":
            assert (query["client_id"], query["response_type"], query["prompt"]) == (APP, "code", "consent")
            assert "openid" in query["scope"].split()
        else:
            assert page == "https://open.feishu.cn/open-apis/authen/v1/index" and query["app_id"] == APP
        code = secrets.token_hex(8)
        self.codes[code] = who
        return {"authCode" if "dingtalk" in page else "code": code, "state": query["state"]}

    def token(self, who: str) -> str:
        token = secrets.token_hex(8)
        self.tokens[token] = who
        return token


def _server(**desks: Callable[[Request, Company], Reply]) -> Callable[[Company], Callable[[Request], Reply]]:
    """Each by the last part of its path."""

    def of(company: Company) -> Callable[[Request], Reply]:
        return lambda request: desks[request.path.rstrip("/").rpartition("/")[2]](request, company)

    return of


def _no(number: int | str, text: str, status: int = 200) -> Reply:
    return Reply({"errcode" if isinstance(number, int) else "code": number, "errmsg": text}, status)


def _wecom_token(request: Request, company: Company) -> Reply:
    if request.query["corpid"] != CORP:
        return _no(40013, "invalid corpid")
    if request.query["corpsecret"] != SECRET:
        return _no(40001, "invalid credential")
    return Reply({"errcode": 0, "errmsg": "ok", "access_token": company.token("app"), "expires_in": 7200})


def _wecom_agent(request: Request, company: Company) -> Reply:
    if company.tokens.get(request.query["access_token"]) != "app":
        return _no(40014, "invalid access_token")
    if request.query["agentid"] != AGENT:
        return _no(301002, "not allow operate another agent with this accesstoken")
    return Reply({"errcode": 0, "errmsg": "ok", "agentid": int(AGENT), "redirect_domain": company.host})


def _wecom_user(request: Request, company: Company) -> Reply:
    if company.tokens.get(request.query["access_token"]) != "app":
        return _no(40014, "invalid access_token")
    who = company.codes.pop(request.query["code"], None)
    if who is None:
        return _no(40029, "invalid oauth_code")
    return Reply({"errcode": 0, "errmsg": "ok", **({"openid": "oABC"} if who == "stranger" else {"userid": who})})


def _dingtalk_app(request: Request, company: Company) -> Reply:
    if (request.json["appKey"], request.json["appSecret"]) != (APP, SECRET):
        return _no("invalidClientIdOrSecret", "无效的clientId或者clientSecret", 400)
    return Reply({"accessToken": company.token("app"), "expireIn": 7200})


def _dingtalk_token(request: Request, company: Company) -> Reply:
    body = request.json
    assert body["grantType"] == "authorization_code"
    if (body["clientId"], body["clientSecret"]) != (APP, SECRET):
        return _no("invalidClientIdOrSecret", "无效的clientId或者clientSecret", 400)
    who = company.codes.pop(body["code"], None)
    if who is None:
        return _no("invalidParameter.authCode.notFound", "不合法的临时授权码", 400)
    return Reply({"accessToken": company.token(who), "refreshToken": "r", "expireIn": 7200, "corpId": "ding1"})


def _dingtalk_me(request: Request, company: Company) -> Reply:
    who = company.tokens.get(request.headers["x-acs-dingtalk-access-token"])
    if who is None:
        return _no("InvalidAuthentication", "不合法的access_token", 401)
    return Reply({"nick": "王", "openId": who, "unionId": f"u-{who}", "mobile": "13900000000"})


def _feishu_app(request: Request, company: Company) -> Reply:
    assert request.headers["content-type"].startswith("application/json")
    if request.json["app_id"] != APP:
        return Reply({"code": 10003, "msg": "invalid param"})
    if request.json["app_secret"] != SECRET:
        return Reply({"code": 10014, "msg": "app secret invalid"})
    return Reply({"code": 0, "msg": "ok", "app_access_token": company.token("app"), "expire": 7200})


def _feishu_token(request: Request, company: Company) -> Reply:
    body = request.json
    assert body["grant_type"] == "authorization_code"
    if company.tokens.get(body["app_access_token"]) != "app":
        return Reply({"code": 20014, "msg": "The app access token passed is invalid."})
    who = company.codes.pop(body["code"], None)
    if who is None:
        return Reply({"code": 20003, "msg": "The authorization code is invalid or was used."})
    return Reply({"code": 0, "msg": "success", "data": {"access_token": company.token(who), "expires_in": 6900}})


def _feishu_me(request: Request, company: Company) -> Reply:
    who = company.tokens.get(request.headers["authorization"].removeprefix("Bearer "))
    if who is None:
        return Reply({"code": 20005, "msg": "The user access token passed is invalid."})
    return Reply({"code": 0, "msg": "success", "data": {"open_id": who, "name": "王", "mobile": "+86139"}})


wecom = _server(gettoken=_wecom_token, get=_wecom_agent, getuserinfo=_wecom_user)
dingtalk = _server(accessToken=_dingtalk_app, userAccessToken=_dingtalk_token, me=_dingtalk_me)
feishu = _server(internal=_feishu_app, access_token=_feishu_token, user_info=_feishu_me)
SERVERS = {"wecom": wecom, "dingtalk": dingtalk, "feishu": feishu}
HOSTS = {"wecom": "qyapi.weixin.qq.com", "dingtalk": "api.dingtalk.com", "feishu": "open.feishu.cn"}
KEYS = {
    "wecom": {"app_id": CORP, "agent_id": AGENT, "secret": SECRET},
    "dingtalk": {"app_id": APP, "secret": SECRET},
    "feishu": {"app_id": APP, "secret": SECRET},
}
