"""Facts go in, a score and its reasons come out; a run is judged once, after it was handed in."""

import random
from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from core import likeness
from core.attachments import keep_photo
from core.models import Attachment
from facilities.qr import issue_sticker
from inspections.actions import Given, judge_runs, submit_run
from inspections.authenticity import Copy, Facts, Row, facts_of, in_words, judge
from inspections.models import DOUBTFUL, Answer, Run
from people.permissions import Role
from portals.operator.demo.shots import copy_of, scene_at, shoot
from tests import make
from tests.threads import at_once

COPY = Copy("a", "b", is_same_file=True, run=1)


def codes(facts: Facts) -> list[str]:
    return [doubt["code"] for doubt in judge(facts)[1]]


def test_a_check_as_it_should_be_has_the_full_score():
    assert judge(Facts(seconds=85, items=8, usual=84)) == (100, [])


@pytest.mark.parametrize(
    ("facts", "code"),
    [
        (Facts(seconds=9, items=8, usual=84), "too_fast"),
        (Facts(seconds=11, items=8), "too_fast"),
        (Facts(seconds=80, items=8, copies=(COPY,)), "copied_photo"),
        (Facts(seconds=80, items=8, row=Row(25, 25, 100, 25)), "same_answers"),
        (Facts(seconds=80, items=8, label="other"), "other_label"),
    ],
)
def test_each_strong_sign_alone_is_worth_a_talk(facts, code):
    score, doubts = judge(facts)
    assert [doubt["code"] for doubt in doubts] == [code]
    assert score < DOUBTFUL
    assert in_words(doubts[0])


def test_a_label_that_was_not_scanned_alone_is_not():
    score, doubts = judge(Facts(seconds=80, items=8, label="none"))
    assert score > DOUBTFUL and doubts and in_words(doubts[0])


def test_everything_together_never_falls_below_nothing():
    facts = Facts(seconds=2, items=8, usual=84, copies=(COPY,), row=Row(40, 40, 100, 50), label="other")
    assert judge(facts)[0] == 0


@pytest.mark.parametrize(
    "facts",
    [
        Facts(seconds=None, items=8, usual=84),
        Facts(seconds=22, items=8, usual=84),
        Facts(seconds=80, items=8, row=Row(19, 19, 100, 50)),
        Facts(seconds=80, items=8, row=Row(30, 30, 100, 0)),
        Facts(seconds=80, items=8, row=Row(30, 30, 100, 5)),
        Facts(seconds=80, items=8, row=Row(30, 1, 100, 50)),
        Facts(seconds=80, items=8, row=Row(30, 30, 10, 5)),
    ],
)
def test_what_luck_or_haste_explain_is_no_sign(facts):
    assert codes(facts) == []


# Photos


def keep(content: bytes, by) -> Attachment:
    return keep_photo(SimpleUploadedFile("shot.jpg", content, "image/jpeg"), by=by)


def shot(place: str, number: int) -> bytes:
    return shoot(scene_at("machine", place, is_after=True), random.Random(number))


@pytest.fixture
def worker(factory):
    make.policies()
    return make.person(Role.WORKER)


@pytest.fixture
def listed(factory):
    return make.checklist({"photo": "always"})


def hand_in(worker, listed, photo: bytes, at=None, seconds: int = 60) -> Run:
    run = make.run(
        worker, of=listed, started_at=timezone.now() - timedelta(seconds=seconds), **({"equipment": at} if at else {})
    )
    item = listed.items.select_related("category").get()
    submit_run(run, [Given(item, "pass", photos=(keep(photo, worker),))], by=worker)
    judge_runs([run.pk])
    run.refresh_from_db()
    return run


def test_the_very_same_file_again_is_found(worker, listed):
    first, content = make.machine(), shot("p1", 1)
    earlier = hand_in(worker, listed, content, first)
    assert earlier.score == 100
    again = hand_in(worker, listed, content, first)
    (doubt,) = again.doubts
    assert doubt["code"] == "copied_photo"
    assert doubt["copies"][0]["file"] and doubt["copies"][0]["run"] == earlier.pk


@pytest.mark.parametrize("way", ["saved", "shrunk", "cut", "brightened"])
def test_a_shot_that_was_saved_again_is_found(worker, listed, way):
    content = shot("p2", 2)
    hand_in(worker, listed, content)
    again = hand_in(worker, listed, copy_of(content, random.Random(3), way))
    assert [doubt["code"] for doubt in again.doubts] == ["copied_photo"]
    assert not again.doubts[0]["copies"][0]["file"]


def test_a_second_shot_of_the_same_nameplate_is_none(worker, listed):
    machine = make.machine()
    for number in range(6):
        assert hand_in(worker, listed, shot("p3", 10 + number), machine).doubts == []


def test_a_photo_of_a_hazard_used_in_a_check_is_found(worker, listed):
    content, hazard = shot("p4", 4), make.hazard()
    hazard.evidence.create(attachment=keep(content, worker), stage="before")
    doubts = hand_in(worker, listed, content).doubts
    assert doubts[0]["copies"][0]["hazard"] == hazard.pk


def test_a_photo_that_was_uploaded_and_never_used_proves_nothing(worker, listed):
    content = shot("p5", 5)
    keep(content, worker)
    assert hand_in(worker, listed, content).doubts == []


def test_the_photo_that_became_a_hazard_is_not_its_own_copy(worker, listed):
    run = make.run(worker, of=listed, started_at=timezone.now() - timedelta(seconds=60))
    item = listed.items.select_related("category").get()
    submit_run(run, [Given(item, "fail", photos=(keep(shot("p6", 6), worker),))], by=worker)
    judge_runs([run.pk])
    run.refresh_from_db()
    assert run.doubts == []


def test_a_photo_without_its_hash_gets_one_when_it_is_needed(worker, listed):
    content = shot("p7", 7)
    hand_in(worker, listed, content)
    Attachment.objects.update(phash=None)
    run = hand_in(worker, listed, copy_of(content, random.Random(1), "saved"))
    assert Answer.objects.get(run=run).photos.get().phash is not None


def test_what_is_no_picture_has_no_hash():
    assert likeness.phash_of(b"no picture") is None
    assert likeness.phash_of(b"") is None


# Judging


def test_a_run_is_judged_after_it_was_handed_in(fresh_factory, work_off):
    make.policies()
    worker = make.person(Role.WORKER)
    run = make.run(worker, started_at=timezone.now() - timedelta(seconds=1))
    submit_run(run, [Given(run.checklist.items.select_related("category").get(), "pass")], by=worker)
    work_off()
    run.refresh_from_db()
    assert run.score == 50
    assert [doubt["code"] for doubt in run.doubts] == ["too_fast"]


def test_judging_twice_or_at_once_changes_nothing(fresh_factory):
    worker = make.person(Role.WORKER)
    run = make.run(worker, status="done", inspector=worker, submitted_at=timezone.now(), result="pass", seconds=1)
    Answer.objects.create(run=run, item=run.checklist.items.get(), value="pass", answered_at=timezone.now())
    assert sorted(at_once(fresh_factory, *(lambda: judge_runs([run.pk]) for _n in range(3)))) == [0, 0, 1]
    Run.objects.filter(pk=run.pk).update(seconds=500)
    assert judge_runs([run.pk]) == 0
    run.refresh_from_db()
    assert run.score == 50


def test_a_run_that_nobody_did_is_not_judged(factory):
    assert judge_runs([make.run().pk]) == 0


def done(worker, listed, machine, *, value: str = "pass", ago: int = 0, **columns) -> Run:
    at = timezone.now() - timedelta(hours=ago)
    facts = {"status": "done", "inspector": worker, "submitted_at": at, "seconds": 60, "result": value, "opens_at": at}
    run = make.run(worker, of=listed, equipment=machine, **(facts | columns))
    for item in listed.items.all():
        Answer.objects.create(run=run, item=item, value=value, answered_at=at)
    return run


def test_the_same_answers_where_others_find_something(factory):
    listed, machine = make.checklist({}, {}), make.machine()
    one, other = make.person(Role.WORKER), make.person(Role.WORKER)
    for number in range(40):
        done(other, listed, machine, value="fail" if number % 4 == 0 else "pass", ago=number)
    runs = [done(one, listed, machine, ago=60 - number) for number in range(25)]
    facts = facts_of([run.pk for run in runs])
    assert [facts[run.pk].row.same for run in runs] == list(range(1, 26))
    assert facts[runs[-1].pk].row == Row(25, 25, 40, 10)
    assert codes(facts[runs[-1].pk]) == ["same_answers"]
    assert codes(facts[runs[10].pk]) == []


def test_a_different_answer_begins_the_row_anew(factory):
    listed, machine, one = make.checklist({}), make.machine(), make.person(Role.WORKER)
    values = ["pass", "pass", "not_in_use", "pass", "pass", "pass"]
    runs = [
        done(one, listed, machine, value=value, ago=60 - number, result="pass") for number, value in enumerate(values)
    ]
    facts = facts_of([run.pk for run in runs])
    assert [facts[run.pk].row.same for run in runs] == [1, 2, 1, 1, 2, 3]


def test_seconds_come_from_the_phone_where_it_worked_alone(factory):
    listed, machine, one = make.checklist({}), make.machine(), make.person(Role.WORKER)
    at = timezone.now() - timedelta(days=400)
    phone = {"phone_started_at": at, "phone_submitted_at": at + timedelta(seconds=70)}
    assert facts_of([(run := done(one, listed, machine, seconds=0, **phone)).pk])[run.pk].seconds == 70
    assert facts_of([(run := done(one, listed, machine, seconds=0)).pk])[run.pk].seconds is None


def test_the_label_that_was_scanned(factory):
    listed, machine, one = make.checklist({}), make.machine(), make.person(Role.WORKER)
    without = done(one, listed, make.machine())
    sticker, other, around = (issue_sticker(place, by=None) for place in (machine, make.machine(), machine.area))
    labels = ({"scanned": sticker}, {"other_label": other}, {"other_label": other, "scanned": sticker}, {})
    runs = [done(one, listed, machine, **label) for label in labels]
    of_area = [done(one, listed, machine, **label) for label in ({"scanned": around}, {"other_label": sticker}, {})]
    Run.objects.filter(pk__in=[run.pk for run in of_area]).update(equipment=None)
    runs += of_area
    facts = facts_of([without.pk, *(run.pk for run in runs)])
    found = [facts[run.pk].label for run in (without, *runs)]
    assert found == ["", "", "other", "", "none", "", "other", "none"]


@pytest.mark.parametrize(
    ("label", "off", "reason", "told"),
    [
        ("other", 30, "During it the label of another place was scanned, and never its own.", 2),
        ("none", 5, "It began without scanning the label.", 1),
    ],
)
def test_a_label_of_elsewhere_is_worth_a_talk_and_a_missing_one_only_beside_what_is_stronger(
    browser, label, off, reason, told
):
    leader, worker = make.person(Role.TEAM_LEADER), make.person(Role.WORKER)
    worker.team = make.team(leader)
    worker.save()
    machine = make.machine()
    issue_sticker(machine, by=None)
    other = issue_sticker(make.machine(), by=None) if label == "other" else None
    quick = done(worker, make.checklist({}), machine, other_label=other, seconds=1)
    usual = done(worker, make.checklist({}), machine, other_label=other)
    judge_runs([quick.pk, usual.pk])
    for run, score in ((quick, 50 - off), (usual, 100 - off)):
        run.refresh_from_db()
        assert run.score == score
        assert {"code": f"{label}_label", "off": off} in run.doubts
    browser.force_login(leader)
    page = browser.get("/desk/doubts/").content.decode()
    assert page.count(make.in_language("zh-hans", reason)) == told
