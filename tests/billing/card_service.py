"""A server on loopback that stands for Stripe: what the product asks of it, in its words, and events signed as Stripe signs.

Not Stripe: it knows only what is asked here, and takes no money.
"""

import hmac
import json
import threading
import time
from contextlib import contextmanager
from hashlib import sha256
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qsl, urlsplit

SECRET = "signing-secret-of-the-tests"
DAY = 86_400


class CardService:
    """What is true there now; tests change it, and then send events or leave them out."""

    def __init__(self) -> None:
        self.objects: dict[str, dict] = {}
        self.asked: list[tuple[str, str, dict, str]] = []
        self.is_down = False
        self.address = ""

    def new(self, kind: str, **facts) -> dict:
        made = {"id": f"{kind}_{len(self.objects) + 1}", "object": kind, **facts}
        self.objects[made["id"]] = made
        return made

    def subscription(self, customer: str, band: str = "100", *, status="active", starts=None, days=365, **more) -> dict:
        starts = int(starts or time.time())
        price = {"product": "prod_1", "recurring": {"interval": "year"}, "unit_amount": 480_000}
        item = {"id": "si_1", "price": price, "current_period_start": starts, "current_period_end": starts + days * DAY}
        facts = {"customer": customer, "status": status, "items": {"object": "list", "data": [item]}}
        facts |= {"metadata": {"band": band}, "cancel_at_period_end": False, "ended_at": None}
        return self.new("sub", **facts | more)

    def invoice(self, subscription: dict, *, status="paid", paid=480_000) -> dict:
        period = subscription["items"]["data"][0]
        line = {"period": {"start": period["current_period_start"], "end": period["current_period_end"]}}
        return self.new(
            "in",
            customer=subscription["customer"],
            parent={"subscription_details": {"subscription": subscription["id"]}},
            status=status,
            number=f"N-{len(self.objects)}",
            amount_paid=paid,
            subtotal=480_000,
            status_transitions={"paid_at": int(time.time())},
            lines={"object": "list", "data": [line]},
        )

    def answer(self, method: str, path: str, said: dict, key: str) -> tuple[int, dict]:
        self.asked.append((method, path, said, key))
        if self.is_down:
            return 503, {"error": {"message": "down", "type": "api_error"}}
        parts = path.strip("/").split("/")[1:]
        if method == "GET":
            found = self.objects.get(parts[-1])
            return (200, found) if found else (404, {"error": {"message": "none", "type": "invalid_request_error"}})
        return 200, self._post(parts, said)

    def _post(self, parts: list[str], said: dict) -> dict:
        if parts == ["customers"]:
            return self.new("cus", **said)
        if parts == ["coupons"]:
            return self.objects.setdefault(said["id"], {"object": "coupon", **said})
        if parts[-1] == "sessions":
            page = self.new("cs", **said, payment_status="unpaid", status="open", subscription=None)
            page["amount_total"] = int(said.get("line_items[0][price_data][unit_amount]", 0))
            page["url"] = f"https://pay.example/{page['id']}"
            return page
        found = self.objects[parts[-1]]
        found["metadata"]["band"] = said["metadata[band]"]
        found["items"]["data"][0]["price"]["unit_amount"] = int(said["items[0][price_data][unit_amount]"])
        return found

    def event(self, kind: str, about: dict, number: str = "") -> tuple[bytes, str]:
        """Body and signature as the service sends them."""
        body = json.dumps(
            {
                "id": number or f"evt_{kind}_{about['id']}_{time.monotonic_ns()}",
                "object": "event",
                "type": kind,
                "data": {"object": {"id": about["id"], "object": about["object"]}},
            }
        ).encode()
        return body, signature(body)


def signature(body: bytes, secret: str = SECRET, at: int | None = None) -> str:
    at = at or int(time.time())
    return f"t={at},v1={hmac.new(secret.encode(), f'{at}.'.encode() + body, sha256).hexdigest()}"


@contextmanager
def running():
    service = CardService()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self._do({})

        def do_POST(self) -> None:
            self._do(dict(parse_qsl(self.rfile.read(int(self.headers.get("Content-Length", 0))).decode())))

        def _do(self, said: dict) -> None:
            key = self.headers.get("Idempotency-Key", "")
            status, body = service.answer(self.command, urlsplit(self.path).path, said, key)
            data = json.dumps(body).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)

        def log_message(self, *_args) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    service.address = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield service
    finally:
        server.shutdown()
        server.server_close()
