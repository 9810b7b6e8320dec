"""The server writes down nowhere which address asked for what: at a label people report without a name."""

import json
import re

import httpx
from django.conf import settings

from config.serve import web


def test_a_request_leaves_no_address_in_the_log(live):
    answer = httpx.get(f"http://127.0.0.1:{live.port}/tip/?who=nobody", headers={"Host": "localhost"})
    assert answer.status_code < 500
    lines = (live.logs / "web.log").read_text().splitlines()
    assert not [line for line in lines if "/tip/" in line and "127.0.0.1" in line]


def test_the_image_starts_the_server_in_the_same_way():
    command = re.search(r"^CMD (.+)$", (settings.ROOT / "Dockerfile").read_text(), re.MULTILINE)
    assert command and json.loads(command[1]) == web("0.0.0.0", 8000)  # noqa: S104
