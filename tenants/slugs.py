"""The short name of a factory, which is the first label of its host: what may be one, and what only looks like another."""

import re

from django.conf import settings
from django.utils.translation import gettext as _

from tenants.models import Domain

LONGEST = 30
RESERVED = frozenset(
    [
        "www",
        "wwww",
        "web",
        "m",
        "app",
        "apps",
        "api",
        "admin",
        "administrator",
        "root",
        "sysadmin",
        "system",
        "operator",
        "operators",
        "support",
        "help",
        "service",
        "status",
        "security",
        "secure",
        "abuse",
        "postmaster",
        "hostmaster",
        "webmaster",
        "noreply",
        "info",
        "contact",
        "mail",
        "email",
        "webmail",
        "smtp",
        "imap",
        "pop",
        "mx",
        "ns",
        "dns",
        "ftp",
        "ssh",
        "vpn",
        "ssl",
        "cdn",
        "static",
        "assets",
        "media",
        "files",
        "images",
        "img",
        "public",
        "private",
        "internal",
        "localhost",
        "local",
        "test",
        "dev",
        "staging",
        "beta",
        "preview",
        "template",
        "docs",
        "blog",
        "news",
        "forum",
        "community",
        "login",
        "logout",
        "signin",
        "signup",
        "register",
        "account",
        "accounts",
        "auth",
        "oauth",
        "sso",
        "password",
        "billing",
        "pay",
        "payment",
        "payments",
        "invoice",
        "stripe",
        "alipay",
        "wechat",
        "weixin",
        "wecom",
        "dingtalk",
        "feishu",
        "console",
        "desk",
        "market",
        "start",
        "welcome",
        "find",
        "pricing",
        "terms",
        "privacy",
        "legal",
        "ws",
        "websocket",
        "demo-admin",
        "anhuan",
        "gov",
        "police",
    ]
)
BRAND = "anhuan"
# Signs that pass for one another on a poster or in a hurry.
_ALIKE = str.maketrans(
    {"0": "o", "1": "l", "i": "l", "2": "z", "3": "e", "4": "a", "5": "s", "7": "t", "8": "b", "-": ""}
)


class SlugRefused(ValueError):
    """The wished short name cannot be had; the text says why."""


def check_slug(slug: str) -> str:
    """A host label of 3 to 30 lower-case letters, digits and inner hyphens that means nothing else here."""
    check_shape(slug)
    if Domain.objects.filter(look=look_of(slug)).exists():
        raise taken(slug)
    return slug


def check_shape(slug: str) -> None:
    """What can be said without asking who is here already."""
    if not re.fullmatch(r"[a-z][a-z0-9-]{1,28}[a-z0-9]", slug) or "--" in slug:
        raise SlugRefused(_("Use 3 to 30 lower-case letters, digits or hyphens, beginning with a letter."))
    look = look_of(slug)
    if look in _RESERVED_LOOKS or BRAND in look:
        raise SlugRefused(_("“%(slug)s” is reserved. Choose another short name.") % {"slug": slug})


def look_of(slug: str) -> str:
    """Names of the same look are one name: whoever reads them could take one for the other."""
    return slug.translate(_ALIKE).replace("rn", "m").replace("vv", "w")


_RESERVED_LOOKS = frozenset(map(look_of, RESERVED))


def taken(slug: str) -> SlugRefused:
    return SlugRefused(_("“%(slug)s” is taken. Choose another short name.") % {"slug": slug})


def host_of(slug: str) -> str:
    return f"{slug}.{settings.BASE_DOMAIN}"
