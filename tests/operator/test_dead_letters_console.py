"""Work that was set aside: an operator sees which and why, never what is in it, and lets it run again or drops it."""

from datetime import timedelta

import pytest
from django.conf import settings
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from core.errors import Refusal
from core.models import Counter
from operators.actions import drop_dead, replay_dead
from operators.models import OperatorEntry
from portals.operator.filters import Filter
from tenants import due
from tenants.current import current_schema, in_factory
from tenants.models import Due
from tests.operator.conftest import DEAD
from tests.threads import at_once

seen: list[tuple[str, str]] = []


@due.handler("test.set_aside")
def set_aside(word: str = "") -> None:
    seen.append((current_schema(), word))
    Counter.objects.create(name=f"set aside {word}")


@due.handler("test.still_broken")
def still_broken(**_: object) -> None:
    raise ValueError("no network")


@pytest.fixture(autouse=True)
def _nothing_before():
    seen.clear()


def dead(handler: str = "test.set_aside", *, factory=None, error: str = "ValueError: no network", **more) -> Due:
    now = timezone.now()
    facts = {"handler": handler, "due_at": now, "dead_at": now, "attempts": due.MAX_ATTEMPTS, "last_error": error}
    return Due.objects.create(factory=factory, **facts | more)


def entries() -> list[tuple]:
    rows = OperatorEntry.objects.exclude(what__in=("made", "signed_in")).order_by("id")
    return list(rows.values_list("what", "operator__name", "factory_name"))


def test_it_is_replayed_and_runs(factory, console, work_off):
    row = dead(factory=factory, payload={"word": "again"})
    assert f"{DEAD}{row.pk}/replay/" in console.get(f"{DEAD}{row.pk}/").content.decode()
    assert console.get(f"{DEAD}{row.pk}/replay/").status_code == 200
    assert due.dead().exists() and not seen, "looking and being asked change nothing"
    answer = console.post(f"{DEAD}{row.pk}/replay/", follow=True)
    assert answer.redirect_chain == [(f"{DEAD}?replayed=1", 302)]
    work_off()
    assert seen == [(factory.schema_name, "again")]
    assert not due.dead().exists()
    assert entries() == [("replayed", "Anna", factory.name)]


def test_what_fails_again_comes_back_with_its_new_reason(factory, console, work_off):
    row = dead("test.still_broken", factory=factory, error="OSError: old")
    console.post(f"{DEAD}{row.pk}/replay/")
    for _try in range(due.MAX_ATTEMPTS):
        assert not due.dead().exists()
        Due.objects.filter(handler="test.still_broken").update(due_at=timezone.now())
        work_off()
    assert due.dead().get().last_error == "ValueError: no network"
    assert "ValueError: no network" in console.get(DEAD).content.decode()


def test_newer_work_of_the_same_key_does_it_anyway(factory, console, work_off):
    row = dead(factory=factory, key="k", payload={"word": "old"})
    with in_factory(factory):
        due.at(timezone.now(), "test.set_aside", key="k", word="new")
    assert console.post(f"{DEAD}{row.pk}/replay/")["Location"] == f"{DEAD}?surpassed=1"
    work_off()
    assert [word for _schema, word in seen] == ["new"]
    assert entries() == [("surpassed", "Anna", factory.name)]


def test_all_that_fit_the_filter_are_replayed_once_each(factory, other_factory, console, work_off):
    for word in ("a", "b"):
        dead(factory=factory, payload={"word": word})
    dead(factory=factory, key="k", payload={"word": "older"})
    dead(factory=factory, key="k", payload={"word": "newest"})
    dead(factory=other_factory, payload={"word": "elsewhere"})
    dead("test.still_broken", factory=factory)
    query = f"factory={factory.pk}&kind=test.set_aside"
    page = console.get(f"{DEAD}replay/?{query}", headers={"Accept-Language": "en"})
    assert "Replay 4 rows?" in page.content.decode() and factory.name in page.content.decode()
    sent = {"factory": factory.pk, "kind": "test.set_aside", "until": page.context["until"]}
    assert console.post(f"{DEAD}replay/", sent)["Location"] == f"{DEAD}?{query}&replayed=3&surpassed=1"
    work_off()
    assert sorted(word for _schema, word in seen) == ["a", "b", "newest"]
    assert due.dead().count() == 2


def test_what_is_set_aside_after_the_question_stays(factory, console):
    dead(factory=factory)
    until = console.get(f"{DEAD}replay/").context["until"]
    late = dead(factory=factory)
    console.post(f"{DEAD}replay/", {"until": until})
    assert due.dead().get() == late


@pytest.mark.parametrize("until", ["", "x", "2026-02-30", "0001-01-01T00:00:00+14:00", "2026-11-26", "9" * 40])
def test_an_answer_to_no_question_replays_nothing(factory, console, until):
    dead(factory=factory)
    assert console.post(f"{DEAD}replay/", {"until": until})["Location"] == f"{DEAD}replay/"
    assert due.dead().count() == 1


def test_dropping_needs_a_reason_and_leaves_it_in_the_log(factory, console, work_off):
    row = dead(factory=factory)
    assert console.get(f"{DEAD}{row.pk}/drop/").status_code == 200
    for reason in ("", " ", "x", "x" * 301, "\0"):
        assert console.post(f"{DEAD}{row.pk}/drop/", {"reason": reason}).status_code == 422
    assert due.dead().exists()
    answer = console.post(f"{DEAD}{row.pk}/drop/", {"reason": "设备已经拆掉"})
    assert answer["Location"] == f"{DEAD}?dropped=1"
    work_off()
    assert not Due.objects.filter(pk=row.pk).exists() and not seen
    page = console.get("/operator/log/").content.decode()
    assert "设备已经拆掉" in page and factory.name in page and "Anna" in page and str(row.pk) in page


def test_what_is_gone_is_said_so_and_a_strange_number_is_not_found(factory, console):
    gone = dead(factory=factory).pk
    waiting = Due.objects.create(factory=factory, handler="test.set_aside", due_at=timezone.now() + timedelta(hours=1))
    Due.objects.filter(pk=gone).delete()
    for pk in (gone, waiting.pk, 2**63, 10**30):
        assert console.get(f"{DEAD}{pk}/").status_code == 404
        assert console.post(f"{DEAD}{pk}/replay/")["Location"] == f"{DEAD}?gone=1"
        assert console.post(f"{DEAD}{pk}/drop/", {"reason": "weg"}).status_code == 404
    assert Due.objects.filter(pk=waiting.pk, dead_at=None).exists(), "what waits is nobody's to drop"
    assert entries() == []


def test_the_list_can_be_narrowed_and_paged(factory, other_factory, console):
    now = timezone.now()
    for number in range(53):
        dead(factory=factory, dead_at=now - timedelta(minutes=number))
    dead(factory=other_factory)
    dead("tenants.fill_pool")
    first = console.get(DEAD, {"factory": factory.pk})
    assert len(first.context["page"].rows) == 50
    second = console.get(DEAD, {"factory": factory.pk, "at": first.context["page"].on})
    assert len(second.context["page"].rows) == 3
    own = console.get(DEAD, {"factory": "own"})
    assert [row["handler"] for row in own.context["page"].rows] == ["tenants.fill_pool"]
    kind = console.get(DEAD, {"kind": "test.set_aside"})
    assert {row["handler"] for row in kind.context["page"].rows} == {"test.set_aside"}


@pytest.mark.parametrize("key", ["factory", "kind", "at", "replayed", "gone", "until"])
@pytest.mark.parametrize("value", ["²", "٣", "9" * 30, "-1", "abc", "\x00", "b1-1", "n99999999999999999-1"])
def test_a_filter_that_cannot_be_read_breaks_nothing(factory, console, key, value):
    dead(factory=factory)
    assert console.get(DEAD, {key: value}).status_code == 200
    assert console.get(f"{DEAD}replay/", {key: value}).status_code == 200
    assert console.get("/operator/log/", {key: value}).status_code == 200


def test_the_head_says_how_far_the_work_is_behind(factory, console):
    now = timezone.now()
    Due.objects.all().delete()
    dead(factory=factory)
    for minutes, is_urgent in ((30, False), (5, True), (-60, False)):
        Due.objects.create(
            factory=factory, handler="test.set_aside", due_at=now - timedelta(minutes=minutes), is_urgent=is_urgent
        )
    queue = console.get(DEAD).context["queue"]
    assert (queue.due, queue.urgent, queue.dead) == (2, 1, 1)
    assert timedelta(minutes=30) <= queue.lag < timedelta(minutes=31)


SECRETS = {
    "phone": "13812345678",
    "text": "您的登录验证码是 204518",
    "name": "王建国",
    "numbers": [13812345678],
    "mail": "li@example.com",
    "inside": {"who": "王建国"},
}
ERRORS = [
    "DomainError: 王建国（13812345678）已经有这个号码。",
    "NotAllowed: John Smith may not do this.",
    'IntegrityError: duplicate key value violates unique constraint "people_user_phone"\nDETAIL:  Key (phone)=(13812345678).',
    'DataError: invalid input syntax for type bigint: "John Smith"',
    "ValueError: nobody is called 王建国, try li@example.com or 138 1234 5678",
    "Rejected: isv.MOBILE 13812345678",
]


@pytest.mark.parametrize("error", ERRORS)
def test_nothing_of_the_factorys_people_is_shown(factory, console, error):
    row = dead(factory=factory, payload=SECRETS | {"hazard": 17, "plan": 4711}, error=error)
    for path in (DEAD, f"{DEAD}{row.pk}/", f"{DEAD}{row.pk}/replay/", f"{DEAD}{row.pk}/drop/"):
        page = console.get(path).content.decode()
        for secret in ("1381234", "138 1234", "204518", "王建国", "John", "Smith", "li@example", "验证码"):
            assert secret not in page, (path, secret)
    page = console.get(f"{DEAD}{row.pk}/").content.decode()
    assert ">phone<" in page and ">text<" in page and ">hazard<" in page and ">17<" in page and ">4711<" in page
    console.post(f"{DEAD}{row.pk}/drop/", {"reason": "erledigt"})
    assert "王建国" not in str(list(OperatorEntry.objects.values()))


@pytest.mark.parametrize(
    ("error", "english"),
    [
        ('OperationalError: connection to server at "10.0.0.5", port 5432 failed', "The database did not answer"),
        ("TimeoutError: timed out", "Another server did not answer."),
        ("OSError: [Errno 28] No space left on device", "A file could not be read or written."),
        ("DoesNotExist: Hazard matching query does not exist.", "What it is about is not there any more."),
        ("DomainError: 不行", "A rule of the product says no."),
        ("ZeroDivisionError: division by zero", "A fault in the program."),
        ("", "A fault in the program."),
    ],
)
def test_the_reason_can_be_read(factory, console, error, english):
    dead(factory=factory, error=error)
    assert english in console.get(DEAD, headers={"Accept-Language": "en"}).content.decode()


def test_work_of_another_version_is_told(factory, console):
    dead("gone.away", factory=factory, error="KeyError: 'gone.away'")
    page = console.get(DEAD, headers={"Accept-Language": "en"}).content.decode()
    assert "This version does not know this kind of work." in page


def test_more_rows_are_not_more_questions(factory, other_factory, console):
    def asked(path: str) -> int:
        with CaptureQueriesContext(connection) as queries:
            assert console.get(path).status_code == 200
        return len([query for query in queries if not query["sql"].startswith("SET ")])

    def some(count: int) -> list[int]:
        for number in range(count):
            row = dead(factory=factory if number % 2 else other_factory, payload={"n": number})
            console.post(f"{DEAD}{dead(factory=factory).pk}/replay/")
        return [asked(path) for path in (DEAD, f"{DEAD}{row.pk}/", "/operator/log/", f"{DEAD}replay/")]

    few = some(2)
    assert some(8) == few and max(few) <= 9


def test_an_operator_does_not_get_into_a_factory_with_it(factory, console):
    console.defaults["HTTP_HOST"] = "one." + settings.BASE_DOMAIN
    answer = console.get("/desk/")
    assert answer.status_code == 302 and answer["Location"].startswith("/account/login/")


def test_two_operators_at_once_replay_it_once(fresh_factory):
    row = dead(factory=fresh_factory)
    results = at_once(fresh_factory, *[lambda: replay_dead(due.dead().filter(pk=row.pk), by=None)] * 4)
    assert sorted(results) == [(0, 0), (0, 0), (0, 0), (1, 0)]
    assert OperatorEntry.objects.filter(facts__row=row.pk).count() == 1
    Due.objects.filter(pk=row.pk).delete()


def test_one_replays_and_one_drops_at_once_and_only_one_of_both_happens(fresh_factory):
    row = dead(factory=fresh_factory)
    replayed, dropped = at_once(
        fresh_factory,
        lambda: replay_dead(due.dead().filter(pk=row.pk), by=None),
        lambda: drop_dead(row, "nicht mehr nötig", by=None),
    )
    assert (replayed == (1, 0)) is isinstance(dropped, Refusal)
    assert Due.objects.filter(pk=row.pk, dead_at=None).exists() is (replayed == (1, 0))
    Due.objects.filter(pk=row.pk).delete()


def test_newer_work_that_is_written_while_it_is_replayed_is_done_once(fresh_factory):
    """The row of the same key is not there yet when it is looked for, and there when it is written."""
    rows = [dead(factory=fresh_factory, key=f"race {number}") for number in range(20)]

    def write() -> None:
        for number in range(20):
            with transaction.atomic():
                due.at(timezone.now() + timedelta(hours=1), "test.set_aside", key=f"race {number}", word="new")

    def replay() -> None:
        for row in rows:
            replay_dead(due.dead().filter(pk=row.pk), by=None)

    assert at_once(fresh_factory, write, replay) == [None, None]
    left = Due.objects.filter(factory=fresh_factory, key__startswith="race ")
    assert left.count() == 20 and not left.exclude(dead_at=None).exists()
    left.delete()


def test_a_great_many_are_replayed_in_parts(factory, console):
    facts = {"handler": "test.set_aside", "due_at": timezone.now(), "dead_at": timezone.now(), "attempts": 12}
    Due.objects.bulk_create(Due(factory=factory, **facts) for _number in range(due.MOST_AT_ONCE + 5))
    rows = Filter(factory=str(factory.pk)).rows()
    assert replay_dead(rows, by=None) == (due.MOST_AT_ONCE + 5, 0)
    assert OperatorEntry.objects.filter(what="replayed").count() == due.MOST_AT_ONCE + 5
