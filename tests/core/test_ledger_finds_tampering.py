"""Whoever holds the database can change rows; verify_ledger names the first one that is not what was sealed."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from io import StringIO

import psycopg
import pytest
from django.core.management import CommandError, call_command
from psycopg import sql

from core import ledger
from core.events import action, emit
from core.models import Counter, Event, LedgerHead
from tenants import provisioning


@action
def write(number: int) -> None:
    emit("plan.stopped", Counter(pk="c"), by=None, number=number)


@pytest.fixture
def five(fresh_factory):
    for number in range(5):
        write(number)
    assert ledger.verify().is_whole
    return fresh_factory


@contextmanager
def _as_intruder(factory) -> Iterator[psycopg.Connection]:
    """Somebody with the owner's password, who takes the guards away first."""
    with provisioning.as_owner() as owner:
        owner.execute(sql.SQL("SET search_path = {}").format(sql.Identifier(factory.schema_name)))
        owner.execute("ALTER TABLE core_event DISABLE TRIGGER USER")
        yield owner
        owner.execute("ALTER TABLE core_event ENABLE TRIGGER USER")


@pytest.mark.parametrize(
    ("statements", "seq", "kind"),
    [
        (["UPDATE core_event SET data = '{\"number\": 9}' WHERE seq = 3"], 3, "changed"),
        (["UPDATE core_event SET at = at - interval '1 day' WHERE seq = 2"], 2, "changed"),
        (["UPDATE core_event SET actor_id = 7 WHERE seq = 4"], 4, "changed"),
        (["UPDATE core_event SET seal = repeat('a', 64) WHERE seq = 4"], 4, "changed"),
        (["DELETE FROM core_event WHERE seq = 2"], 2, "removed"),
        (["DELETE FROM core_event WHERE seq = 1"], 1, "removed"),
        (["DELETE FROM core_event WHERE seq = 5"], 5, "removed"),
        (
            [
                "UPDATE core_event SET seq = 99 WHERE seq = 3",
                "UPDATE core_event SET seq = 3 WHERE seq = 4",
                "UPDATE core_event SET seq = 4 WHERE seq = 99",
            ],
            3,
            "order",
        ),
    ],
)
def test_the_first_bad_entry_is_named(five, statements, seq, kind):
    with _as_intruder(five) as intruder:
        for statement in statements:
            intruder.execute(statement)
    finding = ledger.verify().finding
    assert (finding.seq, finding.kind) == (seq, kind)


def test_a_tail_cut_together_with_the_head_shows_against_the_anchor(five):
    ledger.anchor()
    with _as_intruder(five) as intruder:
        intruder.execute("DELETE FROM core_event WHERE seq > 3")
        intruder.execute("UPDATE core_ledgerhead SET seq = 3, seal = (SELECT seal FROM core_event WHERE seq = 3)")
    assert ledger.verify().finding.seq == 4


def test_a_chain_that_somebody_seals_again_lacks_our_signature(five):
    last = Event.objects.get(seq=5)
    with _as_intruder(five) as intruder:
        last.data = {"number": 1000}
        forged = ledger.seal_of(last)
        intruder.execute("UPDATE core_event SET data = '{\"number\": 1000}', seal = %s WHERE seq = 5", [forged])
        intruder.execute("UPDATE core_ledgerhead SET seal = %s", [forged])
    assert ledger.verify().finding.kind == "head"


def _verify(*arguments: str) -> tuple[str, int]:
    out = StringIO()
    try:
        call_command("verify_ledger", *arguments, stdout=out)
    except SystemExit as end:
        return out.getvalue(), end.code
    return out.getvalue(), 0


def _slug(factory) -> str:
    return factory.domains.get().domain.split(".")[0]


def test_the_command_says_that_all_is_in_place(five):
    out, code = _verify("--factory", _slug(five))
    assert code == 0
    assert "5 entries, all in place" in out


def test_the_command_answers_machines_too(five):
    with _as_intruder(five) as intruder:
        intruder.execute("DELETE FROM core_event WHERE seq = 2")
    out, code = _verify("--factory", _slug(five), "--json")
    verdict = json.loads(out)
    assert code == 1
    assert verdict["ok"] is False
    assert verdict["first_bad"]["seq"] == 2
    assert verdict["head"] == LedgerHead.objects.get().seal


def test_an_unknown_factory_is_said(db):
    with pytest.raises(CommandError, match="no factory at nowhere"):
        call_command("verify_ledger", "--factory", "nowhere")
