"""Who learns a lesson long enough answers five questions; under 80 it is learned again, with other questions."""

from datetime import timedelta

import pytest
from django.utils import timezone

from core.errors import DomainError, NotAllowed, WrongStatus
from people.permissions import Role
from tests import make
from training import actions
from training.models import Attempt, Certificate, Enrolment, PaperItem, Progress

pytestmark = pytest.mark.django_db


@pytest.fixture
def enrolment(factory):
    return make.enrolment(lessons=2)


def _learn(enrolment, position, clock) -> Progress:
    lesson = enrolment.course.lessons.get(position=position)
    progress = actions.open_lesson(enrolment, lesson, by=enrolment.person)
    for _beat in range(60):
        progress = actions.beat(progress, by=enrolment.person)
        if progress.learned_at:
            break
        clock.shift(15)
    return progress


def _answer(attempt: Attempt, right: int) -> Attempt:
    for item in attempt.items.select_related("question"):
        shown = [item.order.index(number) for number in item.question.answer]
        given = shown if item.position <= right else [(shown[0] + 1) % len(item.order)]
        actions.save_answer(attempt, item.position, given, by=attempt.person)
    return actions.hand_in(attempt, by=attempt.person)


def test_sixty_percent_is_learned_again_with_other_questions(enrolment, clock):
    progress = _learn(enrolment, 1, clock)
    first = actions.start_quiz(progress, by=enrolment.person)
    assert first.items.count() == 5
    assert (_answer(first, 3).score, Attempt.objects.get(pk=first.pk).is_passed) == (60, False)

    progress.refresh_from_db()
    assert (progress.round, progress.seconds, progress.learned_at) == (2, 0, None)
    with pytest.raises(DomainError):
        actions.start_quiz(progress, by=enrolment.person)

    second = actions.start_quiz(_learn(enrolment, 1, clock), by=enrolment.person)
    asked = [set(one.items.values_list("question", flat=True)) for one in (first, second)]
    assert not asked[0] & asked[1]
    assert _answer(second, 4).is_passed


def test_the_course_is_passed_with_its_last_lesson_and_leaves_a_certificate(enrolment, clock):
    for position in (1, 2):
        _answer(actions.start_quiz(_learn(enrolment, position, clock), by=enrolment.person), 5)
    enrolment.refresh_from_db()
    certificate = Certificate.objects.get()
    assert (enrolment.status, enrolment.score) == (Enrolment.Status.PASSED, 100)
    assert (certificate.person, certificate.course, certificate.hours) == (
        enrolment.person, enrolment.course, enrolment.course.hours,
    )  # fmt: skip
    assert certificate.expires_on - certificate.issued_on in (timedelta(days=364), timedelta(days=365))


def test_lessons_come_in_their_order(enrolment):
    second = enrolment.course.lessons.get(position=2)
    with pytest.raises(WrongStatus):
        actions.open_lesson(enrolment, second, by=enrolment.person)


def test_a_page_that_was_away_counts_nothing(enrolment, clock):
    progress = actions.open_lesson(enrolment, enrolment.course.lessons.get(position=1), by=enrolment.person)
    actions.beat(progress, by=enrolment.person)
    clock.shift(3600)
    assert actions.beat(progress, by=enrolment.person).seconds == 0
    clock.shift(15)
    assert actions.beat(progress, by=enrolment.person).seconds == 15


def test_two_open_lessons_count_once(enrolment, clock):
    other = make.enrolment(person=enrolment.person)
    pages = [
        actions.open_lesson(one, one.course.lessons.get(position=1), by=enrolment.person) for one in (enrolment, other)
    ]
    for _turn in range(10):
        for page in pages:
            actions.beat(page, by=enrolment.person)
            clock.shift(5)
    assert sum(Progress.objects.values_list("seconds", flat=True)) <= 5


def test_nobody_learns_or_answers_for_somebody_else(enrolment, clock):
    progress = _learn(enrolment, 1, clock)
    attempt = actions.start_quiz(progress, by=enrolment.person)
    friend = make.person(Role.WORKER)
    with pytest.raises(NotAllowed):
        actions.beat(progress, by=friend)
    with pytest.raises(NotAllowed):
        actions.save_answer(attempt, 1, [0], by=friend)
    with pytest.raises(NotAllowed):
        actions.hand_in(attempt, by=friend)


def test_what_was_handed_in_cannot_be_answered_or_handed_in_again(enrolment, clock):
    attempt = actions.start_quiz(_learn(enrolment, 1, clock), by=enrolment.person)
    _answer(attempt, 2)
    before = list(PaperItem.objects.values_list("given", "is_right"))
    with pytest.raises(WrongStatus):
        actions.save_answer(attempt, 1, [0], by=enrolment.person)
    with pytest.raises(WrongStatus):
        actions.hand_in(attempt, by=enrolment.person)
    assert list(PaperItem.objects.values_list("given", "is_right")) == before


def test_a_second_tab_finds_the_same_paper(enrolment, clock):
    progress = _learn(enrolment, 1, clock)
    first = actions.start_quiz(progress, by=enrolment.person)
    assert actions.start_quiz(progress, by=enrolment.person) == first
    assert Attempt.objects.count() == 1


@pytest.mark.parametrize("given", [["0"], [7], [-1], [0, 0], [0, 1], {"x": 1}, "0", [None], [True]])
def test_answers_that_no_page_sends_are_refused(enrolment, clock, given):
    attempt = actions.start_quiz(_learn(enrolment, 1, clock), by=enrolment.person)
    with pytest.raises(DomainError):
        actions.save_answer(attempt, 1, given, by=enrolment.person)
    assert attempt.items.filter(given__isnull=True).count() == 5


def test_an_exam_ends_by_the_servers_clock(enrolment, clock):
    exam = make.exam(enrolment.course, minutes=10)
    attempt = actions.start_exam(exam, by=enrolment.person)
    item = attempt.items.select_related("question").first()
    actions.save_answer(attempt, 1, [item.order.index(item.question.answer[0])], by=enrolment.person)
    clock.shift(11 * 60)
    with pytest.raises(WrongStatus):
        actions.save_answer(attempt, 2, [0], by=enrolment.person)
    ended = actions.time_out(attempt)
    assert (ended.status, ended.score) == (Attempt.Status.TIMED_OUT, 100 // attempt.items.count())


def test_a_certificate_that_was_taken_back_stays_on_record(enrolment, clock):
    officer = make.person(Role.TRAINER)
    certificate = actions.issue_certificate(
        enrolment.person, {"zh": "焊接", "en": "Welding"}, by=None, score=90, hours=2, valid_months=12
    )
    assert certificate.expires_on > timezone.localdate() == certificate.issued_on
    with pytest.raises(DomainError):
        actions.revoke_certificate(certificate, by=officer, note=" ")
    actions.revoke_certificate(certificate, by=officer, note="替考")
    assert not Certificate.objects.valid_on(timezone.localdate()).exists()
    assert Certificate.objects.get().revocation == "替考"
    with pytest.raises(WrongStatus):
        actions.revoke_certificate(certificate, by=officer, note="替考")
