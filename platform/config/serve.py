"""`make demo`: the whole product under one process, which ends all that it started."""

import contextlib
import os
import shlex
import signal
import socket
import subprocess
import sys
import time
import urllib.request

from config.embedded import HOMEBREW, ROOT, Child, Servers, StartError, new_keys, tail, wait_until

DATA = ROOT / ".data"
PREPARE = (("bootstrap",), ("load_demo",))
ACCOUNTS = ("demo_accounts",)


def main() -> None:
    host, port = address()
    refuse_taken_port(host, port)
    servers = Servers(DATA)
    children, left = servers.running, False
    try:
        servers.start()
        environment = {**os.environ, "DEMO": "1", "PORT": str(port), **HOMEBREW, **keys(), **servers.environment}
        left = leave_environment(environment)
        for command in PREPARE:
            manage(command, environment)
        accounts = manage(ACCOUNTS, environment, show=False)
        serve(children, environment, host, port)
        print(welcome(port, accounts), flush=True)
        while True:
            refuse_death(children)
            time.sleep(0.5)
    finally:
        # A second Ctrl-C may not break off the ending, or something would be left running.
        for name in (signal.SIGINT, signal.SIGTERM):
            signal.signal(name, signal.SIG_IGN)
        print("Stopping …", flush=True)
        if left:  # else it is of the one that runs already
            (DATA / "running.env").unlink(missing_ok=True)
        servers.stop()


def address() -> tuple[str, int]:
    """Only this machine by default: the demo's passwords are no secret."""
    port = os.environ.get("PORT") or "8000"
    if not port.isdigit() or not 0 < int(port) < 65536:
        raise StartError(f"PORT must be a number between 1 and 65535, not {port!r}.")
    return os.environ.get("HOST") or "127.0.0.1", int(port)


def refuse_taken_port(host: str, port: int) -> None:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except PermissionError:
            raise StartError(
                f"Port {port} is reserved for the system; choose another one: make demo PORT=8000"
            ) from None
        except OSError:
            raise StartError(
                f"Port {port} is taken by another program; choose another: make demo PORT={port + 1}"
            ) from None


def keys() -> dict[str, str]:
    """Made once and kept: with another key nobody stays signed in, and the ledger's signatures are no longer ours."""
    path = DATA / "keys.env"
    if not path.exists():
        half = path.with_suffix(".half")
        with open(os.open(half, os.O_CREAT | os.O_WRONLY | os.O_TRUNC, 0o600), "w") as file:
            file.writelines(f"{name}={value}\n" for name, value in new_keys().items())
        half.rename(path)
    lines = path.read_text().splitlines()
    return {name: value for name, _, value in (line.partition("=") for line in lines) if not os.environ.get(name)}


def leave_environment(environment: dict[str, str]) -> bool:
    """For `make manage`: how commands reach the running demo. Readable for its owner only, gone when it ends."""
    names = ("DEMO", "PORT", "SECRET_KEY", "LEDGER_KEY", "DATABASE_URL", "DATABASE_OWNER_URL", "REDIS_URL")
    with open(os.open(DATA / "running.env", os.O_CREAT | os.O_WRONLY | os.O_TRUNC, 0o600), "w") as file:
        file.writelines(f"{name}={shlex.quote(environment[name])}\n" for name in names if environment.get(name))
    return True


def manage(command: tuple[str, ...], environment: dict[str, str], *, show: bool = True) -> str:
    """Runs one of our commands and returns what it said; its lines are the progress, its errors go to the log."""
    log = DATA / "logs" / "prepare.log"
    options = {"env": environment, "stdout": subprocess.PIPE, "text": True}
    child = Child(command[0], [sys.executable, ROOT / "manage.py", *command], log, options=options).start()
    said = []
    try:
        for line in child.process.stdout or ():
            said.append(str(line))
            if show:
                print(f"  {line.rstrip()}", flush=True)
    finally:
        child.end()
    if child.process.returncode:
        raise StartError(
            f"'manage.py {' '.join(command)}' failed; the last lines of {log}:\n{tail(log)}\n\n"
            f"If the data is of an older version, move it away and start again:\n\n  mv {DATA} {DATA}-old"
        )
    return "".join(said)


def serve(children: list[Child], environment: dict[str, str], host: str, port: int) -> None:
    """The web and the worker, which also keeps the beat; returns when /readyz answers."""
    options = {"env": environment, "cwd": ROOT}
    commands: dict[str, list[str]] = {
        "web": ["config.web", host, str(port)],
        "worker": ["celery", "-A", "config", "worker", "-B", "-s", str(DATA / "beat"), "-c", "2", "-l", "WARNING"],
    }
    for name, command in commands.items():
        log = DATA / "logs" / f"{name}.log"
        children.append(Child(name, [sys.executable, "-m", *command], log, options=options).start())
    here = "127.0.0.1" if host == "0.0.0.0" else host  # noqa: S104

    def ready() -> bool:
        refuse_death(children)
        with contextlib.suppress(OSError):
            return urllib.request.urlopen(f"http://{here}:{port}/readyz", timeout=5).status == 200
        return False

    if not wait_until(ready, 60):
        raise StartError(f"The product does not answer on port {port}; see the logs in {DATA / 'logs'}.")


def refuse_death(children: list[Child]) -> None:
    for child in children:
        child.refuse_death()


def welcome(port: int, accounts: str) -> str:
    domain = os.environ.get("BASE_DOMAIN") or "localhost"
    return f"""
Anhuan 安环 runs. Ctrl-C ends it.

  Demo factory   http://demo.{domain}:{port}/
  Public site    http://{domain}:{port}/
  Logs           {DATA / "logs"}

{accounts}"""


def run() -> None:
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    # A shell's background job is started with Ctrl-C ignored; asked to end, it should all the same.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        main()
    except StartError as error:
        sys.exit(f"\n{error}")
    except KeyboardInterrupt:
        sys.exit(0)


if __name__ == "__main__":
    run()
