"""content/FORMAT.md for the courses."""

import re
from collections import Counter

import pytest
import yaml
from django.urls import resolve

from tests.content.rules import CHINESE, CONTENT, bad_questions, bad_sources, bad_words, giveaways

FILES = sorted((CONTENT / "courses").glob("*.yaml"))
COURSES = {path.stem: yaml.safe_load(path.read_text(encoding="utf-8")) for path in FILES}
every_course = pytest.mark.parametrize(("stem", "course"), COURSES.items(), ids=COURSES.keys())


# About the product and not about safety: eight short lessons, which give no hours.
PRODUCT = "C16"


def test_there_are_fifteen_courses_and_that_of_the_product_with_ids_of_their_own():
    assert [course["code"] for course in COURSES.values()] == [f"C{number:02}" for number in range(1, 17)]
    ids = Counter(question["id"] for course in COURSES.values() for question in course["questions"])
    assert max(ids.values()) == 1


@every_course
def test_every_text_has_both_languages_and_every_source_its_trust(stem, course):
    assert bad_words({key: value for key, value in course.items() if key != "lessons"}) == []
    assert bad_words({"lessons": course["lessons"]}) == []
    assert bad_sources(course) == []
    assert course["sources"] and course["audience"]


@every_course
def test_the_head_of_the_file_is_complete(stem, course):
    assert stem.startswith(course["code"][1:])
    assert (course["hours"] > 0) == (course["code"] != PRODUCT)
    assert course["valid_months"] > 0


@every_course
def test_lessons_are_long_enough_to_teach_and_short_enough_to_read(stem, course):
    is_product = course["code"] == PRODUCT
    most = {"C02": 5, PRODUCT: 8}.get(course["code"], 4)
    assert 3 <= len(course["lessons"]) <= most
    for lesson in course["lessons"]:
        assert isinstance(lesson["minutes"], int)
        assert (400 if is_product else 600) <= len(CHINESE.findall(lesson["body"]["zh"])) <= 1200
        assert 3 <= len(lesson["key_points"]) <= 5


@every_course
def test_the_english_of_a_lesson_is_the_whole_lesson(stem, course):
    """Beside the words themselves: as many headings, list items and stresses, and a length that leaves nothing out."""
    for lesson in course["lessons"]:
        assert set(lesson["body"]) == {"zh", "en"}
        zh, en = lesson["body"]["zh"], lesson["body"]["en"]
        assert not CHINESE.search(en), lesson["title"]["en"]
        assert "#" in zh and _shape(en) == _shape(zh), lesson["title"]["en"]
        assert 0.45 <= len(en.split()) / len(CHINESE.findall(zh)) <= 0.9, lesson["title"]["en"]


def _shape(body: str) -> list[int]:
    marks = (r"^## ", r"^ *- ", r"^ *\d+\. ", r"\*\*[^*]+\*\*")
    return [len(re.findall(mark, body, re.MULTILINE)) for mark in marks]


@every_course
def test_each_lesson_has_five_questions_and_the_course_twenty(stem, course):
    per_lesson = Counter(question["lesson"] for question in course["questions"])
    assert set(per_lesson) == set(range(1, len(course["lessons"]) + 1))
    assert min(per_lesson.values()) >= 5
    assert len(course["questions"]) >= 20


@every_course
def test_questions_have_answers_that_do_not_give_themselves_away(stem, course):
    questions = course["questions"]
    assert bad_questions(questions) == []
    assert all(re.fullmatch(course["code"] + r"-Q\d\d", question["id"]) for question in questions)
    assert max(Counter(question["stem"]["zh"] for question in questions).values()) == 1
    longest, commonest = giveaways(questions)
    assert longest <= 0.4 and commonest <= 0.4


def test_the_course_of_the_product_is_eight_lessons_whose_pages_are_there_in_two_hours():
    course = next(course for course in COURSES.values() if course["code"] == PRODUCT)
    assert len(course["lessons"]) == 8 and sum(lesson["minutes"] for lesson in course["lessons"]) <= 120
    for lesson in course["lessons"]:
        pages = {language: re.findall(r"\]\((/[^)]+)\)", body) for language, body in lesson["body"].items()}
        assert pages["zh"] == pages["en"] != []
        for path in pages["zh"]:
            resolve(path)
