"""SMS through the gateway of the installation. Every text is one of three that the gateway approved beforehand: a sign-in
code, a notice, a notice with a link; what is said goes into its variables, which are short.
"""

import re
from urllib.parse import urlsplit

from django.conf import settings
from django.utils.translation import gettext as _

from core.links import on_bare_host
from notifications.channels import ChannelError, Receipt, aliyun, cut_words, tencent
from notifications.models import Message

PROVIDERS = {"aliyun": aliyun, "tencent": tencent}
# Gateways refuse whatever is outside the Basic Multilingual Plane, such as emoji, and the brackets of a signature.
_REFUSED = re.compile(r"[\U00010000-\U0010ffff\ufe0f\u200d【】\x00-\x1f]+")
_LINK = re.compile(r"\s*https?://\S+$")
_CODE = re.compile(r"\b\d{6}\b")


def is_set_up() -> bool:
    return settings.SMS["PROVIDER"] in PROVIDERS and all(
        settings.SMS[name] for name in ("KEY_ID", "KEY_SECRET", "SIGN_NAME")
    )


def send(message: Message) -> str:
    if not is_set_up():
        raise ChannelError(_("No SMS gateway is set up for this installation."), is_permanent=True)
    template, variables = _filled_in(message)
    return PROVIDERS[settings.SMS["PROVIDER"]].send(message.address, template, variables, message.key)


def receipt(message: Message) -> Receipt | None:
    """What became of it, as far as the gateway knows yet."""
    if not is_set_up() or message.sent_at is None:
        raise ChannelError(_("No SMS gateway is set up for this installation."), is_permanent=True)
    return PROVIDERS[settings.SMS["PROVIDER"]].receipt(message.address, message.provider_id, message.sent_at)


def _filled_in(message: Message) -> tuple[str, dict[str, str]]:
    """The approved text that fits, and what is said in it. A page that asks who it is anyhow is told without its link."""
    link, code = _LINK.search(message.text), _CODE.search(message.text)
    if message.key.startswith("code:") and code:
        return _template("CODE_TEMPLATE"), {"code": code.group()}
    text = plain(message.text[: link.start()] if link else message.text)
    short = on_bare_host(urlsplit(link.group().strip()).path[1:]) if link else ""
    if not short or len(short) > settings.SMS_VARIABLE_LENGTH:
        return _template("NOTICE_TEMPLATE"), {"text": text}
    return _template("LINK_TEMPLATE"), {"text": text, "link": short}


def _template(name: str) -> str:
    found = settings.SMS[name]
    if not found:
        raise ChannelError(
            _("No approved text for this kind of SMS is set up (SMS_%(name)s).") % {"name": name}, is_permanent=True
        )
    return found


def plain(text: str) -> str:
    """Only what a gateway takes, as long as a variable may be."""
    return cut_words(_REFUSED.sub(" ", text).strip(), settings.SMS_VARIABLE_LENGTH)
