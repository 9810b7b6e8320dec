"""Half a gigabyte over a connection that breaks anywhere, and back in the parts that phones ask for; memory stays flat."""

import base64
import hashlib
import http.client
import random
import socket
import time
from pathlib import Path

import httpx
import pytest
from django.conf import settings
from django.urls import reverse

from people.permissions import Role
from tests import make
from tests.live import session_of
from training.models import Media

MB = 2**20
SIZE, PIECE = 500 * MB, 5 * MB
# A server that kept what it is sent would grow by all of it.
MOST_GROWN = 60 * MB
TUS = {"Tus-Resumable": "1.0.0", "Accept": "application/json"}


class Film:
    """A short video with a part behind it that players skip, so that it is exactly SIZE bytes long; no byte is kept."""

    def __init__(self) -> None:
        head, rest = make.video(), SIZE - len(make.video())
        self.head = head + rest.to_bytes(4, "big") + b"free"

    def cut(self, begin: int, end: int) -> bytes:
        return self.head[begin:end].ljust(min(end, SIZE) - begin, b"\7")

    def sha256(self) -> str:
        digest = hashlib.sha256()
        for at in range(0, SIZE, PIECE):
            digest.update(self.cut(at, at + PIECE))
        return digest.hexdigest()


def _memory(pid: int) -> int:
    status = Path(f"/proc/{pid}/status").read_text()
    return int(next(line for line in status.splitlines() if line.startswith("VmRSS")).split()[1]) * 1024


@pytest.fixture
def trainer(live, fresh_factory):
    """Somebody who teaches, and a client that is signed in as them."""
    person = make.person(Role.TRAINER)
    cookies = {settings.SESSION_COOKIE_NAME: session_of(person), settings.CSRF_COOKIE_NAME: "x" * 32}
    headers = {
        "Host": live.host(fresh_factory),
        "X-CSRFToken": "x" * 32,
        "Origin": f"http://{live.host(fresh_factory)}",
    }
    with httpx.Client(base_url=f"http://127.0.0.1:{live.port}", headers=headers, cookies=cookies, timeout=60) as client:
        yield client


def _begin(client: httpx.Client, size: int) -> httpx.Response:
    kind, name = (base64.b64encode(text.encode()).decode() for text in ("video", "大片.mp4"))
    told = {"Upload-Length": str(size), "Upload-Metadata": f"kind {kind},filename {name}"}
    return client.post(reverse("console:uploads"), headers=TUS | told)


def _append(client: httpx.Client, url: str, at: int, content: bytes) -> int:
    told = {"Upload-Offset": str(at), "Content-Type": "application/offset+octet-stream"}
    answer = client.patch(url, content=content, headers=TUS | told)
    assert answer.status_code == 204, answer.text
    return int(answer.headers["Upload-Offset"])


def _break_off(client: httpx.Client, url: str, at: int, content: bytes) -> None:
    """As a phone that goes into a tunnel: the piece is announced, and the line is dead in its middle."""
    line = http.client.HTTPConnection("127.0.0.1", client.base_url.port or 80)
    line.putrequest("PATCH", url, skip_host=True)
    cookies = "; ".join(f"{name}={value}" for name, value in client.cookies.items())
    beside = {"Upload-Offset": str(at), "Content-Type": "application/offset+octet-stream", "Cookie": cookies}
    for name, value in {**dict(client.headers), **TUS, **beside, "Content-Length": str(PIECE)}.items():
        line.putheader(name, value)
    line.endheaders()
    line.send(content)
    line.sock.shutdown(socket.SHUT_RDWR)
    line.close()


def _standing(client: httpx.Client, url: str) -> int:
    return int(client.head(url, headers=TUS).headers["Upload-Offset"])


def _looked_into(media: Media) -> Media:
    end = time.monotonic() + 60
    while not media.is_over and time.monotonic() < end:
        time.sleep(0.2)
        media.refresh_from_db()
    return media


def test_half_a_gigabyte_goes_up_with_breaks_and_comes_back_in_parts(live, trainer):
    film, rng = Film(), random.Random(6)
    refused = _begin(trainer, SIZE + 1)
    assert (refused.status_code, "500 MB" in refused.json()["error"]) == (413, True)
    assert not Media.objects.exists(), "it is refused before the first byte"

    url = _begin(trainer, SIZE).headers["Location"]
    at, breaks, before = 0, {rng.randrange(SIZE // PIECE) for _break in range(3)}, {}
    while at < SIZE:
        if at // PIECE in breaks:
            breaks.discard(at // PIECE)
            _break_off(trainer, url, at, film.cut(at, at + rng.randrange(1, PIECE)))
            assert _standing(trainer, url) == at, "a piece that broke off leaves nothing behind"
        at = _append(trainer, url, at, film.cut(at, at + PIECE))
        if at == 20 * PIECE:
            before = {name: _memory(pid) for name, pid in live.pids.items()}
    media = Media.objects.get()
    media = _looked_into(media)
    assert (media.status, media.sha256) == (Media.Status.READY, film.sha256())

    shown = reverse("media", args=[media.pk])
    seen = 0
    while seen < SIZE:
        part = trainer.get(shown, headers={"Range": f"bytes={seen}-"})
        assert part.headers["Content-Range"].startswith(f"bytes {seen}-")
        assert part.content == film.cut(seen, seen + len(part.content))
        seen += len(part.content) if seen < 20 * MB else 40 * MB
    grown = {name: _memory(pid) - before[name] for name, pid in live.pids.items()}
    assert all(each < MOST_GROWN for each in grown.values()), grown
    media.file.delete()


@pytest.mark.parametrize(
    ("asked", "sent"),
    [
        ("bytes=0-1", slice(0, 2)),  # Safari asks for two bytes first and plays only where it gets these two
        ("bytes=0-{last}", slice(0, None)),
        ("bytes={last}-{last}", slice(-1, None)),
        ("bytes=100-199", slice(100, 200)),
    ],
)
def test_an_iphone_gets_exactly_the_bytes_that_it_asks_for(live, trainer, asked, sent):
    by = make.person(Role.TRAINER)
    media, content = make.media(by=by), make.video()
    answer = trainer.get(
        reverse("media", args=[media.pk]),
        headers={"Range": asked.format(last=len(content) - 1), "Accept-Encoding": "gzip"},
    )
    part = content[sent]
    start = sent.indices(len(content))[0]
    assert answer.status_code == 206
    assert answer.content == part
    assert answer.headers["Content-Length"] == str(len(part))
    assert answer.headers["Content-Range"] == f"bytes {start}-{start + len(part) - 1}/{len(content)}"
    assert (answer.headers["Accept-Ranges"], answer.headers["Content-Type"]) == ("bytes", "video/mp4")
    assert "Content-Encoding" not in answer.headers, "a packed part is no part of the file"
