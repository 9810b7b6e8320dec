"""Two factories once per run, on a database of its own; every test sees PostgreSQL and Redis as production does."""

import os
import secrets
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from django.conf import settings
from django.db import connection
from django.utils import translation

from tenants import due, provisioning
from tenants.current import in_factory
from tenants.models import Due, Factory
from tests.live import running

ROOT = Path(__file__).resolve().parent.parent
# The name before tests go to a database of their own.
GIVEN = settings.DATABASE_OWNER["NAME"]


def pytest_make_parametrize_id(val, argname):
    """A file's bytes are no name: another each time a video is encoded, so that no two processes would agree."""
    return argname if isinstance(val, bytes) else None


def pytest_itemcollected(item):
    """Tests of one file share what they have set up, so they stay in one process; `spread` lets a file's tests part."""
    if not item.get_closest_marker("spread"):
        item.add_marker(pytest.mark.xdist_group(f"{item.path.stem}-{'live' in item.fixturenames}"))


def pytest_collection_modifyitems(items):
    """What needs the running product comes last: from then on its worker takes every row that is due."""
    items.sort(key=lambda item: "live" in item.fixturenames)


def pytest_configure():
    """One name for all processes of a run: the database that each of them copies."""
    os.environ.setdefault("TEST_TEMPLATE", f"test_{secrets.token_hex(4)}")


def pytest_unconfigure():
    if "PYTEST_XDIST_WORKER" not in os.environ:
        _drop(os.environ["TEST_TEMPLATE"])


def _owner(name: str) -> psycopg.Connection:
    db = settings.DATABASE_OWNER
    where = {"host": db["HOST"], "port": db["PORT"] or None}
    return psycopg.connect(dbname=name, user=db["USER"], password=db["PASSWORD"], autocommit=True, **where)


def _drop(name: str) -> None:
    """Where the server goes away as a whole nobody waits for its files, of which each factory has a thousand."""
    if "THROW_AWAY" not in os.environ:
        with _owner(GIVEN) as owner:
            owner.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")


def _addresses(name: str) -> dict[str, str]:
    """Of both roles in the database of this name."""
    found = {}
    for key in {"DATABASE_URL", "DATABASE_OWNER_URL"} & set(os.environ):
        head, _, query = os.environ[key].partition("?")
        found[key] = f"{head.rsplit('/', 1)[0]}/{name}" + (f"?{query}" if query else "")
    return found


def _make_database(name: str) -> None:
    """A copy of one that the first process makes as production does: the owner migrates, which takes a while."""
    template = os.environ["TEST_TEMPLATE"]
    with _owner(GIVEN) as owner:
        owner.execute("SELECT pg_advisory_lock(1)")
        if not owner.execute("SELECT 1 FROM pg_database WHERE datname = %s", [template]).fetchone():
            half = f"{template}_half"
            owner.execute(f"CREATE DATABASE {half}")
            environment = os.environ | _addresses(half)
            bootstrap = [sys.executable, ROOT / "manage.py", "bootstrap"]
            subprocess.run(bootstrap, check=True, stdout=subprocess.DEVNULL, env=environment)
            owner.execute(f"ALTER DATABASE {half} RENAME TO {template}")
        owner.execute(f"CREATE DATABASE {name} TEMPLATE {template}")


@pytest.fixture(scope="session")
def django_db_setup(django_db_blocker, tmp_path_factory):
    """A database of this process, in which the tests connect as the app's role."""
    name = f"test_{secrets.token_hex(4)}"
    _make_database(name)
    settings.MEDIA_ROOT = str(tmp_path_factory.mktemp("files"))
    os.environ.update(_addresses(name), MEDIA_ROOT=settings.MEDIA_ROOT)
    with django_db_blocker.unblock():
        connection.close()
        connection.close_pool()
    settings.DATABASE_OWNER["NAME"] = connection.settings_dict["NAME"] = name
    with django_db_blocker.unblock():
        for slug, title in (("one", "一厂"), ("two", "二厂")):
            provisioning.create_factory(slug, title)
        connection.close()
    yield
    with django_db_blocker.unblock():
        connection.close()
        connection.close_pool()
    _drop(name)


@pytest.fixture(scope="module")
def spare_database(django_db_setup):
    """For processes that change what all tests share: its name, and how they reach it; new for each file of tests, and
    without a factory."""
    name = f"test_{secrets.token_hex(4)}"
    _make_database(name)
    yield name, _addresses(name)
    _drop(name)


@pytest.fixture
def factory(db):
    """The first factory; the test runs inside its schema and is rolled back."""
    with in_factory(provisioning.find("one")) as one:
        yield one
    # A request leaves its reader's language behind in this thread.
    translation.deactivate()
    # Anchors are files, which no rollback takes back.
    shutil.rmtree(Path(settings.MEDIA_ROOT) / "anchors", ignore_errors=True)


@pytest.fixture
def other_factory(db) -> Factory:
    return provisioning.find("two")


@pytest.fixture
def second_fresh_factory(django_db_setup, django_db_blocker) -> Iterator[Factory]:
    """Ask for it before fresh_factory, in which the test then runs."""
    with django_db_blocker.unblock():
        made = provisioning.create_factory(f"g{secrets.token_hex(4)}", "另一家")
        yield made
        _forget_due(made)


@pytest.fixture
def fresh_factory(django_db_setup, django_db_blocker) -> Iterator[Factory]:
    """A factory of its own for tests that commit: threads, workers, browsers."""
    with django_db_blocker.unblock():
        made = provisioning.create_factory(f"f{secrets.token_hex(4)}", "新厂")
        with in_factory(made):
            yield made
        _forget_due(made)
        connection.close()


def _forget_due(factory: Factory) -> None:
    """What is still to be done there is no later test's work."""
    Due.objects.filter(factory=factory).delete()


@pytest.fixture
def browser(client, factory):
    """Django's test client at the first factory's host."""
    client.defaults["HTTP_HOST"] = provisioning.host_of("one")
    return client


@pytest.fixture
def work_off():
    """Does what is due, as the worker would, outside of the test's own factory; returns how many rows were done."""

    def work_off() -> int:
        return sum(1 for _row in iter(due.run_one, False))

    return work_off


@pytest.fixture(scope="session")
def live(django_db_setup, tmp_path_factory):
    """The running product; use it with fresh_factory, whose rows its processes can see."""
    with running(tmp_path_factory.mktemp("logs")) as site:
        yield site
