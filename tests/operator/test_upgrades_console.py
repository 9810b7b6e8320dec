"""A release on its way to the factories: an operator sees how far it is and lets a failed one be tried again."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from operators.models import OperatorEntry
from tenants import provisioning
from tenants.models import Due, Factory, RecordedMigration, SchemaUpgrade

UPGRADES = "/operator/upgrades/"
ERROR = 'IntegrityError: null value in column "note" of relation "hazards_category"\nDETAIL:  Failing row: 王建国'


def upgrade(factory, status: str = "failed", error: str = ERROR) -> SchemaUpgrade:
    facts = {"status": status, "began_at": timezone.now(), "fingerprint": provisioning.fingerprint()}
    more = {"migration": "hazards.0002_note", "error": error} if status == "failed" else {}
    return SchemaUpgrade.objects.create(factory=factory, **facts, **more)


def english(console, **sent) -> str:
    return console.get(UPGRADES, sent, headers={"Accept-Language": "en"}).content.decode()


def test_it_shows_how_far_the_release_is_and_why_one_failed(factory, other_factory, console):
    assert "No factory had to be upgraded" in english(console)
    upgrade(factory)
    upgrade(other_factory, "done")
    [third] = Factory.objects.bulk_create([Factory(schema_name="t_third", name="三厂")])
    upgrade(third, "waiting")
    RecordedMigration.objects.filter(app="hazards").update(fingerprint=provisioning.fingerprint())
    page = english(console)
    assert "1 of 3 factories are on this release" in page and "1 waiting · 1 failed" in page
    assert "hazards.0002_note" in page and "What stands in its tables does not fit the new rule." in page
    assert "王建国" not in page and "null value in column" in page, "the kind of error, nothing of the factory's"
    assert page.index(factory.name) < page.index("三厂") < page.index(other_factory.name)
    assert "data-refresh" in page and "Nobody is at work" in page
    SchemaUpgrade.objects.filter(factory=third).update(status="done")
    assert "data-refresh" not in english(console)


def test_a_failed_one_is_tried_again_by_a_worker_and_the_log_says_who_asked(factory, other_factory, console):
    row, _other = upgrade(factory), upgrade(other_factory, "done")
    assert console.post(f"{UPGRADES}{row.pk}/again/")["Location"] == UPGRADES
    waiting = Due.objects.get(handler="tenants.upgrade_again")
    assert waiting.factory is None and waiting.payload == {"factories": [factory.pk]}
    row.refresh_from_db()
    assert row.status == "waiting"
    assert OperatorEntry.objects.filter(what="upgraded").values_list("operator__name", "factory_name").get() == (
        "Anna",
        factory.name,
    )
    assert "hazards.0002_note" in console.get("/operator/log/").content.decode()
    assert "Nobody is at work" not in english(console)


def test_all_failed_ones_at_once_and_none_twice(factory, other_factory, console):
    upgrade(factory), upgrade(other_factory)
    assert console.post(f"{UPGRADES}again/").status_code == 302
    assert console.post(f"{UPGRADES}again/").status_code == 409
    assert sorted(Due.objects.get(handler="tenants.upgrade_again").payload["factories"]) == [
        factory.pk,
        other_factory.pk,
    ]
    assert OperatorEntry.objects.filter(what="upgraded").count() == 2


@pytest.mark.parametrize("pk", [0, 2**63, 10**30])
def test_what_is_not_there_is_tried_by_nobody(console, pk):
    assert console.post(f"{UPGRADES}{pk}/again/").status_code in (404, 409)
    assert not Due.objects.filter(handler="tenants.upgrade_again").exists()


def test_one_of_an_earlier_release_is_not_shown(factory, console):
    row = upgrade(factory)
    SchemaUpgrade.objects.update(fingerprint="earlier", began_at=timezone.now() - timedelta(days=9))
    assert factory.name not in english(console)
    assert console.post(f"{UPGRADES}{row.pk}/again/").status_code == 409


def test_many_factories_take_as_many_questions_as_few(factory, console):
    upgrade(factory)
    english(console)
    counts = []
    for number in (1, 60):
        rows = [Factory(schema_name=f"t_many_{number}_{each}", name="多厂") for each in range(number)]
        for each in Factory.objects.bulk_create(rows):
            upgrade(each, "done")
        with CaptureQueriesContext(connection) as queries:
            english(console)
        counts.append(len([query for query in queries if not query["sql"].startswith("SET ")]))
    assert counts[0] == counts[1] and counts[1] <= 8
    assert "Page 2 of 2" in english(console, page="2")
