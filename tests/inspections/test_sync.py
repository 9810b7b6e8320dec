"""What the phone's queue says to the server: files and hand-ins that may come twice, late, changed or broken."""

import hashlib
import json
import uuid
from datetime import timedelta

import pytest
import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone

from core.models import Attachment, Event
from facilities.qr import issue_sticker, token_of
from hazards.models import Hazard
from inspections.actions import Given, submit_run
from inspections.models import Answer, Item, Run
from people.models import User
from people.permissions import Role
from tenants.current import in_factory
from tests import make

JSON = {"Accept": "application/json"}


@pytest.fixture
def worker(browser):
    make.policies()
    worker = make.person(Role.WORKER, name="王建国")
    browser.force_login(worker)
    return worker


@pytest.fixture
def run(worker) -> Run:
    """A check of two questions; the second wants a photo where there is a problem."""
    return make.run(worker, of=make.checklist({}, {}))


def upload(browser, run: Run, user, *, pk: str = "", content: bytes | None = None, name: str = "", **more):
    name = name or f"photos-{run.checklist.items.last().pk}"
    file = SimpleUploadedFile("foto.jpg", content or make.photo_file().read(), "image/jpeg")
    data = {"id": pk or str(uuid.uuid4()), "user": user.pk, "name": name, name: file} | more
    return browser.post(reverse("field:sync_file", args=[run.pk]), data, headers=JSON)


def record(run: Run, user, *photos: str, **changed) -> dict:
    first, second = run.checklist.items.all()
    now = timezone.now()
    return {
        "id": str(uuid.uuid4()),
        "user": user.pk,
        "fields": [
            [f"value-{first.pk}", "pass"],
            [f"value-{second.pk}", "fail" if photos else "pass"],
            [f"answered_at-{first.pk}", now.isoformat()],
        ],
        "files": {f"photos-{second.pk}": list(photos)} if photos else {},
        "started_at": (now - timedelta(minutes=4)).isoformat(),
        "submitted_at": (now - timedelta(minutes=1)).isoformat(),
        "sent_at": now.isoformat(),
    } | changed


def hand_in(browser, run: Run, told):
    body = told if isinstance(told, str | bytes) else json.dumps(told)
    return browser.post(reverse("field:sync_run", args=[run.pk]), body, content_type="application/json", headers=JSON)


def colleague(run: Run, worker, name: str = "刘芳"):
    """Both of the run's team, which has it to do."""
    team, other = make.team(worker), make.person(Role.WORKER, name=name)
    other.team = team
    other.save()
    Run.objects.filter(pk=run.pk).update(assignee=None, team=team)
    return other


# Who and what


def test_the_phone_learns_who_it_is_and_what_to_keep(browser, worker, run):
    sticker = issue_sticker(run.equipment, by=make.person(Role.ADMIN))
    tomorrow = make.run(
        worker, opens_at=timezone.now() + timedelta(hours=20), closes_at=timezone.now() + timedelta(hours=22)
    )
    make.run(worker, opens_at=timezone.now() + timedelta(hours=30))
    make.run()
    told = browser.get(reverse("field:sync_state"), headers=JSON).json()
    assert told["user"] == worker.pk
    assert told["csrf"]
    assert [each["url"] for each in told["runs"]] == [reverse("field:run", args=[pk]) for pk in (run.pk, tomorrow.pk)]
    assert told["runs"][0]["labels"] == [hashlib.sha256(sticker.code.encode()).hexdigest()]
    assert sticker.code not in json.dumps(told), "what proves that somebody stood there is not told"
    assert Run.objects.get(pk=run.pk).status == Run.Status.DUE


@pytest.mark.parametrize("name", ["sync_state", "sync_run", "sync_file"])
def test_nobody_signed_in_is_told_so_in_json(client, browser, run, name):
    browser.logout()
    address = reverse(f"field:{name}", args=[] if name == "sync_state" else [run.pk])
    answer = browser.get(address, headers=JSON) if name == "sync_state" else browser.post(address, headers=JSON)
    assert answer.status_code == 401
    assert answer.json()["error"]


def test_a_record_of_somebody_else_waits_for_that_person(browser, worker, run):
    other = colleague(run, worker)
    assert hand_in(browser, run, record(run, other)).status_code == 401
    assert upload(browser, run, other).status_code == 401
    assert not Attachment.objects.exists()


# One file


def test_a_file_that_comes_twice_is_kept_once(browser, worker, run):
    pk, content = str(uuid.uuid4()), make.photo_file().read()
    answers = [upload(browser, run, worker, pk=pk, content=content) for _twice in range(2)]
    assert [answer.json() for answer in answers] == [{"id": pk, "sha256": hashlib.sha256(content).hexdigest()}] * 2
    assert str(Attachment.objects.get().pk) == pk


def test_another_file_under_the_same_number_is_refused(browser, worker, run):
    pk = str(uuid.uuid4())
    assert upload(browser, run, worker, pk=pk).status_code == 200
    assert upload(browser, run, worker, pk=pk).status_code == 409
    assert Attachment.objects.count() == 1


def test_a_file_under_the_number_of_somebody_elses_is_refused(browser, worker, run):
    theirs = make.photo()
    content = theirs.original.read()
    assert upload(browser, run, worker, pk=str(theirs.pk), content=content).status_code == 409
    assert Attachment.objects.get(pk=theirs.pk).by != worker


@pytest.mark.parametrize(
    ("changed", "status"),
    [({"pk": "no-uuid"}, 422), ({"content": b"no picture"}, 422), ({"name": "\0"}, 422), ({"pk": "\0"}, 422)],
)
def test_what_is_no_photo_is_refused_with_a_sentence(browser, worker, run, changed, status):
    answer = upload(browser, run, worker, **changed)
    assert answer.status_code == status
    assert answer.json()["error"]
    assert not Attachment.objects.exists()


def test_a_photo_for_somebody_elses_check_or_for_none(browser, worker):
    assert upload(browser, make.run(of=make.checklist({}, {})), worker).status_code == 403
    answer = browser.post(reverse("field:sync_file", args=[999_999]), {"user": worker.pk}, headers=JSON)
    assert (answer.status_code, list(answer.json())) == (404, ["error"])


def test_another_factorys_check_is_none(browser, worker, other_factory):
    with in_factory(other_factory):
        Run.objects.bulk_create(
            Run(pk=777_777, checklist=run.checklist, area=run.area, department=run.department, opens_at=run.opens_at)
            for run in [make.run()]
        )
    assert (
        browser.post(reverse("field:sync_file", args=[777_777]), {"user": worker.pk}, headers=JSON).status_code == 404
    )
    assert (
        browser.post(
            reverse("field:sync_run", args=[777_777]), "{}", content_type="application/json", headers=JSON
        ).status_code
        == 404
    )


# One hand-in


def test_photo_by_photo_and_then_the_record(browser, worker, run):
    photos = [upload(browser, run, worker).json()["id"] for _number in range(3)]
    answer = hand_in(browser, run, record(run, worker, *photos))
    assert answer.status_code == 200, answer.content
    run.refresh_from_db()
    assert answer.json()["url"] == reverse("field:run", args=[run.pk])
    assert set(answer.json()["files"]) == set(photos)
    assert (run.status, run.inspector, run.result) == (Run.Status.DONE, worker, Run.Result.FAIL)
    assert [str(photo.pk) for photo in run.answers.last().photos.all()] == photos
    assert (run.seconds, abs(run.skew_seconds) <= 1) == (180, True)


def test_an_answer_that_got_lost_is_given_again(browser, worker, run):
    told = record(run, worker, upload(browser, run, worker).json()["id"])
    answers = [hand_in(browser, run, told | {"sent_at": f"2026-01-0{day}T08:00:00Z"}) for day in range(1, 6)]
    assert {answer.status_code for answer in answers} == {200}
    assert len({answer.content for answer in answers}) == 1
    assert Answer.objects.count() == 2
    assert Hazard.objects.count() == Event.objects.filter(name="run.submitted").count() == 1


def test_the_same_number_with_other_answers_is_refused(browser, worker, run):
    told = record(run, worker)
    assert hand_in(browser, run, told).status_code == 200
    told["fields"][0][1] = "not_in_use"
    answer = hand_in(browser, run, told)
    assert answer.status_code == 409
    assert answer.json()["error"] == make.in_language(
        "zh-hans",
        "This record was handed in before with other answers. Those stand; tell the team leader what is different.",
    )
    assert Run.objects.get(pk=run.pk).answers.first().value == "pass"


def test_the_number_of_somebody_elses_record_is_refused_alike(browser, worker, run):
    other = colleague(run, worker)
    told = record(run, worker)
    assert hand_in(browser, run, told).status_code == 200
    browser.force_login(other)
    assert hand_in(browser, run, told | {"user": other.pk}).status_code == 409
    assert Run.objects.count() == 1


def test_a_photo_that_is_still_on_the_phone_is_asked_for(browser, worker, run):
    here, gone = upload(browser, run, worker).json()["id"], str(uuid.uuid4())
    answer = hand_in(browser, run, record(run, worker, here, gone))
    assert (answer.status_code, answer.json()["missing"]) == (409, [gone])
    assert Run.objects.get(pk=run.pk).status == Run.Status.DUE


def test_somebody_elses_photo_is_none_of_this_record(browser, worker, run):
    theirs = str(make.photo().pk)
    assert hand_in(browser, run, record(run, worker, theirs)).json()["missing"] == [theirs]


def test_a_photo_of_another_run_is_refused_at_its_item(browser, worker, run):
    photo = upload(browser, run, worker).json()["id"]
    assert hand_in(browser, run, record(run, worker, photo)).status_code == 200
    next_run = make.run(worker, of=run.checklist)
    answer = hand_in(browser, next_run, record(next_run, worker, photo))
    assert answer.status_code == 422
    assert answer.json()["files"] == [photo]
    assert list(answer.json()["items"]) == [str(run.checklist.items.last().pk)]


def test_an_answer_that_is_missing_is_said_at_its_item(browser, worker, run):
    told = record(run, worker)
    del told["fields"][1]
    answer = hand_in(browser, run, told)
    second = str(run.checklist.items.last().pk)
    assert (answer.status_code, answer.json()["items"]) == (
        422,
        {second: make.in_language("zh-hans", "Choose an answer.")},
    )
    assert hand_in(browser, run, record(run, worker, id=told["id"])).status_code == 200


def test_somebody_elses_check_is_refused(browser, worker):
    theirs = make.run(of=make.checklist({}, {}))
    assert hand_in(browser, theirs, record(theirs, worker)).status_code == 403


def test_what_waited_too_long_says_so(browser, worker, run):
    told = record(run, worker)
    with time_machine.travel(run.closes_at + timedelta(hours=25), tick=False):
        browser.force_login(worker)
        answer = hand_in(browser, run, told)
    assert answer.status_code == 409
    assert f"{timezone.localdate(run.opens_at)}" in answer.json()["error"]


@pytest.mark.parametrize(
    "broken",
    [
        "", "no json", "[]", "null", "1", '"text"', "{}", "[" * 100_000, '{"id": 1}', b"\xff\xfe", "\0",
    ],
)  # fmt: skip
def test_what_cannot_be_read_is_refused_with_a_sentence(browser, worker, run, broken):
    answer = hand_in(browser, run, broken)
    assert answer.status_code == 422
    assert answer.json()["error"]


@pytest.mark.parametrize(
    "changed",
    [
        {"id": "x"}, {"id": None}, {"user": "x"}, {"user": None}, {"fields": None}, {"fields": [["a"]]}, {"fields": [["a", 1]]},
        {"fields": [[1, "a"]]}, {"fields": "ab"}, {"fields": [["value-1", "x" * 5000]]}, {"files": []}, {"files": {"photos-1": ["x"]}},
        {"files": {"photos-1": None}}, {"fields": [["value-999999", "pass"]]}, {"files": {"photos-999999": [str(uuid.uuid4())]}},
        {"fields": [["n" * 61, "pass"]]}, {"fields": [["a", "b"]] * 5001},
    ],
)  # fmt: skip
def test_a_record_that_makes_no_sense_is_refused_with_a_sentence(browser, worker, run, changed):
    answer = hand_in(browser, run, record(run, worker) | changed)
    assert answer.status_code == 422, answer.content
    assert answer.json()["error"]
    assert not Answer.objects.exists()


def test_ten_megabytes_are_not_even_read(browser, worker, run):
    for size in (2 * 2**20, 10 * 2**20):
        answer = hand_in(browser, run, json.dumps(record(run, worker, padding="x" * size)))
        assert answer.status_code in (400, 422)
        assert answer.json()["error"]
    assert not Answer.objects.exists()


def test_a_nul_in_an_answer_is_left_out(browser, worker, run):
    told = record(run, worker, upload(browser, run, worker).json()["id"])
    told["fields"].append([f"text-{run.checklist.items.last().pk}", "左\0侧"])
    assert hand_in(browser, run, told).status_code == 200
    assert Answer.objects.get(value="fail").text == "左侧"


def test_a_label_scanned_without_network_counts_where_it_holds(browser, worker, run):
    admin = make.person(Role.ADMIN)
    here, elsewhere = issue_sticker(run.equipment, by=admin), issue_sticker(make.machine(), by=admin)
    kept = {token_of(elsewhere): (None, elsewhere), "no label": (None, None), "\0": (None, None)}
    for label, labels in (kept | {token_of(here): (here, None)}).items():
        each = make.run(worker, of=run.checklist, equipment=run.equipment)
        assert hand_in(browser, each, record(each, worker, label=label)).status_code == 200
        each.refresh_from_db()
        assert (each.scanned, each.other_label) == labels


def test_the_label_belongs_to_the_record_of_who_scanned_it(browser, worker, run):
    colleague = make.person(Role.WORKER)
    team = make.team()
    for person in (worker, colleague):
        User.objects.filter(pk=person.pk).update(team=team)
        person.refresh_from_db()
    Run.objects.filter(pk=run.pk).update(team=team, assignee=None)
    run.refresh_from_db()
    submit_run(run, [Given(item, "pass") for item in run.checklist.items.all()], by=colleague)
    here = issue_sticker(run.equipment, by=None)
    assert hand_in(browser, run, record(run, worker, label=token_of(here))).status_code == 200
    kept = Run.objects.order_by("pk").values_list("inspector", "scanned")
    assert list(kept) == [(colleague.pk, None), (worker.pk, here.pk)]


def test_a_voice_note_goes_the_same_way(browser, worker, run):
    photo = upload(browser, run, worker).json()["id"]
    item = run.checklist.items.last().pk
    voice = upload(browser, run, worker, name=f"voice-{item}", content=b"OggS" + b"\0" * 200).json()["id"]
    told = record(run, worker, photo)
    told["files"][f"voice-{item}"] = [voice]
    answer = hand_in(browser, run, told)
    assert set(answer.json()["files"]) == {photo, voice}
    assert str(Answer.objects.get(value="fail").voice_id) == voice


# The phone's clock


@pytest.mark.parametrize("off", [timedelta(), timedelta(days=2), timedelta(days=-2), timedelta(days=365 * 70)])
def test_a_wrong_clock_is_noted_and_moves_nothing(browser, worker, run, off):
    now = timezone.now()
    told = record(
        run, worker,
        started_at=(now + off - timedelta(minutes=4)).isoformat(),
        submitted_at=(now + off - timedelta(minutes=2)).isoformat(),
        sent_at=(now + off).isoformat(),
    )  # fmt: skip
    told["fields"][2][1] = (now + off - timedelta(minutes=3)).isoformat()
    assert hand_in(browser, run, told).status_code == 200
    run.refresh_from_db()
    assert abs(run.submitted_at - now) < timedelta(seconds=20)
    assert abs(run.started_at - (now - timedelta(minutes=4))) < timedelta(seconds=20)
    assert abs(run.answers.first().answered_at - (now - timedelta(minutes=3))) < timedelta(seconds=20)
    assert (run.seconds, run.is_late) == (120, False)
    assert abs(run.skew_seconds - min(off.total_seconds(), 2**31 - 1)) <= 20


def test_who_waited_offline_past_the_window_is_late_with_the_true_arrival(browser, worker, run):
    told = record(run, worker)
    later = run.closes_at + timedelta(hours=3)
    with time_machine.travel(later, tick=False):
        browser.force_login(worker)
        assert hand_in(browser, run, told | {"sent_at": later.isoformat()}).status_code == 200
    run.refresh_from_db()
    assert (run.is_late, run.submitted_at, run.seconds) == (True, later, 180)
    browser.force_login(make.person(Role.SAFETY_OFFICER))
    page = browser.get(reverse("console:run", args=[run.pk])).content.decode()
    assert make.in_language("zh-hans", "By the phone's clock") in page


# Two colleagues


def test_two_colleagues_both_keep_their_record_and_the_officer_is_told(browser, worker, run, work_off):
    officer = make.person(Role.SAFETY_OFFICER, name="周敏")
    other = colleague(run, worker)
    mine = record(run, worker, upload(browser, run, worker).json()["id"])
    assert hand_in(browser, run, mine).status_code == 200
    browser.force_login(other)
    theirs = record(run, other, upload(browser, run, other).json()["id"])
    answer = hand_in(browser, run, theirs)
    assert answer.status_code == 200
    first, second = Run.objects.order_by("pk")
    assert (second.conflicts_with, second.plan, second.inspector, second.status) == (
        first,
        None,
        other,
        Run.Status.DONE,
    )
    assert first.inspector == worker
    assert Hazard.objects.count() == 2
    assert hand_in(browser, run, theirs).json() == answer.json(), "and sent again it is the same"
    page = browser.get(answer.json()["url"]).content.decode()
    assert (
        make.in_language(
            "zh-hans",
            "%(name)s did this check too. Both records are kept; the safety officer looks at them. Well done.",
            name="王建国",
        )
        in page
    )
    event = Event.objects.get(name="run.conflicted")
    assert (event.subject_id, event.data["first"]) == (str(second.pk), first.pk)
    browser.force_login(officer)
    for each, name in ((first, "刘芳"), (second, "王建国")):
        page = browser.get(reverse("console:run", args=[each.pk])).content.decode()
        assert name in page.split("<h2>")[1]
    assert browser.get(reverse("go", args=["inspections.run", str(second.pk)])).url == reverse(
        "console:run", args=[second.pk]
    )


def test_a_third_colleague_stands_beside_the_first_too(browser, worker, run):
    people = [worker, colleague(run, worker)]
    third = make.person(Role.WORKER)
    third.team = Run.objects.get(pk=run.pk).team
    third.save()
    for person in (*people, third):
        browser.force_login(person)
        assert hand_in(browser, run, record(run, person)).status_code == 200
    assert Run.objects.filter(conflicts_with=run).count() == 2
    assert {len(each.twins) for each in Run.objects.all()} == {2}


def test_what_was_withdrawn_meanwhile_is_kept_as_a_check_of_its_own(browser, worker, run):
    Run.objects.filter(pk=run.pk).update(status=Run.Status.WITHDRAWN)
    answer = hand_in(browser, run, record(run, worker))
    assert answer.status_code == 200
    assert answer.json()["run"] != run.pk
    assert Run.objects.get(pk=answer.json()["run"]).status == Run.Status.DONE


def test_the_page_of_the_queue_counts_what_was_sent_today(browser, worker, run):
    hand_in(browser, run, record(run, worker))
    page = browser.get(reverse("field:sync")).content.decode()
    assert make.in_language("zh-hans", "Handed in today: %(n)s", n=1) in page
    assert Item.objects.count() == 2
