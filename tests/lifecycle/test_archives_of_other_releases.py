"""An archive outlives the release that made it: it comes back as it was, and goes from there to the release of the day."""

import signal
from pathlib import Path

import pytest
from django.utils import translation

from core.errors import DomainError
from lifecycle.restore import restore_factory
from tenants.models import Domain
from tenants.provisioning import delete_factory, host_of
from tests.lifecycle.conftest import new_slug
from tests.tenants.release import LOOKING, PLAIN, STRICT, Site, begin

SLUG = "mine"


@pytest.fixture(scope="module")
def site(spare_database, tmp_path_factory) -> Site:
    made = begin(spare_database, tmp_path_factory.mktemp("release"))
    opened = ("create_factory", "--slug", SLUG, "--name", "老厂", "--admin-phone", "13900000001")
    assert made.run(*opened)[0] == 0
    return made


@pytest.fixture(scope="module")
def older(site, tmp_path_factory) -> Path:
    """Made three migrations ago, when the common part's timers had a column less; the factory is gone since."""
    path = tmp_path_factory.mktemp("older") / "older.zip"
    site.ask("ALTER TABLE tenants_due DROP COLUMN is_urgent")
    status, said = site.run("export_factory", "--factory", SLUG, "--to", str(path))
    site.ask("ALTER TABLE tenants_due ADD COLUMN is_urgent boolean NOT NULL DEFAULT false")
    site.ask("ALTER TABLE tenants_due ALTER COLUMN is_urgent DROP DEFAULT")
    assert status == 0, said
    for name, text in (("8001_plain", PLAIN), ("8002_looking", LOOKING), ("8003_strict", STRICT)):
        site.bring(name, text)
    return path


def people(site: Site, schema: str) -> list:
    return site.ask(f"SELECT id, name, phone, password FROM {schema}.people_user ORDER BY id")  # noqa: S608 - a name of ours


def of_site(site: Site) -> tuple:
    schemas = site.ask("SELECT nspname FROM pg_namespace WHERE nspname LIKE 't\\_%%' ORDER BY 1")
    return schemas, site.ask("SELECT count(*) FROM tenants_factory"), site.ask("SELECT count(*) FROM tenants_due")


def test_an_archive_of_an_older_release_comes_back_and_is_brought_to_this_one(site, older):
    [(schema,)] = site.ask("SELECT schema_name FROM tenants_factory")
    before, head = people(site, schema), site.ask(f"SELECT seq, seal FROM {schema}.core_ledgerhead")  # noqa: S608
    timers = site.ask("SELECT handler, key, due_at FROM tenants_due WHERE factory_id IS NOT NULL ORDER BY 1, 2, 3")
    assert before and timers and head[0][0]
    assert site.run("delete_factory", "--factory", SLUG, "--yes")[0] == 0
    # Not while the service is between two releases.
    status, said = site.run("restore_factory", str(older), "--slug", SLUG)
    assert status == 1 and ("being upgraded" in said or "升级" in said), said
    status, said = site.run("bootstrap")
    assert status == 0, said

    left = of_site(site)
    # Killed when the rows are there and the tables are half way to this release.
    assert site.run("restore_factory", str(older), "--slug", SLUG, DIE_IN=schema)[0] == -signal.SIGKILL
    assert of_site(site) == left
    status, said = site.run("restore_factory", str(older), "--slug", SLUG)
    assert status == 0, said
    assert site.ask("SELECT schema_name FROM tenants_factory") == [(schema,)]
    assert people(site, schema) == before
    assert site.ask(f"SELECT seq, seal FROM {schema}.core_ledgerhead") == head  # noqa: S608
    status, said = site.run("verify_ledger", "--factory", SLUG)
    assert status == 0, said
    # As if it had been here all the time: the tables of a schema that is made today, and what the steps wrote.
    [(prepared,), *_others] = site.ask("SELECT schema_name FROM tenants_preparedschema")
    now, new = site.all_of(schema), site.all_of(prepared)
    assert now["rows"] == [("other", "other seen")]
    assert {kind: rows for kind, rows in now.items() if kind != "rows"} == {
        kind: rows for kind, rows in new.items() if kind != "rows"
    }
    kept = site.ask(
        "SELECT handler, key, due_at FROM tenants_due WHERE factory_id IS NOT NULL AND NOT is_urgent"
        " AND handler <> 'market.follow_release' ORDER BY 1, 2, 3"
    )
    assert kept == [row for row in timers if row[0] != "market.follow_release"]
    assert site.ask("SELECT 1 FROM tenants_due WHERE handler = 'market.follow_release' AND factory_id IS NOT NULL")
    assert site.run("bootstrap")[0] == 0 and site.states() == []


def test_an_archive_of_a_newer_release_is_refused_and_says_what_to_do(site, older, fresh_factory, tmp_path):
    """By this installation, which has not had the releases of the other one."""
    path, slug = tmp_path / "newer.zip", new_slug()
    status, said = site.run("export_factory", "--factory", SLUG, "--to", str(path))
    assert status == 0, said
    with translation.override("en"), pytest.raises(DomainError, match=r"newer release .*hazards\.8001_plain.*Upgrade"):
        restore_factory(path, slug)
    assert not Domain.objects.filter(domain=host_of(slug)).exists()
    delete_factory(restore_factory(older, slug))
