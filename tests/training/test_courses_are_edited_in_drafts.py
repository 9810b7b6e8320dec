"""A course is changed in a draft; who has begun finishes the former version, and nobody writes over somebody else unseen."""

import pytest
from django.urls import reverse

from core.events import history
from people.permissions import Role
from tests import make
from training import actions
from training.models import Course, Enrolment, Lesson, Question, Requirement

pytestmark = pytest.mark.django_db


@pytest.fixture
def trainer(factory):
    return make.person(Role.TRAINER, name="吴老师")


@pytest.fixture
def desk(browser, trainer):
    browser.force_login(trainer)
    return browser


def _at(name: str, course: Course, *more) -> str:
    return reverse(f"console:{name}", args=[course.code, *more])


def _typed(page, lesson: Lesson, **changed) -> dict:
    form = page.context["form"]
    return {name: form[name].value() or "" for name in form.fields} | {"stamp": page.context["stamp"]} | changed


def test_who_has_begun_finishes_the_former_version_and_the_others_learn_the_new_one(desk, trainer):
    course = make.course(lessons=2)
    begun, waiting = make.enrolment(of=course), make.enrolment(of=course)
    actions.open_lesson(begun, course.lessons.get(position=1), by=begun.person)
    desk.post(_at("draft_course", course))
    draft = Course.objects.get(status="draft")
    lesson = draft.lessons.get(position=1)
    page = desk.get(_at("edit_lesson", course, lesson.pk))
    sent = desk.post(
        _at("edit_lesson", course, lesson.pk), _typed(page, lesson, title="先断电", body="## 断电\n挂牌上锁。")
    )
    assert sent.status_code == 302
    shown = desk.get(_at("publish_course", course))
    text = shown.content.decode()
    assert "先断电" in text and "挂牌上锁" in text and "第1节" in text
    published = desk.post(_at("publish_course", course), {"stamp": shown.context["stamp"]}, follow=True)
    assert published.status_code == 200
    assert Course.objects.get(status="current").version == 2
    assert [Enrolment.objects.get(pk=one.pk).course.version for one in (begun, waiting)] == [1, 2]
    assert begun.course.lessons.get(position=1).title["zh"] == "第1节"
    assert history(Course.objects.get(status="current")).last().name == "course.published"


def test_what_was_not_touched_is_no_change(desk, trainer):
    course = make.course()
    lesson = actions.draft_course(course, by=trainer).lessons.get()
    address = _at("edit_lesson", course, lesson.pk)
    page = desk.get(address)
    typed = {name: str(value).replace("\n", "\r\n") for name, value in _typed(page, lesson).items()}
    assert desk.post(address, typed).status_code == 302
    shown = desk.get(_at("publish_course", course))
    assert (shown.context["changes"], shown.context["head"]) == ([], [])


def test_lessons_are_added_moved_and_removed_and_keep_their_key(desk):
    course = make.course(lessons=3)
    desk.post(_at("draft_course", course))
    draft = Course.objects.get(status="draft")
    desk.post(_at("add_lesson", course), {"title": "第四节", "minutes": "5"})
    order = {lesson.key: lesson.pk for lesson in draft.lessons.all()}
    assert list(order) == ["1", "2", "3", "4"]
    desk.post(_at("move_lesson", course, order["4"]), {"place": "1"})
    desk.post(_at("remove_lesson", course, order["2"]))
    assert list(draft.lessons.values_list("position", "key")) == [(1, "4"), (2, "1"), (3, "3")]
    desk.post(_at("remove_lesson", course, order["4"]))
    desk.post(_at("add_lesson", course), {"title": "又一节", "minutes": "5"})
    assert "4" in draft.lessons.values_list("key", flat=True)
    assert Question.objects.asked().filter(lesson_key="2").count() == 10


def test_nobody_writes_over_somebody_else_unseen_and_nothing_typed_is_lost(desk, trainer):
    course = make.course()
    draft = actions.draft_course(course, by=trainer)
    lesson = draft.lessons.get()
    address = _at("edit_lesson", course, lesson.pk)
    page = desk.get(address)
    desk.post(address, _typed(page, lesson, title="先到的"))
    late = desk.post(address, _typed(page, lesson, title="后到的", body="我写了很久"))
    assert late.status_code == 409
    assert "我写了很久" in late.content.decode() and "吴老师" in late.content.decode()
    lesson.refresh_from_db()
    assert lesson.title["zh"] == "先到的"
    desk.post(address, _typed(page, lesson, title="后到的", stamp=["", late.context["overwrite"]]))
    lesson.refresh_from_db()
    assert lesson.title["zh"] == "后到的"


@pytest.mark.parametrize(
    ("changed", "word"),
    [({"title": ""}, ""), ({"minutes": "0"}, ""), ({"minutes": "9999"}, ""), ({"stops": "abc"}, "abc"), ({"stops": "0:01"}, "秒"), ({"stops": "1:00, 1:02"}, "秒"), ({"title": "x" * 100}, "")],
)  # fmt: skip
def test_what_cannot_be_kept_comes_back_in_its_form(desk, trainer, changed, word):
    course = make.course()
    lesson = actions.draft_course(course, by=trainer).lessons.get()
    address = _at("edit_lesson", course, lesson.pk)
    sent = desk.post(address, _typed(desk.get(address), lesson, body="留下的字", **changed))
    assert sent.status_code == 422
    assert "留下的字" in sent.content.decode()
    assert word in sent.content.decode()


def test_the_preview_is_cleaned_as_the_lesson_is(desk, trainer):
    course = make.course()
    lesson = actions.draft_course(course, by=trainer).lessons.get()
    typed = {"look": "1", "body": "## 题\n<script>alert(1)</script>[x](javascript:alert(1))"}
    text = desk.post(_at("edit_lesson", course, lesson.pk), typed, HTTP_HX_REQUEST="true").content.decode()
    assert "<h2>题</h2>" in text
    assert "<script" not in text and 'href="javascript' not in text
    lesson.refresh_from_db()
    assert "alert" not in str(lesson.body)


def test_what_lacks_something_is_not_published(desk, trainer):
    page = desk.post(reverse("console:add_course"), {"title": "叉车", "hours": "2", "valid_months": "12"}, follow=True)
    draft = Course.objects.get(status="draft")
    assert "还没有内容" in page.content.decode()
    desk.post(_at("add_lesson", draft), {"title": "起步", "minutes": "5"})
    shown = desk.get(_at("publish_course", draft))
    refused = desk.post(_at("publish_course", draft), {"stamp": shown.context["stamp"]})
    assert refused.status_code == 422
    assert "5 道题" in refused.content.decode()
    assert Course.objects.get().status == "draft"


def test_a_course_that_a_post_requires_is_not_retired(desk, trainer):
    course = make.course()
    actions.require_course(course.code, by=trainer, job_role=None, days=7)
    assert desk.post(_at("retire_course", course)).status_code == 422
    actions.drop_requirement(Requirement.objects.get(), by=trainer)
    begun, waiting = make.enrolment(of=course), make.enrolment(of=course)
    actions.open_lesson(begun, course.lessons.get(), by=begun.person)
    assert desk.post(_at("retire_course", course)).status_code == 302
    assert [Enrolment.objects.get(pk=one.pk).status for one in (begun, waiting)] == ["open", "withdrawn"]


def test_a_published_version_never_changes(trainer, desk):
    course = make.course()
    lesson = course.lessons.get()
    assert desk.post(_at("edit_lesson", course, lesson.pk), {"title": "x", "minutes": "1"}).status_code == 404
    assert desk.post(_at("remove_lesson", course, lesson.pk)).status_code == 404
    assert desk.post(_at("discard_course", course)).status_code == 404


def test_only_who_teaches_edits(browser, trainer):
    course = make.course()
    actions.draft_course(course, by=trainer)
    for role in (Role.WORKER, Role.TEAM_LEADER, Role.LEADER, Role.ADMIN):
        browser.force_login(make.person(role))
        for name in (
            "edit_course",
            "publish_course",
            "edit_questions",
            "export_questions",
            "import_questions",
            "add_question",
        ):
            assert browser.get(_at(name, course)).status_code == 403, (role, name)
        assert browser.post(_at("discard_course", course)).status_code == 403
    assert Course.objects.filter(status="draft").exists()


def _head(page, **changed) -> dict:
    """The head's form as the page shows it, with its sources."""
    form = page.context["form"]
    rows = {
        f"source-{n}-{name}": row.get(name) or ""
        for n, row in enumerate(form.sources)
        for name in ("name", "clause", "version", "trust", "lesson")
    }
    return {name: form[name].value() or "" for name in form.fields} | rows | {"stamp": page.context["stamp"]} | changed


def test_sources_and_pass_mark_are_changed_in_the_draft_and_shown_before_publishing(desk, trainer):
    course = make.course(lessons=2)
    Course.objects.update(sources=[{"name": "安全生产法", "clause": None, "version": "2021", "trust": "primary"}])
    actions.draft_course(course, by=trainer)
    address = _at("edit_course", course)
    own = {
        "source-1-name": "本厂冲压规程",
        "source-1-clause": "4.2",
        "source-1-trust": "practice",
        "source-1-lesson": "2",
    }
    assert desk.post(address, _head(desk.get(address), pass_score="90", **own)).status_code == 302
    draft = Course.objects.get(status="draft")
    assert (draft.pass_score, len(draft.sources)) == (90, 2)
    assert draft.sources[1] == {
        "name": "本厂冲压规程", "clause": "4.2", "version": None, "trust": "practice", "lesson": "2",
    }  # fmt: skip
    shown = desk.get(_at("publish_course", course))
    text = shown.content.decode()
    assert "90" in text and "第2节： 本厂冲压规程 4.2" in text
    desk.post(_at("publish_course", course), {"stamp": shown.context["stamp"]})
    current = Course.objects.get(status="current")
    assert [len(lesson.sources) for lesson in current.lessons.all()] == [1, 2]
    enrolment = make.enrolment(of=current)
    desk.force_login(enrolment.person)
    first = desk.get(reverse("field:lesson", args=[enrolment.pk, 1])).content.decode()
    assert "安全生产法" in first and "本厂冲压规程" not in first


def test_who_only_looks_at_the_head_changes_nothing(desk, trainer):
    course = make.course()
    Course.objects.update(sources=[{"name": "GB 9448", "clause": None, "version": "2025", "trust": "secondary"}])
    actions.draft_course(course, by=trainer)
    address = _at("edit_course", course)
    desk.post(address, _head(desk.get(address)))
    assert desk.get(_at("publish_course", course)).context["head"] == []


@pytest.mark.parametrize(
    ("changed", "word"),
    [
        ({"pass_score": "79"}, "80"),
        ({"pass_score": "101"}, "100"),
        ({"pass_score": "x"}, ""),
        ({"source-0-clause": "第三条", "source-0-name": ""}, "依据 1"),
        ({"source-0-name": "长" * 201}, "依据 1"),
        ({"source-0-name": "某规定", "source-0-trust": "guess"}, "依据 1"),
    ],
)
def test_a_head_that_cannot_be_kept_comes_back_with_all_that_was_typed(desk, trainer, changed, word):
    course = make.course()
    actions.draft_course(course, by=trainer)
    address = _at("edit_course", course)
    sent = desk.post(address, _head(desk.get(address), summary="留下的字", **{"source-1-name": "也留下"} | changed))
    assert sent.status_code == 422
    assert all(each in sent.content.decode() for each in ("留下的字", "也留下", word))


def test_two_people_change_the_head_and_the_second_decides_after_looking(desk, trainer):
    course = make.course()
    actions.draft_course(course, by=trainer)
    address = _at("edit_course", course)
    page = desk.get(address)
    desk.post(address, _head(page, title="先到的"))
    late = desk.post(address, _head(page, title="后到的"))
    assert late.status_code == 409 and "后到的" in late.content.decode()
    assert desk.post(address, _head(page, title="后到的", stamp=late.context["stamp"])).status_code == 409
    desk.post(address, _head(page, title="后到的", stamp=["", late.context["overwrite"]]))
    assert Course.objects.get(status="draft").title["zh"] == "后到的"


def test_the_editor_speaks_the_language_of_who_reads_it(desk, trainer):
    course = make.course()
    lesson = actions.draft_course(course, by=trainer).lessons.get()
    type(trainer).objects.filter(pk=trainer.pk).update(language="en")
    for address in (_at("edit_course", course), _at("edit_lesson", course, lesson.pk)):
        shown = desk.get(address).content.decode()
        assert ", in English" in shown and "（英文）" not in shown
