"""Gateways on the loopback that ask for what the vendors' own do: signatures computed anew, limits, error codes."""

import base64
import contextlib
import hashlib
import hmac
import json
import re
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from django.core.cache import cache

from tenants.current import in_public
from tests.gateways.sms import aliyun as aliyun
from tests.gateways.sms import tencent as tencent
from tests.gateways.talk import Reply as Reply
from tests.gateways.talk import Request as Request

KEY, TOKEN, HOOK, SECRET = "693a91f6-7xxx", "d9ab1c", "1f2e3d4c", "SECe1f2"
WECOM = f"https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key={KEY}"
DINGTALK = f"https://oapi.dingtalk.com/robot/send?access_token={TOKEN}"
FEISHU = f"https://open.feishu.cn/open-apis/bot/v2/hook/{HOOK}"


@dataclass
class Gateway:
    """Answers as its vendor would; `force` puts other answers first, `seconds` makes it slow."""

    vendor: Callable[[Request], Reply]
    url: str = ""
    seconds: float = 0
    requests: list[Request] = field(default_factory=list)
    taken: list[Request] = field(default_factory=list)
    forced: list[Reply] = field(default_factory=list)

    def force(self, *replies: Reply) -> None:
        self.forced.extend(replies)

    def answer(self, request: Request) -> Reply:
        self.requests.append(request)
        time.sleep(self.seconds)
        if self.forced:
            return self.forced.pop(0)
        reply = self.vendor(request)
        if reply.status < 300 and _number(reply.body) in (0, "OK", "Ok", None):
            self.taken.append(request)
        return reply


def _number(body: Any) -> Any:
    if not isinstance(body, dict):
        return None
    statuses = body.get("Response", {}).get("SendStatusSet", [{}])
    return body.get("errcode", body.get("code", body.get("Code", statuses[0].get("Code"))))


@contextmanager
def running(vendor: Callable[[Request], Reply]) -> Iterator[Gateway]:
    gateway = Gateway(vendor)

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            parts = urlsplit(self.path)
            headers = {name.lower(): value for name, value in self.headers.items()}
            query = dict(parse_qsl(parts.query, keep_blank_values=True))
            reply = gateway.answer(Request(self.command, parts.path, query, parts.query, headers, body))
            content = reply.body if isinstance(reply.body, bytes) else json.dumps(reply.body).encode()
            self.send_response(reply.status)
            for name, value in {"Content-Length": str(len(content)), **reply.headers}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(content)

        do_GET = do_POST

        def log_message(self, *args: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.handle_error = lambda *args: None  # a client that hung up
    gateway.url = f"http://127.0.0.1:{server.server_port}"
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
    try:
        yield gateway
    finally:
        server.shutdown()
        server.server_close()


@contextmanager
def dripping() -> Iterator[str]:
    """A server that never comes to the end of its first line."""
    door = socket.create_server(("127.0.0.1", 0))

    def drip() -> None:
        line, _address = door.accept()
        with line, contextlib.suppress(OSError):
            line.sendall(b"HTTP/1.1 200 OK\r\nX: ")
            for _second in range(30):
                line.sendall(b"x")
                time.sleep(1)

    threading.Thread(target=drip, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{door.getsockname()[1]}/"
    finally:
        door.close()


def forget_silence() -> None:
    """Which gateway did not answer stands in the cache, which no rollback takes back."""
    with in_public():
        cache.delete_many([*(f"gateway.silent:{name}:" for name in ("sms", "email")), "gateway.silent:sms.receipts"])


# Robots


def wecom() -> Callable[[Request], Reply]:
    times: list[float] = []

    def answer(request: Request) -> Reply:
        if request.path != "/cgi-bin/webhook/send" or request.query.get("key") != KEY:
            return Reply({"errcode": 93000, "errmsg": "invalid webhook url, hint: [1]"})
        if _too_often(times, 20):
            return Reply({"errcode": 45009, "errmsg": "api freq out of limit"})
        body = request.json
        if body["msgtype"] != "text" or len(body["text"]["content"].encode()) > 2048:
            return Reply({"errcode": 40058, "errmsg": "text.content exceed max length 2048"})
        return Reply({"errcode": 0, "errmsg": "ok"})

    return answer


def dingtalk(secret: str = SECRET) -> Callable[[Request], Reply]:
    times: list[float] = []

    def answer(request: Request) -> Reply:
        if request.query.get("access_token") != TOKEN:
            return Reply({"errcode": 300005, "errmsg": "token is not exist"})
        stamp = request.query.get("timestamp", "0")
        digest = hmac.new(secret.encode(), f"{stamp}\n{secret}".encode(), hashlib.sha256).digest()
        is_fresh = abs(time.time() * 1000 - int(stamp)) < 3_600_000
        if not is_fresh or request.query.get("sign") != base64.b64encode(digest).decode():
            return Reply({"errcode": 310000, "errmsg": "sign not match"})
        if _too_often(times, 20):
            return Reply({"errcode": 130101, "errmsg": "send too fast"})
        text, called = request.json["text"]["content"], request.json["at"]["atMobiles"]
        assert all(f"@{phone}" in text for phone in called), "who is called must stand in the text"
        if len(request.body) > 20_000:
            return Reply({"errcode": 460101, "errmsg": "message too long"})
        return Reply({"errcode": 0, "errmsg": "ok"})

    return answer


def feishu(secret: str = SECRET) -> Callable[[Request], Reply]:
    def answer(request: Request) -> Reply:
        if request.path != f"/open-apis/bot/v2/hook/{HOOK}":
            return Reply({"code": 19001, "msg": "param invalid: incoming webhook access token invalid", "data": {}})
        body = request.json
        key = f"{body.get('timestamp')}\n{secret}".encode()
        is_fresh = abs(time.time() - int(body.get("timestamp", 0))) < 3600
        if not is_fresh or body.get("sign") != base64.b64encode(hmac.new(key, b"", hashlib.sha256).digest()).decode():
            return Reply({"code": 19021, "msg": "sign match fail or timestamp is not within one hour", "data": {}})
        if len(request.body) > 20 * 1024 or body["msg_type"] != "text":
            return Reply({"code": 9499, "msg": "Bad Request", "data": {}})
        return Reply({"code": 0, "msg": "success", "data": {}, "StatusCode": 0, "StatusMessage": "success"})

    return answer


def webhook(secret: str = SECRET) -> Callable[[Request], Reply]:
    def answer(request: Request) -> Reply:
        stamp = request.headers["anhuan-timestamp"]
        expected = hmac.new(secret.encode(), f"{stamp}.".encode() + request.body, hashlib.sha256).hexdigest()
        is_fresh = abs(time.time() - int(stamp)) < 300
        if not is_fresh or request.headers["anhuan-signature"] != f"v1={expected}":
            return Reply({"error": "signature"}, 401)
        return Reply({}, 204)

    return answer


def _too_often(times: list[float], most: int) -> bool:
    """In any minute whatever; what is refused counts too."""
    now = time.time()
    times[:] = [moment for moment in times if now - moment < 60] + [now]
    return len(times) > most


# Web Push


@dataclass
class Browser:
    """What a browser holds: its keys, and how it reads what comes."""

    key: ec.EllipticCurvePrivateKey = field(default_factory=lambda: ec.generate_private_key(ec.SECP256R1()))
    auth: bytes = b"sixteen bytes 16"

    @property
    def p256dh(self) -> bytes:
        return self.key.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)

    def keys(self) -> dict[str, str]:
        return {"p256dh": packed(self.p256dh), "auth": packed(self.auth)}

    def read(self, content: bytes) -> Any:
        """RFC 8291 from the receiver's side."""
        salt, length = content[:16], content[20]
        theirs, sealed = content[21 : 21 + length], content[21 + length :]
        shared = self.key.exchange(ec.ECDH(), ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), theirs))
        key = _hkdf(shared, self.auth, b"WebPush: info\0" + self.p256dh + theirs, 32)
        opened = AESGCM(_hkdf(key, salt, b"Content-Encoding: aes128gcm\0", 16)).decrypt(
            _hkdf(key, salt, b"Content-Encoding: nonce\0", 12), sealed, None
        )
        return json.loads(opened.rstrip(b"\0").removesuffix(b"\x02"))


def push_service(contact: str = "mailto:") -> Callable[[Request], Reply]:
    def answer(request: Request) -> Reply:
        found = re.fullmatch(r"vapid t=(.+), k=(.+)", request.headers["authorization"])
        if not found or not _is_vapid(found[1], found[2], f"http://{request.headers['host']}", contact):
            return Reply("", 403)
        if request.headers["content-encoding"] != "aes128gcm" or not request.headers["ttl"].isdigit():
            return Reply("", 400)
        return Reply("", 413) if len(request.body) > 4096 else Reply("", 201, {"Location": "/m/1"})

    return answer


def _is_vapid(token: str, key: str, audience: str, contact: str) -> bool:
    head, claims, seal = token.split(".")
    public = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), unpacked(key))
    raw = unpacked(seal)
    signature = encode_dss_signature(int.from_bytes(raw[:32], "big"), int.from_bytes(raw[32:], "big"))
    try:
        public.verify(signature, f"{head}.{claims}".encode(), ec.ECDSA(hashes.SHA256()))
    except InvalidSignature:
        return False
    said = json.loads(unpacked(claims))
    is_fresh = time.time() < said["exp"] <= time.time() + 24 * 3600
    return (
        json.loads(unpacked(head))["alg"] == "ES256"
        and said["aud"] == audience
        and is_fresh
        and said["sub"].startswith(contact)
    )


def _hkdf(key: bytes, salt: bytes, info: bytes, length: int) -> bytes:
    return HKDF(algorithm=hashes.SHA256(), length=length, salt=salt, info=info).derive(key)


def packed(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def unpacked(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


# E-mail


@dataclass
class Mailbox:
    port: int
    letters: list[tuple[str, str]] = field(default_factory=list)
    refuse: dict[str, str] = field(default_factory=dict)


@contextmanager
def mail_server() -> Iterator[Mailbox]:
    """Just enough SMTP; `refuse` says what is answered to an address."""
    door = socket.create_server(("127.0.0.1", 0))
    box = Mailbox(door.getsockname()[1])
    threading.Thread(target=_serve, args=(door, box), daemon=True).start()
    try:
        yield box
    finally:
        door.close()


def _serve(door: socket.socket, box: Mailbox) -> None:
    while True:
        try:
            line, _address = door.accept()
        except OSError:
            return
        with line, line.makefile("rwb") as talk:
            _converse(talk, box)


def _converse(talk: Any, box: Mailbox) -> None:
    def say(text: str) -> None:
        talk.write(f"{text}\r\n".encode())
        talk.flush()

    say("220 loopback")
    to = ""
    for raw in iter(talk.readline, b""):
        text = raw.decode().strip()
        verb = text[:4].upper()
        if verb == "RCPT":
            to = text.partition("<")[2].partition(">")[0]
            say(box.refuse.get(to, "250 ok"))
        elif verb == "DATA":
            say("354 go on")
            lines = list(iter(lambda: talk.readline().decode().rstrip("\r\n"), "."))
            box.letters.append((to, "\n".join(lines)))
            say("250 taken")
        elif verb == "QUIT":
            say("221 bye")
            return
        else:
            say("250 ok")
