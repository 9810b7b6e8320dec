"""The socket of the bare host: it tells a browser of its own sign-up, and is not there for anybody else."""

import json
import secrets
import socket

import pytest
from django.conf import settings
from django.utils import timezone
from websockets.exceptions import InvalidStatus
from websockets.sync.client import ClientConnection, connect

from realtime.push import push_to_visitor
from signups.actions import hash_of
from signups.models import Proof, SignUp

PATH = "/ws/sign-up/"


@pytest.fixture
def two(live, fresh_factory):
    """Tokens of two browsers that wait, and the numbers of their sign-ups."""
    made = [_waiting() for _number in range(2)]
    yield made
    for _token, row in made:
        row.delete()
        row.proof.delete()


def _waiting() -> tuple[str, SignUp]:
    token, now = secrets.token_urlsafe(32), timezone.now()
    facts = {"way": "phone", "address": "13900000000", "language": "zh-hans", "code_mark": "", "expires_at": now}
    identity = secrets.token_hex(32)
    proof = Proof.objects.create(
        token_hash=hash_of(token), purpose="sign_up", identity=identity, confirmed_at=now, **facts
    )
    slug = f"w{secrets.token_hex(6)}"
    row = SignUp.objects.create(
        proof=proof, identity=identity, pack="coating", name="厂", slug=slug, look=slug, size="50", person="刘洋"
    )
    return token, row


def opened(live, token: str, *, host: str = "", origin: str = "") -> ClientConnection:
    host = host or f"{settings.BASE_DOMAIN}:{live.port}"
    line = socket.create_connection(("127.0.0.1", live.port))
    cookie = {"Cookie": f"sign_up={token}"} if token else {}
    return connect(
        f"ws://{host}{PATH}", sock=line, origin=origin or f"http://{host}", additional_headers=cookie, open_timeout=10
    )


def hears(line: ClientConnection) -> str:
    """What comes before the answer to a question of our own."""
    line.send(json.dumps({"alive": True}))
    said = []
    while '"alive"' not in (text := line.recv(timeout=10)):
        said.append(text)
    return "".join(said)


def test_each_hears_of_its_own_only(live, two):
    (mine, row), (theirs, _other) = two
    with opened(live, mine) as own, opened(live, theirs) as foreign:
        hears(own), hears(foreign)
        push_to_visitor(row.pk)
        assert '"sign_up"' in own.recv(timeout=10)
        assert hears(foreign) == ""


@pytest.mark.parametrize("token", ["", "x" * 43])
def test_it_is_closed_to_whoever_waits_for_nothing(live, two, token):
    with pytest.raises(InvalidStatus):
        opened(live, token)


def test_it_is_closed_to_pages_of_other_hosts_and_stands_at_no_factory(live, two, fresh_factory):
    (mine, _row), _theirs = two
    with pytest.raises(InvalidStatus):
        opened(live, mine, origin="http://evil.example")
    with pytest.raises(InvalidStatus):
        opened(live, mine, host=live.host(fresh_factory))


def test_the_feed_of_a_factory_is_not_at_the_bare_host(live, two):
    with pytest.raises(InvalidStatus):
        live.socket(f"{settings.BASE_DOMAIN}:{live.port}", "anything")
