"""E-mail through the installation's server."""

from email import message_from_string
from email.header import decode_header, make_header

import pytest

from notifications import sending
from notifications.models import Message
from tests import gateways


@pytest.fixture(autouse=True)
def no_demo(settings):
    settings.DEMO = False
    gateways.forget_silence()


@pytest.fixture
def box(settings):
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_USE_TLS = settings.EMAIL_USE_SSL = False
    settings.DEFAULT_FROM_EMAIL = "anhuan@example.com"
    with gateways.mail_server() as box:
        settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", box.port
        yield box


def _send(text: str = "🔥2号冲压机冒烟", address: str = "wang@example.com") -> Message:
    message = sending.queue(Message.Channel.EMAIL, address, text, key=f"k:{address}", url="/go/x/1/")
    sending.send(message.pk)
    message.refresh_from_db()
    return message


def test_it_arrives_with_a_subject_the_factorys_name_and_a_link(factory, box):
    assert _send().status == Message.Status.SENT
    ((to, raw),) = box.letters
    letter = message_from_string(raw)
    assert to == "wang@example.com"
    assert str(make_header(decode_header(letter["Subject"]))) == "🔥2号冲压机冒烟"
    assert "一厂" in str(make_header(decode_header(letter["From"])))
    assert "/go/x/1/" in letter.get_payload(decode=True).decode()


def test_lines_in_the_text_make_no_headers(factory, box):
    assert _send("冒烟\r\nBcc: everybody@example.com\r\n\r\nx").status == Message.Status.SENT
    assert "Bcc" not in message_from_string(box.letters[0][1])


@pytest.mark.parametrize(("said", "stands"), [("550 no such user", "failed"), ("451 try later", "waiting")])
def test_five_is_for_good_and_four_is_for_now(factory, box, said, stands):
    box.refuse["gone@example.com"] = said
    message = _send(address="gone@example.com")
    assert message.status == stands
    assert said[:3] in message.reason


def test_a_server_that_is_not_there_is_tried_again(factory, box, settings):
    settings.EMAIL_PORT = 1
    message = _send()
    assert (message.status, message.attempts) == (Message.Status.WAITING, 1)


def test_without_a_server_it_says_so(factory, settings):
    settings.EMAIL_HOST = ""
    assert _send().status == Message.Status.FAILED
