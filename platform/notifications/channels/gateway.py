"""What the codes of SMS gateways mean: for whom it is to put right, and whether trying again can help.

As their makers list them: Aliyun 国内消息 API 错误码, help.aliyun.com/document_detail/101346.html and 101347.htm; Tencent
短信 API 3.0 发送错误码, cloud.tencent.com/document/api/382/59177, and its common ones, document/api/382/52075. That one code of
Aliyun names three limits only in its words is seen in answers that people published, not in its list. What operators say
of a text that was handed over: Aliyun 回执错误码, below the same address, MOBLLE as it is spelled there. Tencent passes on
their own words, document/product/382/59178; of these the ones of SMPP 3.4, 5.2.28, and 黑名单 are known everywhere.
"""

from datetime import timedelta

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core.post import Answer
from notifications.channels import ChannelError

TAKEN = {"OK", "Ok"}
NUMBER = gettext_lazy("This is not a phone number that gets texts. Correct it.")
BLOCKED = gettext_lazy("This phone wants no texts from here, or its operator blocks them.")
MONEY = gettext_lazy("The SMS account is empty. Pay in, then send again.")
ACCOUNT = gettext_lazy("The account at the gateway may not send like this. Look into its console.")
FULL = gettext_lazy("The account at the gateway reached the limit set in its console. Raise it there, then send again.")
KEYS = gettext_lazy("The gateway does not know the keys of this installation.")
APPROVAL = gettext_lazy("The signature or the text is not approved at the gateway yet.")
WORDS = gettext_lazy("The gateway does not take these words.")
OFTEN = gettext_lazy("This phone got as many texts as the gateway allows for now.")
DAILY = gettext_lazy("This phone got as many texts as the gateway allows in a day.")
BUSY = gettext_lazy("The gateway is busy.")
UNREACHED = gettext_lazy(
    "The phone is off, out of reach, or its number is out of use. Call, or ask for another number."
)
SUSPENDED = gettext_lazy("The phone's account is barred or in arrears, so it gets no texts.")
NO_ROOM = gettext_lazy("The phone could not take it: its memory or its card is full.")
UNCARRIED = gettext_lazy("The phone's operator did not carry it.")
# By what the code begins with; the longest that fits counts.
_PERMANENT = {
    "isv.MOBILE_NUMBER_ILLEGAL": NUMBER,
    "isv.MOBILE_COUNT_OVER_LIMIT": NUMBER,
    "InvalidParameterValue.IncorrectPhoneNumber": NUMBER,
    "isv.BLACK_KEY_CONTROL_LIMIT": WORDS,
    "isv.PARAM_LENGTH_LIMIT": WORDS,
    "isv.TEMPLATE_PARAMS_ILLEGAL": WORDS,
    "isv.TEMPLATE_MISSING_PARAMETERS": WORDS,
    "isv.INVALID_PARAMETERS": WORDS,
    "isv.PARAM_NOT_SUPPORT_URL": WORDS,
    "isv.INVALID_JSON_PARAM": WORDS,
    "isv.SMS_CONTENT": WORDS,
    "isv.UNSUPPORTED_CONTENT": WORDS,
    "InvalidParameterValue.TemplateParameter": WORDS,
    "InvalidParameterValue.ContentLengthLimit": WORDS,
    "InvalidParameterValue.ProhibitedUseUrlInTemplateParameter": WORDS,
    "FailedOperation.ContainSensitiveWord": WORDS,
    "isv.CUSTOMER_REFUSED": BLOCKED,
    "FailedOperation.PhoneNumberInBlacklist": BLOCKED,
    "isv.DENY_IP_RANGE": ACCOUNT,
    "isv.AMOUNT_NOT_ENOUGH": MONEY,
    "isv.OUT_OF_SERVICE": MONEY,
    "FailedOperation.InsufficientBalanceInSmsPackage": MONEY,
    "UnauthorizedOperation.ServiceSuspendDueToArrears": MONEY,
    "isv.ACCOUNT_ABNORMAL": ACCOUNT,
    "isv.SECURITY_FROZEN_ACCOUNT": ACCOUNT,
    "isv.PRODUCT_UN": ACCOUNT,
    "isv.ACCOUNT_NOT_EXISTS": KEYS,
    "isp.RAM_PERMISSION_DENY": ACCOUNT,
    "InvalidAccessKeyId": KEYS,
    "SignatureDoesNotMatch": KEYS,
    "IncompleteSignature": KEYS,
    "Forbidden": KEYS,
    "AuthFailure": KEYS,
    "UnauthorizedOperation": ACCOUNT,
    "InvalidParameterValue.SdkAppIdNotExist": KEYS,
    "isv.SMS_SIGN": APPROVAL,
    "isv.SIGN_": APPROVAL,
    "PORT_NOT_REGISTERED": APPROVAL,
    "isv.SMS_TEMPLATE": APPROVAL,
    "FailedOperation.SignatureIncorrectOrUnapproved": APPROVAL,
    "FailedOperation.TemplateIncorrectOrUnapproved": APPROVAL,
    "FailedOperation.TemplateUnapprovedOrNotExist": APPROVAL,
    "FailedOperation.MissingSignature": APPROVAL,
    "isv.DAY_LIMIT_CONTROL": FULL,
    "isv.MONTH_LIMIT_CONTROL": FULL,
    "isv.BUSINESS_LIMIT_CONTROL:day": DAILY,
    "LimitExceeded.PhoneNumberDailyLimit": DAILY,
    "LimitExceeded.PhoneNumberSameContentDailyLimit": DAILY,
    "LimitExceeded.AppDailyLimit": FULL,
}
_WAITS = {
    "isv.BUSINESS_LIMIT_CONTROL": (OFTEN, timedelta(minutes=1)),
    "isv.BUSINESS_LIMIT_CONTROL:hour": (OFTEN, timedelta(hours=1)),
    "LimitExceeded.PhoneNumberThirtySecondLimit": (OFTEN, timedelta(seconds=30)),
    "LimitExceeded.PhoneNumberOneHourLimit": (OFTEN, timedelta(hours=1)),
    "LimitExceeded.DeliveryFrequencyLimit": (OFTEN, timedelta(minutes=1)),
    "RequestLimitExceeded": (BUSY, timedelta(seconds=5)),
    "Throttling": (BUSY, timedelta(seconds=5)),
    "isp.": (BUSY, None),
    "InternalError": (BUSY, None),
    "ServiceUnavailable": (BUSY, None),
}

_UNDELIVERED = {
    "MOBILE_NOT_ON_SERVICE": UNREACHED,
    "INVALID_NUMBER": UNREACHED,
    "EXPIRED": UNREACHED,
    "UNDELIV": UNREACHED,
    "MOBILE_SEND_LIMIT": OFTEN,
    "MOBILE_ACCOUNT_ABNORMAL": SUSPENDED,
    "MOBILE_IN_BLACK": BLOCKED,
    "USER_REJECT": BLOCKED,
    "MBBLACK": BLOCKED,
    "黑名单": BLOCKED,
    "MOBLLE_TERMINAL_ERROR": NO_ROOM,
    "MOBILE_TERMINAL_ERROR": NO_ROOM,
    "CONTENT_KEYWORD": WORDS,
    "CONTENT_ERROR": WORDS,
    "isv.SMS_CONTENT": WORDS,
    "isv.UNSUPPORTED_CONTENT": WORDS,
}


def undelivered(code: str) -> str:
    """What an operator's code means to whoever reads the record."""
    known = next((known for known in _UNDELIVERED if code.startswith(known)), "")
    return f"{_UNDELIVERED.get(known, UNCARRIED)}（{code[:60]}）" if code else str(UNCARRIED)


def judge(answer: Answer, code: str, said: str) -> None:
    if answer.status < 300 and code in TAKEN:
        return
    detail = f"（{code or f'HTTP {answer.status}'}）"
    known = _fitting(_with_span(code, said))
    if known in _PERMANENT:
        raise ChannelError(f"{_PERMANENT[known]}{detail}", is_permanent=True)
    if known in _WAITS:
        reason, wait = _WAITS[known]
        raise ChannelError(f"{reason}{detail}", wait=wait)
    raise ChannelError(_("The gateway refused it.") + detail)


def _with_span(code: str, said: str) -> str:
    """Aliyun's one code for three limits says only in its words which one it is: 触发天级流控, 触发小时级流控."""
    if code != "isv.BUSINESS_LIMIT_CONTROL":
        return code
    return f"{code}:day" if "天级" in said else f"{code}:hour" if "小时级" in said else code


def _fitting(code: str) -> str:
    return max((known for known in (*_PERMANENT, *_WAITS) if code.startswith(known)), key=len, default="")
