"""`make guides` records all guide films anew; ARGS="fix-a-hazard" or ARGS="fix-a-hazard.zh" only some of them.

Each film begins in a copy of the demo factory of its own, so none finds what another one did.
"""

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

import psycopg

from config.embedded import ROOT, StartError

LANGUAGES = ("zh", "en")
URLS = ("DATABASE_URL", "DATABASE_OWNER_URL")


def main(wanted: list[str]) -> None:
    refuse_what_is_missing()
    for command in ("bootstrap", "load_demo"):
        subprocess.run([sys.executable, ROOT / "manage.py", command], check=True)
    for code in sorted(path.stem.split("-", 1)[1] for path in (ROOT / "content" / "guides").glob("*.yaml")):
        for language in LANGUAGES:
            if not wanted or {code, f"{code}.{language}"} & set(wanted):
                with copy_of_demo() as environment:
                    subprocess.run(
                        [sys.executable, "-m", "deploy.guides.take", code, language],
                        check=True,
                        env=environment,
                        cwd=ROOT,
                    )


def refuse_what_is_missing() -> None:
    if not any(shutil.which(name) for name in ("chromium", "chromium-browser", "google-chrome")):
        raise StartError("The films are recorded with Chromium, and there is none: apt-get install chromium")
    if not (ROOT / "static/vendor/fonts/NotoSansSC-Bold.ttf").exists():
        raise StartError("The captions are drawn with the project's own font, and it is not built: make setup-dev")
    if missing := [name for name in URLS if not os.environ.get(name)]:
        raise StartError(f"{' and '.join(missing)} must lead to servers of their own: make guides")


@contextmanager
def copy_of_demo() -> Iterator[dict[str, str]]:
    """The environment of a database that is gone afterwards."""
    name = f"guide_{os.getpid()}"
    with psycopg.connect(os.environ["DATABASE_OWNER_URL"].replace("/anhuan?", "/postgres?"), autocommit=True) as owner:
        owner.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")
        owner.execute(f"CREATE DATABASE {name} TEMPLATE anhuan")
        try:
            yield os.environ | {url: os.environ[url].replace("/anhuan?", f"/{name}?") for url in URLS}
        finally:
            owner.execute(f"DROP DATABASE {name} WITH (FORCE)")


if __name__ == "__main__":
    try:
        main(sys.argv[1:])
    except StartError as error:
        sys.exit(str(error))
