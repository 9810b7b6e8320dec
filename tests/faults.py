"""Urgent alerts while web, worker, Redis and PostgreSQL are each killed with SIGKILL and started again at random moments.

`python -m tests.faults --alerts 500 --kills 60` prints a table (`make soak`); tests/test_faults.py runs it briefly.
What counts is what a person sees: two open pages of two safety officers, which do as static/js/feed.js does.
"""

import argparse
import contextlib
import json
import os
import random
import signal
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from config.embedded import ROOT, Child, Servers, new_keys

SUBJECTS = 20
PATIENCE = 120


@dataclass
class Report:
    """lost: raised and never seen by a page; twice: shown again; swapped: seen before an earlier one of its subject."""

    alerts: int = 0
    kills: dict[str, int] = field(default_factory=dict)
    lost: int = 0
    twice: int = 0
    swapped: int = 0
    texts_lost: int = 0
    texts_twice: int = 0
    p50: float = 0
    p99: float = 0

    @property
    def is_clean(self) -> bool:
        return not any((self.lost, self.twice, self.swapped, self.texts_lost, self.texts_twice))


class Page:
    """One open page: tells what it has seen, asks at each gap, comes back after each break."""

    def __init__(self, live: Any, host: str, cookie: str):
        self.live, self.host, self.cookie = live, host, cookie
        self.seen, self.shown, self.is_over = 0, [], threading.Event()
        self.thread = threading.Thread(target=self._stay, daemon=True)
        self.thread.start()

    def _stay(self) -> None:
        while not self.is_over.is_set():
            with contextlib.suppress(Exception), self.live.socket(self.host, self.cookie) as socket:
                self._ask(socket)
                while not self.is_over.is_set():
                    with contextlib.suppress(TimeoutError):
                        self._receive(socket, json.loads(socket.recv(timeout=1)))
            time.sleep(0.3)

    def _ask(self, socket: Any) -> None:
        socket.send(json.dumps({"after": self.seen}))

    def _receive(self, socket: Any, message: dict[str, Any]) -> None:
        socket.send(json.dumps({"got": 1}))
        if message.get("again"):
            return self._ask(socket)
        notes = [*message.get("notes", []), *([message["note"]] if "note" in message else [])]
        for note in notes:
            if note["seq"] > self.seen + 1:
                return self._ask(socket)
            if note["seq"] == self.seen + 1:
                self.seen = note["seq"]
                self.shown.append((note["line"], time.time()))
        return None


def run(alerts: int, kills: int, seed: int) -> Report:
    chance = random.Random(seed)
    with _product() as (live, parts, factory):
        cookies, leader, worker, areas = _people(factory)
        pages = [Page(live, live.host(factory), cookie) for cookie in cookies]
        report = Report(alerts, dict.fromkeys(parts, 0))
        raised: dict[str, float] = {}
        pause = lambda: time.sleep(chance.random() / 3)  # noqa: E731
        raiser = threading.Thread(target=_raise, args=(raised, alerts, areas, worker, leader, factory, pause))
        raiser.start()
        # Here and not in a thread: on Linux a child ends with the thread that started it.
        _kill(parts, kills, chance, report.kills)
        raiser.join()
        _wait(lambda: all(len(page.shown) >= alerts for page in pages))
        _judge(report, raised, pages)
        _judge_texts(report, factory)
        return report


@contextlib.contextmanager
def _product() -> Iterator[tuple[Any, dict[str, Child], Any]]:
    for name in ("DATABASE_URL", "DATABASE_OWNER_URL", "REDIS_URL", "PYTEST_XDIST_WORKER"):
        os.environ.pop(name, None)
    with tempfile.TemporaryDirectory(prefix="anhuan-faults-", ignore_cleanup_errors=True) as name:
        folder = Path(name)
        folder.chmod(0o711)
        servers = Servers(folder)
        try:
            servers.start()
            os.environ.update({"DEMO": "1", "MEDIA_ROOT": str(folder / "files"), **new_keys(), **servers.environment})
            os.environ["DJANGO_SETTINGS_MODULE"] = "config.settings"
            os.environ["PYTHONPATH"] = f"{ROOT}{os.pathsep}{ROOT / 'platform'}"
            subprocess.run([sys.executable, ROOT / "manage.py", "bootstrap"], check=True, stdout=subprocess.DEVNULL)
            yield _serve(servers, folder)
        finally:
            servers.stop()


def _serve(servers: Servers, folder: Path) -> tuple[Any, dict[str, Child], Any]:
    import django

    django.setup()
    from tenants import provisioning
    from tests.live import Live, commands_of, free_port, is_ready

    port = free_port()
    factory = provisioning.create_factory("faults", "断电厂")
    options = {"cwd": ROOT, "env": {**os.environ, "PORT": str(port)}}
    for name, command in commands_of(port, folder).items():
        child = Child(name, [sys.executable, *command], folder / f"{name}.log", options=options)
        servers.running.append(child.start())
    _wait(lambda: is_ready(port))
    return Live(port, folder, {}), {child.name: child for child in servers.running}, factory


def _people(factory: Any) -> Any:
    from people.permissions import Role
    from tenants.current import in_factory
    from tests import make
    from tests.live import session_of

    with in_factory(factory):
        cookies = [session_of(make.person(Role.SAFETY_OFFICER)) for _number in range(2)]
        return cookies, make.person(Role.LEADER), make.person(Role.WORKER), [make.area() for _area in range(SUBJECTS)]


def _raise(
    raised: dict[str, float], alerts: int, areas: Any, worker: Any, leader: Any, factory: Any, pause: Callable[[], Any]
) -> None:
    """Notes by line when its commit was certain. Raising and taking again is harmless, so what broke off is repeated."""
    from alerts.actions import acknowledge_alert, raise_alert
    from alerts.models import Alert
    from tenants.current import in_factory

    def one(number: int) -> None:
        with in_factory(factory):
            area, line = areas[number % SUBJECTS], f"第{number:04}次"
            about = Alert.objects.filter(subject_id=str(area.pk))
            if about.filter(line=line).exists():
                return
            for standing in about.open():
                acknowledge_alert(standing, by=leader)
            raise_alert(area, line, by=worker)

    for number in range(alerts):
        _until(lambda: one(number))  # noqa: B023 - called at once
        raised[f"第{number:04}次"] = time.time()
        pause()


def _until(work: Callable[[], Any]) -> Any:
    """Tries until the database is there again."""
    from django.db import DatabaseError, InterfaceError, connection

    end = time.monotonic() + PATIENCE
    while True:
        try:
            return work()
        except (DatabaseError, InterfaceError):
            if time.monotonic() > end:
                raise
            connection.close()
            time.sleep(0.2)


def _kill(parts: dict[str, Child], kills: int, chance: random.Random, counts: dict[str, int]) -> None:
    """Each in turn, in an order of chance; PostgreSQL comes back only when the last of its own processes is gone."""
    for number in range(kills):
        if number % len(parts) == 0:
            order = chance.sample(sorted(parts), len(parts))
        name = order[number % len(parts)]
        time.sleep(0.3 + 1.5 * chance.random())
        os.killpg(parts[name].process.pid, signal.SIGKILL)
        parts[name].process.wait()
        counts[name] += 1
        time.sleep(chance.random())
        _start(parts[name])


def _start(child: Child) -> None:
    """Repeats while a start ends by itself, as PostgreSQL does as long as the memory of its last life is in use."""
    for _try in range(60):
        child.start()
        time.sleep(0.5)
        if child.process.poll() is None:
            return
    raise RuntimeError(f"{child.name} does not come back; see {child.log}")


def _wait(is_so: Callable[[], bool]) -> None:
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end and not is_so():
        time.sleep(0.2)


def _judge(report: Report, raised: dict[str, float], pages: list[Page]) -> None:
    waited = []
    for page in pages:
        page.is_over.set()
        lines = [line.split("：")[-1].split(": ")[-1] for line, _at in page.shown]
        report.lost += len(raised.keys() - set(lines))
        report.twice += len(lines) - len(set(lines))
        latest: dict[int, int] = {}
        for line in lines:
            number = int(line[1:5])
            report.swapped += number < latest.get(number % SUBJECTS, -1)
            latest[number % SUBJECTS] = number
        waited += [at - raised[line] for line, (_text, at) in zip(lines, page.shown, strict=True) if line in raised]
    report.p50, report.p99 = statistics.median(waited), statistics.quantiles(waited, n=100)[98]


def _judge_texts(report: Report, factory: Any) -> None:
    """What went to phones: kept in the demo's inbox, one for each notice."""
    from notifications.models import Message, Notification
    from tenants.current import in_factory

    def count() -> tuple[int, int, int]:
        with in_factory(factory):
            sent = Message.objects.exclude(status=Message.Status.WAITING)
            notes = Notification.objects.filter(alert_id__isnull=False).exclude(user__phone=None)
            return notes.count(), sent.count(), sent.values("key").distinct().count()

    _wait(lambda: _until(count)[0] <= _until(count)[1])
    wanted, sent, distinct = _until(count)
    report.texts_lost, report.texts_twice = max(0, wanted - distinct), sent - distinct


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--alerts", type=int, default=500)
    parser.add_argument("--kills", type=int, default=60)
    parser.add_argument("--seed", type=int, default=None)
    asked = parser.parse_args()
    seed = asked.seed if asked.seed is not None else random.SystemRandom().randrange(10**6)
    report = run(asked.alerts, asked.kills, seed)
    for name, value in {"seed": seed, **asdict(report)}.items():
        print(f"{name.ljust(12)} {value}")
    sys.exit(0 if report.is_clean else 1)


if __name__ == "__main__":
    main()
