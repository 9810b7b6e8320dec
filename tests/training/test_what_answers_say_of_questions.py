"""The bank of a course at the desk: right answers for who teaches, and what the papers say of each question."""

import pytest
from django.utils import timezone

from insight.courses import ENOUGH, items_of
from people.permissions import Role
from tests import make
from training.models import Attempt, Course, PaperItem, Question

pytestmark = pytest.mark.django_db


def paper(course: Course, rights: dict[Question, bool], status: str = Attempt.Status.HANDED_IN) -> None:
    attempt = Attempt.objects.create(
        person=make.person(Role.WORKER), lesson=course.lessons.get(), status=status, started_at=timezone.now(),
        pass_score=80, is_passed=False,
    )  # fmt: skip
    for position, (question, is_right) in enumerate(rights.items(), 1):
        PaperItem.objects.create(attempt=attempt, position=position, question=question, is_right=is_right)


def test_a_question_that_the_better_ones_get_right_tells_apart(factory):
    course = make.course(questions=5)
    good, odd, easy, *rest = Question.objects.filter(course_code=course.code)
    for number in range(ENOUGH):
        knows = number % 2 == 0
        paper(course, {good: knows, odd: not knows, easy: True} | dict.fromkeys(rest, knows))
    paper(course, dict.fromkeys((good, odd, easy, *rest), False), Attempt.Status.OPEN)
    found = {item.question: item for item in items_of(course.code)}
    assert (found[good].right.done, found[good].right.of) == (15, 30)
    assert found[good].discrimination > 0.9 and not found[good].is_weak
    assert found[odd].discrimination < -0.9 and found[odd].is_weak
    assert (found[easy].right.percent, found[easy].discrimination) == (100.0, None)


def test_few_answers_say_nothing(factory):
    course = make.course(questions=2)
    one, other = Question.objects.filter(course_code=course.code)
    for number in range(ENOUGH - 1):
        paper(course, {one: number % 2 == 0, other: number % 2 == 0})
    assert [item.discrimination for item in items_of(course.code)] == [None, None]


def test_questions_of_nearly_the_same_words_point_at_each_other(factory):
    course = make.course(questions=3)
    one, twin, other = Question.objects.filter(course_code=course.code)
    for question, stem in (
        (one, "冲床的光电保护失灵时应该怎么办？"),
        (twin, "冲床光电保护失灵了，应该怎么办"),
        (other, "灭火器的指针应在哪个区"),
    ):
        Question.objects.filter(pk=question.pk).update(stem={"zh": stem, "en": stem})
    found = {item.question: item.alike for item in items_of(course.code)}
    assert (found[one], found[twin], found[other]) == ([twin], [one], [])


def test_answers_are_for_who_teaches(browser, factory):
    course = make.course()
    url = f"/desk/training/courses/{course.pk}/"
    for role, sees in (
        (Role.TRAINER, True),
        (Role.SAFETY_OFFICER, True),
        (Role.TEAM_LEADER, False),
        (Role.HEAD, False),
    ):
        browser.force_login(make.person(role))
        page = browser.get(url).content.decode()
        assert "先停机，再动手。" in page
        assert ("停机上报" in page, "护罩松了" in page) == (sees, sees), role


def test_a_lesson_is_shown_without_what_somebody_slipped_into_it(browser, factory):
    course = make.course()
    course.lessons.update(body={"zh": "<script>alert(1)</script> **停机**", "en": "x"})
    browser.force_login(make.person(Role.TRAINER))
    page = browser.get(f"/desk/training/courses/{course.pk}/").content.decode()
    assert "<strong>停机</strong>" in page and "<script>alert" not in page
