"""`make demo` on a small scale: real servers, a folder of their own, the demo's two years of data left out."""

import os
import signal
import socket
import subprocess
import sys
import tempfile
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from config.embedded import ROOT, Servers, StartError

RUNNER = """
import sys
from pathlib import Path
from config import serve
serve.DATA, serve.PREPARE, serve.ACCOUNTS = Path(sys.argv[1]), (("bootstrap",),), ("version",)
serve.run()
"""
GIVEN = ("DATABASE_URL", "DATABASE_OWNER_URL", "REDIS_URL", "SECRET_KEY", "LEDGER_KEY", "HOST", "PORT")


class Demo:
    """One start of the product on a folder."""

    def __init__(self, folder: Path, port: int):
        environment = {name: value for name, value in os.environ.items() if name not in GIVEN}
        environment |= {"PORT": str(port), "MEDIA_ROOT": str(folder / "files"), "PYTHONUNBUFFERED": "1"}
        environment["PYTHONPATH"] = f"{ROOT}{os.pathsep}{ROOT / 'platform'}"
        pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.STDOUT, "text": True}
        # As a shell starts a background job: Ctrl-C must work all the same.
        pipes["preexec_fn"] = lambda: signal.signal(signal.SIGINT, signal.SIG_IGN)
        self.process = subprocess.Popen([sys.executable, "-c", RUNNER, str(folder)], env=environment, **pipes)
        self.port, self.said = port, ""

    def until_it_runs(self) -> list[psutil.Process]:
        """Reads what it says up to the welcome; returns all processes of the start."""
        for line in self.process.stdout:
            self.said += line
            if "Public site" in line:
                break
        assert self.process.poll() is None, self.said
        return psutil.Process(self.process.pid).children(recursive=True)

    def is_ready(self) -> bool:
        return urllib.request.urlopen(f"http://127.0.0.1:{self.port}/readyz", timeout=5).status == 200

    def to_the_end(self) -> str:
        self.said += self.process.communicate(timeout=40)[0]
        return self.said


@pytest.fixture(scope="module")
def folder() -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="anhuan-test-", ignore_cleanup_errors=True) as name:
        Path(name).chmod(0o711)  # root's servers run under a borrowed account, which has to come in
        yield Path(name)


@pytest.fixture
def start(folder):
    demos = []

    def start(port: int | None = None) -> Demo:
        demos.append(Demo(folder, port or free_port()))
        return demos[-1]

    yield start
    for demo in demos:
        if demo.process.poll() is None:
            demo.process.send_signal(signal.SIGINT)
            demo.to_the_end()


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def gone(processes: list[psutil.Process], seconds: float = 20) -> bool:
    return not psutil.wait_procs(processes, timeout=seconds)[1]


def test_a_taken_port_is_told_before_anything_starts(start, folder):
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        demo = start(port)
        said = demo.to_the_end()
    assert f"Port {port} is taken" in said
    assert "Traceback" not in said
    assert demo.process.returncode == 1
    assert not list(folder.iterdir())


def test_it_starts_twice_in_a_row_and_ctrl_c_leaves_no_orphan(start, folder):
    for _time in range(2):
        demo = start()
        processes = demo.until_it_runs()
        assert demo.is_ready()
        assert len(processes) >= 4  # postgres, valkey, web, worker
        assert "already runs" in start().to_the_end(), "another start on the same folder, at another port"
        left = (folder / "running.env").read_text()
        assert "DATABASE_URL=" in left and "SECRET_KEY=" in left, "what `make manage` needs"
        demo.process.send_signal(signal.SIGINT)
        said = demo.to_the_end()
        assert gone(processes, 5), processes
        assert demo.process.returncode == 0
        assert "Traceback" not in said
        assert not (folder / "running.env").exists()


def test_kill_9_leaves_no_orphan_and_a_part_that_dies_ends_the_whole(start):
    demo = start()
    processes = demo.until_it_runs()
    demo.process.kill()
    assert gone(processes), "they end when the process that started them is gone"

    repaired = start()
    processes = repaired.until_it_runs()
    assert repaired.is_ready()
    next(process for process in processes if "config.web" in process.cmdline()).kill()
    said = repaired.to_the_end()
    assert "web has ended" in said
    assert "The web listens on" in said, "the last line of its log"
    assert "Traceback" not in said
    assert repaired.process.returncode == 1
    assert gone(processes, 5)


@pytest.fixture
def servers(monkeypatch) -> Iterator[Servers]:
    for name in GIVEN:
        monkeypatch.delenv(name, raising=False)
    with tempfile.TemporaryDirectory(prefix="anhuan-test-", ignore_cleanup_errors=True) as name:
        Path(name).chmod(0o711)
        servers = Servers(Path(name), throw_away=True)
        yield servers
        servers.stop()


def test_data_of_an_older_postgresql_is_told_with_what_to_do(servers):
    data = servers.folder / "servers" / "pg"
    data.mkdir(parents=True)
    (data / "PG_VERSION").write_text("15\n")
    said = Demo(servers.folder, free_port()).to_the_end()
    assert "was made by PostgreSQL 15" in said
    assert f"mv {servers.folder}" in said
    assert "Traceback" not in said


def test_a_folder_that_was_half_made_is_made_again(servers):
    half = servers.folder / "servers" / "pg.half"
    half.mkdir(parents=True)
    (half / "PG_VERSION").write_text("18\n")
    assert "DATABASE_URL" in servers.start().environment


def test_a_process_number_that_now_means_another_program_is_no_hindrance(servers):
    servers.start()
    data = servers.place / "pg"
    servers.running[0].process.kill()
    servers.running[0].process.wait()
    (data / "postmaster.pid").write_text(f"{os.getpid()}\n{data}\n")
    servers.stop_children()
    assert servers.start().environment["DATABASE_URL"]


@pytest.mark.skipif(os.geteuid() != 0, reason="only root's servers need another account")
def test_root_in_a_closed_home_gets_a_place_that_the_borrowed_account_can_enter(servers):
    servers.folder.chmod(0o700)
    servers.start()
    assert servers.place.parent == Path("/var/lib")
    assert (servers.place / "postgres-binaries").exists() or servers.bin.is_relative_to(sys.prefix)
    assert servers.folder.stat().st_mode & 0o777 == 0o700, "nobody's home was opened for it"
    place = servers.place
    servers.stop()
    assert not place.exists()


def test_addresses_that_are_given_are_used_instead(servers, monkeypatch):
    monkeypatch.setenv("DATABASE_URL", "postgresql://elsewhere/anhuan")
    monkeypatch.setenv("REDIS_URL", "redis://elsewhere")
    servers.start()
    assert (servers.environment, servers.running) == ({}, [])


def test_a_server_that_does_not_start_says_why(servers):
    servers.start()
    servers.stop_children()
    (servers.place / "pg" / "postgresql.conf").write_text("nonsense = 1\n")
    with pytest.raises(StartError, match="unrecognized configuration parameter"):
        servers.start()
