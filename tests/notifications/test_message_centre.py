"""消息中心: what somebody was told, read or unread, and threads of which they want to hear no more."""

import re
import uuid

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from alerts.actions import raise_alert
from core.events import action, emit
from hazards.actions import add_post, open_group
from hazards.models import Hazard, Status, Thread
from notifications import catalogue
from notifications.actions import feed_after
from notifications.models import Message, Mute, Notification
from notifications.reading import standing
from people.permissions import Role
from tenants import provisioning
from tests import make


@pytest.fixture
def reader(browser, factory):
    reader = make.person(Role.SAFETY_OFFICER, name="周敏")
    browser.force_login(reader)
    return reader


def told(user, name: str = "hazard.reported", about: Hazard | None = None, **columns) -> Notification:
    about = about or make.hazard()
    seq = (Notification.objects.filter(user=user).count()) + 1
    facts = {
        "event": name,
        "subject_type": "hazards.hazard",
        "subject_id": str(about.pk),
        "line": f"新隐患 {about.number}",
        "url": reverse("go", args=["hazards.hazard", about.pk]),
        "at": timezone.now(),
    }
    return Notification.objects.create(user=user, seq=seq, event_id=uuid.uuid4(), **(facts | columns))


def lines(browser, query: str = "", face: str = "desk") -> list[str]:
    page = browser.get(f"/{face}/feed/{query}").content.decode()
    return re.findall(r"YH-TEST-\d+", re.sub(r"<section id=\"alerts\".*?</section>", "", page, flags=re.DOTALL))


@pytest.mark.parametrize("face", ["desk", "m"])
def test_the_newest_stands_first_on_both_faces(browser, reader, face):
    notes = [told(reader) for _number in range(3)]
    assert lines(browser, face=face) == [note.line.split()[1] for note in reversed(notes)]


def test_filters_tell_apart_what_is_unread_urgent_and_of_which_kind(browser, reader):
    old = told(reader, read_at=timezone.now())
    urgent = told(reader, "alert.raised", is_urgent=True)
    check = told(reader, "run.opened")
    strange = told(reader, "absence.declared")
    number = {note: note.line.split()[1] for note in (old, urgent, check, strange)}
    assert lines(browser, "?which=unread") == [number[strange], number[check], number[urgent]]
    assert lines(browser, "?which=urgent") == [number[urgent]]
    assert lines(browser, "?kind=hazards") == [number[old]]
    assert lines(browser, "?kind=checks&which=unread") == [number[check]]
    assert lines(browser, "?kind=other") == [number[strange]]
    assert len(lines(browser, "?which=nonsense&kind=x&before=-1")) == 4


def test_opening_a_message_reads_it_and_what_else_is_about_the_same(browser, reader):
    hazard = make.hazard()
    told(reader, about=hazard), told(reader, "hazard.closed", about=hazard), told(reader)
    browser.get(reverse("go", args=["hazards.hazard", hazard.pk]))
    assert standing(reader).unread == 1


def test_all_are_marked_but_not_what_came_after_the_page_was_drawn(browser, reader):
    told(reader), told(reader)
    late = told(reader)
    answer = browser.post("/desk/feed/read/?which=unread", {"until": late.seq - 1})
    assert answer.url == "/desk/feed/?which=unread"
    assert list(Notification.objects.filter(read_at=None)) == [late]
    for nonsense in ("", "x", "-5", "9" * 40):
        assert browser.post("/desk/feed/read/", {"until": nonsense}).status_code == 302
    assert standing(reader).unread == 1


def test_nobody_reads_or_mutes_what_is_somebody_elses(browser, reader):
    foreign = told(make.person(Role.SAFETY_OFFICER))
    assert browser.post("/desk/feed/mute/", {"note": foreign.pk}).status_code == 404
    browser.post("/desk/feed/read/", {"until": 99})
    foreign.refresh_from_db()
    assert foreign.read_at is None
    assert not lines(browser)
    assert browser.post("/desk/feed/burn/", {"note": foreign.pk}).status_code == 404


def test_a_muted_thread_makes_no_noise_and_stands_in_the_list(browser, reader):
    reporter = make.person(Role.WORKER)
    hazard = make.hazard(reporter=reporter)
    note = told(reader, about=hazard)
    browser.post("/m/feed/mute/", {"note": note.pk})
    browser.post("/m/feed/mute/", {"note": note.pk})
    assert Mute.objects.filter(user=reader).count() == 1
    later = told(reader, "hazard.closed", about=hazard)
    other = told(reader)
    said = {one["id"]: one.get("muted") for one in feed_after(reader, 0)}
    assert said == {note.pk: True, later.pk: True, other.pk: None}
    assert len(lines(browser)) == 3, "still in the list"
    assert len(lines(browser, "?which=muted")) == 2
    browser.post("/m/feed/unmute/", {"note": later.pk})
    assert not any(one.get("muted") for one in feed_after(reader, 0))


def test_urgent_ones_and_being_called_by_name_get_through(browser, factory, work_off):
    officer = make.person(Role.SAFETY_OFFICER, name="周敏")
    hazard = make.hazard(Status.RECTIFYING)
    group = open_group(hazard, by=officer)
    work_off()
    Message.objects.all().delete()
    thread = Thread.objects.create(hazard=hazard)
    subjects = (("hazards.hazard", hazard.pk), ("hazards.jointgroup", group.pk), ("hazards.thread", thread.pk))
    for kind, pk in subjects:
        Mute.objects.create(user=officer, subject_type=kind, subject_id=str(pk))
        Mute.objects.create(user=hazard.owner, subject_type=kind, subject_id=str(pk))
    add_post(group.hazard, by=hazard.owner, text="@周敏 来看")
    alert = raise_alert(hazard, "2号冲压机", by=hazard.owner)
    Mute.objects.create(user=officer, subject_type="alerts.alert", subject_id=str(alert.pk))
    work_off()
    said = {one["line"][:2]: one.get("muted") for one in feed_after(officer, 0)}
    assert len(said) >= 2 and not any(said.values())


def test_a_muted_thread_sends_nothing_to_the_phone(factory, work_off, monkeypatch):
    officer = make.person(Role.SAFETY_OFFICER)
    rule = catalogue.RULES["hazard.closed"]
    monkeypatch.setitem(
        catalogue.RULES, "hazard.closed", catalogue.Rule(rule.event, rule.audience, rule.line, ("browser", "sms"))
    )
    hazard = make.hazard(Status.CLOSED, reporter=officer)

    @action
    def close() -> None:
        emit("hazard.closed", hazard, by=None)

    close()
    work_off()
    assert Message.objects.filter(person=officer).count() == 1
    Mute.objects.create(user=officer, subject_type="hazards.hazard", subject_id=str(hazard.pk))
    close()
    work_off()
    assert Message.objects.filter(person=officer).count() == 1
    assert Notification.objects.filter(user=officer).count() == 2


def test_pages_follow_each_other_without_gap_or_repeat(browser, reader):
    hazard = make.hazard()
    for _number in range(120):
        told(reader, about=hazard)
    seen, query = [], ""
    for _page in range(3):
        page = browser.get(f"/m/feed/{query}").content.decode()
        seen += [int(pk) for pk in re.findall(r'name="note" value="(\d+)"', page)]
        older = re.search(r'href="\?(before=\d+)"', page)
        query = f"?{older[1]}" if older else ""
        told(reader, about=hazard)
    assert seen == sorted(seen, reverse=True) and len(seen) == 120
    assert not query


def test_the_bell_counts_what_is_unread(browser, reader):
    assert 'data-bell="0"' in browser.get("/bell/").content.decode()
    told(reader), told(reader)
    for path in ("/desk/", "/m/"):
        assert 'data-bell="2"' in browser.get(path).content.decode()
    assert 'href="/desk/feed/"' in browser.get("/bell/?desk=1").content.decode()
    for _number in range(110):
        told(reader)
    assert "99+" in browser.get("/bell/").content.decode()


def test_many_messages_ask_no_more_questions(browser, reader):
    def questions() -> int:
        with CaptureQueriesContext(connection) as asked:
            assert browser.get("/desk/feed/").status_code == 200
        return len(asked)

    for _number in range(3):
        told(reader)
    few = questions()
    for _number in range(40):
        told(reader)
    Mute.objects.bulk_create(
        Mute(user=reader, subject_type=note.subject_type, subject_id=note.subject_id)
        for note in Notification.objects.filter(user=reader)[:20]
    )
    assert questions() == few <= 20


def test_who_signs_in_elsewhere_sees_nothing(browser, reader, other_factory):
    told(reader)
    browser.defaults["HTTP_HOST"] = provisioning.host_of("two")
    assert browser.get("/desk/feed/").status_code == 302
