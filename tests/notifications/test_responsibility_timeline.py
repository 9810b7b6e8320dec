"""Who knew what of a hazard, when, by which channel, and whether they opened it."""

import io
from datetime import timedelta

import pytest
import time_machine
from django.utils import timezone
from pypdf import PdfReader

from core.models import Event, Job
from hazards import actions
from hazards.models import Level, Mention, Post, Thread
from notifications.actions import deliver
from notifications.models import Message, Notification
from notifications.reading import standing
from notifications.timeline import timeline
from people.permissions import Role
from tests import make


@pytest.fixture
def people(factory):
    make.policies()
    return {
        "officer": make.person(Role.SAFETY_OFFICER, name="周敏"),
        "worker": make.person(Role.WORKER, name="王建国"),
        "fixer": make.person(Role.MAINTENANCE, name="陈志强"),
        "leader": make.person(Role.TEAM_LEADER, name="李卫东"),
    }


@pytest.fixture
def hazard(people):
    """Reported as urgent, confirmed and assigned; everybody was told."""
    place = make.area()
    made = actions.report_hazard(
        by=people["worker"], title="光幕失灵", category=make.category(), area=place, is_urgent=True
    )
    actions.confirm_hazard(made, by=people["officer"], level=Level.SERIOUS)
    actions.assign_hazard(made, by=people["officer"], owner=people["fixer"])
    for event in Event.objects.order_by("seq"):
        deliver(event)
    return made


def entry_of(hazard, name: str):
    return next(
        entry for entry in timeline(hazard) if entry.what == make.in_language("zh-hans", name) or entry.what == name
    )


def test_each_step_says_who_was_told_and_that_nobody_opened_it_yet(hazard, people):
    told = entry_of(hazard, "Assigned").told
    assert [(person.name, person.opened) for person in told] == [("王建国", None), ("陈志强", None)]
    assert all(entry.seal and entry.seq for entry in timeline(hazard))


def test_opening_the_page_of_the_hazard_opens_its_notices(browser, hazard, people):
    browser.force_login(people["fixer"])
    with time_machine.travel(timezone.now() + timedelta(minutes=7), tick=False):
        opened = timezone.now()
        browser.get(f"/m/hazards/{hazard.pk}/rectify/")
    browser.get(f"/m/hazards/{hazard.pk}/")
    told = {person.name: person.opened for person in entry_of(hazard, "Assigned").told}
    assert told == {"王建国": None, "陈志强": opened}, "the first time counts, and only one's own"


def test_marking_all_as_read_opens_nothing_and_says_so(browser, hazard, people):
    browser.force_login(people["fixer"])
    browser.post("/m/feed/read/", {"until": 99})
    assert standing(people["fixer"]).unread == 0
    told = {person.name: person for person in entry_of(hazard, "Assigned").told}
    assert told["陈志强"].opened is None
    assert told["陈志强"].passed_over and not told["王建国"].passed_over
    browser.force_login(people["fixer"])
    browser.get(f"/m/hazards/{hazard.pk}/")
    told = {person.name: person for person in entry_of(hazard, "Assigned").told}
    assert told["陈志强"].opened and not told["陈志强"].passed_over, "opened after all"


def test_the_desk_opens_them_too_and_lists_do_not(browser, hazard, people):
    browser.force_login(people["officer"])
    browser.get("/desk/hazards/?group=all")
    mine = Notification.objects.filter(user=people["officer"])
    assert mine.exists() and not mine.exclude(read_at=None).exists()
    browser.get(f"/desk/hazards/{hazard.pk}/")
    assert not mine.filter(read_at=None).exists()


def test_another_hazards_notices_stay_unopened(browser, hazard, people):
    other = actions.report_hazard(by=people["worker"], title="地面有油", category=make.category(), area=make.area())
    for event in Event.objects.filter(subject_id=str(other.pk), name="hazard.reported"):
        deliver(event)
    browser.force_login(people["officer"])
    browser.get(f"/desk/hazards/{hazard.pk}/")
    unread = Notification.objects.filter(user=people["officer"], read_at=None)
    assert [note.line for note in unread] and all("地面有油" in note.line for note in unread)


def test_the_alert_and_its_sms_are_part_of_it(hazard, people, work_off):
    work_off()
    assert Message.objects.exists()
    raised = entry_of(hazard, "Alert raised")
    assert [person.name for person in raised.told] == ["周敏"] and raised.told[0].ways


def test_an_escalation_names_those_who_were_told_and_by_whom_not(hazard, people):
    late = type(hazard).objects.get(pk=hazard.pk)
    with time_machine.travel(late.due_at - timedelta(hours=1), tick=False):
        actions.escalate_hazard(late)
    entry = entry_of(hazard, "Passed on to the next level")
    assert [(person.name, person.is_noticed) for person in entry.told] == [("李卫东", False)]
    deliver(Event.objects.filter(name="hazard.escalated").latest("seq"))
    told = entry_of(hazard, "Passed on to the next level").told
    assert [(person.name, person.is_noticed) for person in told] == [("李卫东", True)]


def test_more_time_and_decisions_stand_in_order(hazard, people):
    later = timezone.now() + timedelta(days=4)
    asked = actions.request_extension(hazard, by=people["fixer"], new_due_at=later, reason="等配件")
    actions.decide_extension(asked, by=people["officer"], is_approved=True)
    entries = timeline(hazard)
    assert [entry.at for entry in entries] == sorted(entry.at for entry in entries)
    assert "等配件" in entries[-2].detail and entries[-1].who == "周敏"


def test_what_was_said_in_the_group_and_who_saw_it(hazard, people):
    now = timezone.now()
    thread = Thread.objects.create(hazard=hazard)
    post = Post.objects.create(thread=thread, author=people["officer"], text="今天能换吗", at=now)
    Mention.objects.create(post=post, user=people["fixer"], seen_at=now + timedelta(minutes=3))
    Mention.objects.create(post=post, user=people["leader"])
    said = entry_of(hazard, "Said")
    assert (said.who, said.detail) == ("周敏", "今天能换吗")
    assert [(person.name, bool(person.opened)) for person in said.told] == [("陈志强", True), ("李卫东", False)]


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_on_paper_in_the_readers_language(browser, hazard, people, work_off, language):
    officer = people["officer"]
    type(officer).objects.filter(pk=officer.pk).update(language=language)
    browser.force_login(officer)
    browser.post(f"/desk/hazards/{hazard.pk}/timeline/")
    work_off()
    job = Job.objects.get()
    assert job.status == Job.Status.DONE, job.message
    reader = PdfReader(io.BytesIO(b"".join(browser.get(f"/files/{job.result_id}/").streaming_content)))
    said = "".join(page.extract_text() for page in reader.pages)
    for words in (hazard.number, "光幕失灵", "陈志强", make.in_language(language, "not opened")):
        assert words in said, words
    assert len(reader.pages) == 1
