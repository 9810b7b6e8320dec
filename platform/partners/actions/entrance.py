"""The code by text message with which a contractor's worker signs in, also before there is an account."""

import uuid
from datetime import timedelta

from django.core.cache import cache
from django.utils import translation
from django.utils.crypto import constant_time_compare, get_random_string, salted_hmac
from django.utils.translation import gettext as _

from core.errors import DomainError
from core.limits import allow
from people.models import User
from people.phones import normal_phone
from tenants import due

LASTS = timedelta(minutes=5)
DIGITS, TRIES = 6, 5
# To one number, and from all gates of a factory: whoever types foreign numbers makes nobody's phone ring for long.
PER_PHONE, OF_FACTORY = (3, timedelta(minutes=10)), (300, timedelta(hours=1))


def send_code(phone: str, *, language: str) -> str:
    """Returns the number as it is written here."""
    phone = normal_phone(phone)
    allow("crew_code", phone, most=PER_PHONE[0], within=PER_PHONE[1])
    allow("crew_codes", "all", most=OF_FACTORY[0], within=OF_FACTORY[1])
    code = get_random_string(DIGITS, "0123456789")
    cache.set(_key(phone), {"mark": _mark(phone, code)}, LASTS.total_seconds())
    words = {"code": code, "minutes": int(LASTS.total_seconds() // 60)}
    with translation.override(language):
        text = _("Your sign-in code is %(code)s, good for %(minutes)d minutes. Tell it to nobody.") % words
    due.now("notifications.send_sms", phone=phone, text=text, key=f"code:{uuid.uuid4()}")
    return phone


def check_code(phone: str, code: str) -> User | None:
    """Whose number it is, or nobody's yet; the code is used up by it."""
    allow("crew_code_try", phone, most=TRIES, within=LASTS)
    known = cache.get(_key(phone))
    typed = _mark(phone, "".join(code.split())[:20])
    if not known or not constant_time_compare(known["mark"], typed):
        raise DomainError(_("That is not the code. Look at the newest text message."))
    cache.delete(_key(phone))
    user = User.objects.filter(phone=phone).first()
    if user and not user.is_active:
        raise DomainError(_("This account is closed. Ask the safety officer."))
    if user and not (user.can("partners.crew") or user.can("partners.papers")):
        raise DomainError(_("This number belongs to somebody of the factory. Sign in on your usual page."))
    return user


def _key(phone: str) -> str:
    return f"crew_code:{salted_hmac('crew_code', phone).hexdigest()[:32]}"


def _mark(phone: str, code: str) -> str:
    return salted_hmac("crew_code.mark", f"{phone}:{code}", algorithm="sha256").hexdigest()
