"""Two people press at the same moment: one wins, the other is told, and nothing is there twice."""

from datetime import timedelta
from functools import partial
from uuid import uuid4

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from core import ledger
from core.errors import WrongStatus
from core.models import Event
from hazards.actions import (
    assign_hazard,
    confirm_hazard,
    decide_extension,
    report_hazard,
    request_extension,
    review_hazard,
    start_hazard,
    submit_hazard,
)
from hazards.models import Evidence, Extension, Hazard, Level, Review, Status
from people.permissions import Role
from tests import make
from tests.threads import at_once


def _refused(results: list) -> list[type]:
    return [type(result) for result in results if isinstance(result, BaseException)]


def _loaded(hazard: Hazard) -> Hazard:
    return Hazard.objects.select_related("policy", "category").get(pk=hazard.pk)


def test_of_two_who_confirm_one_does(fresh_factory):
    hazard = make.hazard()
    calls = [
        partial(confirm_hazard, _loaded(hazard), by=make.person(Role.SAFETY_OFFICER), level=level)
        for level in (Level.GENERAL, Level.MAJOR)
    ]
    assert _refused(at_once(fresh_factory, *calls)) == [WrongStatus]
    confirmed = Event.objects.get(name="hazard.confirmed")
    assert Hazard.objects.get(pk=hazard.pk).level == confirmed.data["level"]
    assert ledger.verify().is_whole


def test_of_two_reviewers_one_decides(fresh_factory):
    hazard = make.hazard(Status.FIRST_REVIEW)
    calls = [
        partial(review_hazard, _loaded(hazard), by=make.person(Role.TEAM_LEADER), is_passed=passed, note="看过")
        for passed in (True, False)
    ]
    assert _refused(at_once(fresh_factory, *calls)) == [WrongStatus]
    review = Review.objects.get(hazard=hazard)
    after = Status.SECOND_REVIEW if review.is_passed else Status.RECTIFYING
    assert Hazard.objects.get(pk=hazard.pk).status == after
    assert Event.objects.filter(subject_id=str(hazard.pk)).count() == 1


def test_a_fix_that_is_handed_in_twice_at_once_is_there_once(fresh_factory):
    hazard = make.hazard(Status.RECTIFYING)
    photos = [make.photo(hazard.owner), make.photo(hazard.owner)]
    proof = {"by": hazard.owner, "measure": "装好了", "tests": make.PASSED}
    calls = [partial(submit_hazard, _loaded(hazard), photos=[photo], **proof) for photo in photos]
    assert _refused(at_once(fresh_factory, *calls)) == [WrongStatus]
    assert Evidence.objects.filter(hazard=hazard, stage=Evidence.Stage.AFTER).count() == 1
    assert Event.objects.filter(name="hazard.submitted").count() == 1


def test_two_requests_for_more_time_at_once_are_one(fresh_factory):
    hazard = make.hazard(Status.RECTIFYING)
    later = hazard.due_at + timedelta(days=1)
    wish = {"by": hazard.owner, "new_due_at": later, "reason": "配件未到"}
    calls = [partial(request_extension, _loaded(hazard), **wish) for _number in range(2)]
    assert _refused(at_once(fresh_factory, *calls)) == [WrongStatus]
    assert Extension.objects.filter(hazard=hazard).count() == 1


def test_of_two_who_decide_on_more_time_one_does(fresh_factory):
    hazard = make.hazard(Status.RECTIFYING)
    later = hazard.due_at + timedelta(days=1)
    asked = request_extension(hazard, by=hazard.owner, new_due_at=later, reason="配件未到")
    calls = [
        partial(
            decide_extension,
            Extension.objects.get(pk=asked.pk),
            by=make.person(Role.SAFETY_OFFICER),
            is_approved=answer,
            note="先用备件",
        )
        for answer in (True, False)
    ]
    assert _refused(at_once(fresh_factory, *calls)) == [WrongStatus]
    asked.refresh_from_db()
    assert Hazard.objects.get(pk=hazard.pk).due_at == (later if asked.is_approved else asked.old_due_at)


def test_ten_reports_at_once_have_ten_numbers_without_a_gap(fresh_factory):
    make.policies()
    kind, place = make.category(), make.area()
    people = [make.person(Role.WORKER) for _number in range(10)]
    calls = [partial(report_hazard, by=person, title="油污", category=kind, area=place) for person in people]
    assert _refused(at_once(fresh_factory, *calls)) == []
    assert sorted(int(hazard.number[-4:]) for hazard in Hazard.objects.all()) == list(range(1, 11))
    assert ledger.verify().is_whole


def test_a_report_that_is_sent_twice_at_once_is_one_hazard(fresh_factory):
    """Two taps on a slow phone send the same form, which carries its key."""
    make.policies()
    key = uuid4()
    worker, kind, place = make.person(Role.WORKER), make.category(), make.area()
    picture = make.photo_file().read()
    answers = []

    def send():
        client = Client(HTTP_HOST=fresh_factory.domains.get().domain)
        client.force_login(worker)
        sent = {"client_id": key, "title": "油污满地", "category": kind.pk, "area": place.pk, "level": "general"}
        photo = SimpleUploadedFile("photo.jpg", picture, "image/jpeg")
        answers.append(client.post(reverse("field:report"), sent | {"photos": photo}))

    at_once(fresh_factory, send, send)
    hazard = Hazard.objects.get()
    assert {answer.url for answer in answers} == {reverse("field:hazard", args=[hazard.pk])}
    assert hazard.evidence.count() == 1
    assert Event.objects.filter(name="hazard.reported").count() == 1


def test_who_lost_it_to_somebody_else_a_moment_ago_does_not_start_it(factory):
    hazard = make.hazard(Status.ASSIGNED)
    stale = _loaded(hazard)
    assign_hazard(hazard, by=make.person(Role.SAFETY_OFFICER), owner=make.person(Role.MAINTENANCE))
    with pytest.raises(WrongStatus):
        start_hazard(stale, by=stale.owner)
    assert Hazard.objects.get(pk=hazard.pk).status == Status.ASSIGNED
