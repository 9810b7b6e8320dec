"""When the time of an exam is over, what was answered before counts, the page says so, and nothing is lost."""

import pytest

from people.permissions import Role
from tests import make
from training import actions
from training.models import Attempt

pytestmark = pytest.mark.django_db


@pytest.fixture
def worker(browser, factory):
    worker = make.person(Role.WORKER)
    browser.force_login(worker)
    return worker


def _begun(worker, browser, **facts) -> Attempt:
    exam = make.exam(make.course(), minutes=5, **facts)
    page = browser.get(f"/m/exams/{exam.pk}/").content.decode()
    assert "5 分钟" in page and "开始考试" in page and not Attempt.objects.exists(), "looking starts nothing"
    browser.post(f"/m/exams/{exam.pk}/start/")
    return Attempt.objects.get()


def _answer(browser, paper, position: int):
    item = paper.items.get(position=position)
    address = f"/m/papers/{paper.pk}/{position}/"
    return browser.post(address, {"given": str(item.order.index(1))}, HTTP_HX_REQUEST="true")


def test_what_was_answered_before_the_end_counts_and_the_page_says_it(worker, browser, clock, work_off):
    paper = _begun(worker, browser)
    for position in range(1, 5):
        assert _answer(browser, paper, position).status_code == 204
    clock.shift(5 * 60 + 6)
    browser.force_login(worker)
    assert _answer(browser, paper, 5).status_code == 409
    waiting = browser.get(f"/m/papers/{paper.pk}/").content.decode()
    assert "时间到了" in waiting and "都算数" in waiting
    work_off()
    paper.refresh_from_db()
    assert (paper.status, paper.score, paper.is_passed) == ("timed_out", 80, True)
    result = browser.get(f"/m/papers/{paper.pk}/").content.decode()
    assert "5 题里你已经答的 4 题都算数" in result and "80 分" in result


def test_an_answer_on_its_way_at_the_last_moment_still_counts(worker, browser, clock):
    paper = _begun(worker, browser)
    clock.shift(5 * 60 + 4)
    browser.force_login(worker)
    assert _answer(browser, paper, 1).status_code == 204


def test_after_a_crash_the_paper_goes_on_where_it_was(worker, browser, clock):
    paper = _begun(worker, browser)
    _answer(browser, paper, 1)
    _answer(browser, paper, 2)
    browser.logout()
    clock.shift(60)
    browser.force_login(worker)
    assert "接着答" in browser.get("/m/learn/").content.decode()
    page = browser.get(f"/m/papers/{paper.pk}/").content.decode()
    assert "第 3 题" in page and 'data-paper-left="240"' in page, "by the server's clock"
    browser.post(f"/m/exams/{paper.exam_id}/start/")
    assert Attempt.objects.count() == 1


def test_who_failed_hears_when_the_next_try_is(worker, browser, clock):
    paper = _begun(worker, browser, tries_per_day=1)
    actions.hand_in(paper, by=worker)
    assert "明天可以再考" in browser.get(f"/m/papers/{paper.pk}/").content.decode()
    page = browser.get(f"/m/exams/{paper.exam_id}/").content.decode()
    assert "明天可以再考" in page and "开始考试" not in page
    assert browser.post(f"/m/exams/{paper.exam_id}/start/").status_code == 409


def test_an_exam_for_others_is_not_taken(worker, browser):
    exam = make.exam(make.course(), is_open=False)
    assert "开始考试" not in browser.get(f"/m/exams/{exam.pk}/").content.decode()
    assert browser.post(f"/m/exams/{exam.pk}/start/").status_code == 403
