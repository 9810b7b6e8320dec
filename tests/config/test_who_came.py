"""The server writes down nowhere which address asked for what: at a label people report without a name."""

import httpx

from tests.live import session_of
from tests.make import person


def test_a_request_leaves_no_address_in_the_log(live):
    answer = httpx.get(f"http://127.0.0.1:{live.port}/tip/?who=nobody", headers={"Host": "localhost"})
    assert answer.status_code < 500
    lines = (live.logs / "web.log").read_text().splitlines()
    assert not [line for line in lines if "/tip/" in line and "127.0.0.1" in line]


def test_neither_does_an_open_page(live, fresh_factory):
    with live.feed(fresh_factory, session_of(person())):
        pass
    assert "127.0.0.1" not in (live.logs / "web.log").read_text().replace("listens on 127.0.0.1", "")
