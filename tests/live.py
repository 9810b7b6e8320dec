"""The product as it runs: the web and a Celery worker with beat as processes of their own, on the tests' database."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx
from django.conf import settings
from django.test import Client
from websockets.sync.client import ClientConnection, connect

from tenants.models import Factory


@dataclass(frozen=True)
class Live:
    """pids: of the process by its name, web or worker."""

    port: int
    logs: Path
    pids: dict[str, int]

    def host(self, factory: Factory) -> str:
        return f"{factory.domains.get().domain}:{self.port}"

    def url(self, factory: Factory, path: str = "/") -> str:
        return f"http://{self.host(factory)}{path}"

    def feed(self, factory: Factory, cookie: str = "", origin: str = "", path: str = "/ws/feed/") -> ClientConnection:
        """An open page's socket that hears already; its origin is the page's own host unless told otherwise."""
        page = self.socket(self.host(factory), cookie, origin, path)
        # A socket is open before it hears: only its answers come after that.
        page.send(json.dumps({"alive": True}))
        assert json.loads(page.recv(timeout=10)) == {"alive": True}
        return page

    def socket(self, host: str, cookie: str = "", origin: str = "", path: str = "/ws/feed/") -> ClientConnection:
        line = socket.create_connection(("127.0.0.1", self.port))
        return connect(
            f"ws://{host}{path}",
            sock=line,
            origin=origin or f"http://{host}",
            additional_headers={"Cookie": f"{settings.SESSION_COOKIE_NAME}={cookie}"},
            open_timeout=10,
        )


def session_of(user) -> str:
    """The cookie of a session that was opened in the current factory."""
    client = Client()
    client.force_login(user)
    return client.cookies[settings.SESSION_COOKIE_NAME].value


def commands_of(port: int, folder: Path) -> dict[str, list[str]]:
    """What python runs for the web and for the worker with its beat."""
    worker = ["-m", "celery", "-A", "config", "worker", "-B", "-s", str(folder / "beat"), "-P", "threads", "-c", "2"]
    return {"web": ["-m", "config.web", "127.0.0.1", str(port)], "worker": worker}


@contextmanager
def running(logs: Path) -> Iterator[Live]:
    port = free_port()
    environment = os.environ | {
        "PORT": str(port),
        "PYTHONPATH": f"{settings.ROOT}{os.pathsep}{settings.ROOT / 'platform'}",
    }
    commands = commands_of(port, logs)
    processes = [_start(command, environment, logs / f"{name}.log") for name, command in commands.items()]
    try:
        _wait_until_ready(port, processes, logs)
        yield Live(port, logs, {name: process.pid for name, process in zip(commands, processes, strict=True)})
    finally:
        for process in processes:
            process.send_signal(signal.SIGTERM)
        for process in processes:
            process.wait(timeout=20)


def _start(command: list[str], environment: dict[str, str], log: Path) -> subprocess.Popen:
    with log.open("w") as file:
        return subprocess.Popen(
            [sys.executable, *command], cwd=settings.ROOT, env=environment, stdout=file, stderr=subprocess.STDOUT
        )


def _wait_until_ready(port: int, processes: list[subprocess.Popen], logs: Path) -> None:
    until = time.monotonic() + 60
    while time.monotonic() < until:
        if any(process.poll() is not None for process in processes):
            break
        if is_ready(port):
            return
        time.sleep(0.2)
    raise RuntimeError(
        "the product did not start:\n" + "\n".join(log.read_text()[-2000:] for log in logs.glob("*.log"))
    )


def is_ready(port: int) -> bool:
    try:
        return httpx.get(f"http://127.0.0.1:{port}/readyz", headers={"Host": "localhost"}).is_success
    except httpx.TransportError:
        return False


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]
