"""E-mail through the server of the installation (EMAIL_URL)."""

import smtplib
from email.headerregistry import Address

from django.conf import settings
from django.core.mail import EmailMessage, get_connection
from django.utils.translation import gettext as _

from notifications.channels import ChannelError, NoAnswer, cut_words, link_of, without_calls
from notifications.models import Message
from tenants.current import current_schema, factory_if_any

SECONDS = 5
SUBJECT = 70


def is_set_up() -> bool:
    return bool(settings.EMAIL_HOST)


def send(message: Message) -> str:
    if not is_set_up():
        raise ChannelError(_("No e-mail server is set up for this installation."), is_permanent=True)
    mail = _written(message)
    try:
        mail.send()
    except smtplib.SMTPRecipientsRefused as error:
        code, said = next(iter(error.recipients.values()), (550, b""))
        raise _refused(code, said) from None
    except smtplib.SMTPAuthenticationError as error:
        raise ChannelError(
            _("The e-mail server does not take the password of this installation.") + f"（{error.smtp_code}）",
            is_permanent=True,
        ) from None
    except smtplib.SMTPResponseException as error:
        raise _refused(error.smtp_code, error.smtp_error) from None
    except (smtplib.SMTPException, OSError) as error:
        raise NoAnswer(
            _("The e-mail server cannot be reached: %(error)s.") % {"error": str(error)[:120] or type(error).__name__}
        ) from None
    return str(mail.extra_headers["Message-ID"])


def _written(message: Message) -> EmailMessage:
    """One subject line; the same Message-ID for each try, so that a reader's program shows a repeat once."""
    text = without_calls(message.text)
    factory = factory_if_any()
    sender = Address(factory.name if factory else _("Anhuan"), addr_spec=settings.DEFAULT_FROM_EMAIL)
    host = settings.DEFAULT_FROM_EMAIL.partition("@")[2]
    return EmailMessage(
        cut_words(" ".join(text.split()), SUBJECT),
        "\n\n".join(filter(None, (text, link_of(message)))),
        str(sender),
        [message.address],
        headers={"Message-ID": f"<{current_schema()}.{message.pk or message.key}@{host}>"},
        connection=get_connection(timeout=SECONDS),
    )


def _refused(code: int, said: bytes | str) -> ChannelError:
    """5xx is for good, 4xx for now."""
    words = said.decode(errors="replace") if isinstance(said, bytes) else said
    detail = f"（{code} {words[:100]}）"
    if 500 <= code < 600:
        return ChannelError(_("The e-mail server refuses this address or this e-mail.") + detail, is_permanent=True)
    return ChannelError(_("The e-mail server does not take it now.") + detail)
