"""Whoever wants a certificate without learning: answers read early, somebody else's paper, a clock that is lied to, replays."""

import json
from html.parser import HTMLParser

import pytest
from django.urls import reverse

from people.permissions import Role
from tests import make
from training import actions
from training.models import Attempt, Certificate, Lesson, PaperItem, Progress, Question

pytestmark = pytest.mark.django_db
SECRET = "独一无二的讲解"


@pytest.fixture
def enrolment(factory):
    made = make.enrolment(lessons=2)
    Question.objects.update(explanation={"zh": SECRET, "en": SECRET}, source={"name": "机密出处", "trust": "practice"})
    return made


@pytest.fixture
def page(browser, enrolment):
    browser.force_login(enrolment.person)
    return browser


def _learned(enrolment) -> Progress:
    progress = actions.open_lesson(enrolment, enrolment.course.lessons.get(position=1), by=enrolment.person)
    Progress.objects.filter(pk=progress.pk).update(seconds=600)
    return actions.beat(progress, by=enrolment.person)


def test_no_page_before_the_handing_in_tells_what_is_right(page, enrolment):
    _learned(enrolment)
    started = page.post(reverse("field:quiz", args=[enrolment.pk, 1]), follow=True)
    attempt = Attempt.objects.get()
    seen = [started.content]
    for item in attempt.items.all():
        address = reverse("field:answer", args=[attempt.pk, item.position])
        seen.append(page.post(address, {"given": "0"}, HTTP_HX_REQUEST="true").content)
        seen.append(page.post(address, {"given": "0"}, follow=True).content)
        seen.append(page.get(reverse("field:paper", args=[attempt.pk]), {"q": item.position}).content)
    seen.append(page.get(reverse("field:paper_end", args=[attempt.pk])).content)
    seen.append(page.get(reverse("field:lesson", args=[enrolment.pk, 1])).content)
    seen.append(page.get(reverse("field:learn")).content)
    text = b"".join(seen).decode()
    assert SECRET not in text
    assert "机密出处" not in text
    orders = [item.order for item in attempt.items.all()]
    assert all(json.dumps(order) not in text for order in orders), "the shuffled order would tell which one is which"


def test_where_the_right_option_stands_tells_nothing(page, enrolment):
    """Over many papers each place holds the right one about as often."""
    places = [0] * 4
    progress = _learned(enrolment)
    for _round in range(12):
        attempt = actions.start_quiz(progress, by=enrolment.person)
        for item in attempt.items.select_related("question"):
            places[item.order.index(item.question.answer[0])] += 1
        PaperItem.objects.filter(attempt=attempt).delete()
        attempt.delete()
    assert min(places) > 0


@pytest.mark.parametrize("name", ["field:paper", "field:paper_end"])
def test_somebody_elses_paper_is_not_there(browser, enrolment, name):
    _learned(enrolment)
    attempt = actions.start_quiz(Progress.objects.get(), by=enrolment.person)
    browser.force_login(make.person(Role.WORKER))
    assert browser.get(reverse(name, args=[attempt.pk])).status_code == 404
    assert browser.post(reverse("field:paper_end", args=[attempt.pk])).status_code == 404
    assert browser.post(reverse("field:answer", args=[attempt.pk, 1]), {"given": "1"}).status_code == 404
    assert not PaperItem.objects.exclude(answered_at=None).exists()


def test_somebody_elses_course_is_not_there(browser, enrolment):
    browser.force_login(make.person(Role.WORKER))
    for name in ("field:lesson", "field:beat", "field:quiz"):
        address = reverse(name, args=[enrolment.pk, 1])
        assert browser.get(address).status_code in (404, 405)
        assert browser.post(address).status_code in (404, 405)
    assert not Progress.objects.exists()


def test_the_quiz_does_not_open_before_the_lesson_was_learned(page, enrolment):
    refused = page.post(reverse("field:quiz", args=[enrolment.pk, 1]))
    assert refused.status_code == 422
    assert "分钟" in refused.content.decode()
    assert page.post(reverse("field:quiz", args=[enrolment.pk, 2])).status_code == 409
    assert not Attempt.objects.exists()


def test_beats_as_fast_as_one_can_count_nothing(page, enrolment):
    for _beat in range(50):
        page.post(reverse("field:beat", args=[enrolment.pk, 1]), {"position": "9999", "seconds": "600", "left": "0"})
    assert Progress.objects.get().seconds <= 2
    assert Progress.objects.get().learned_at is None


def test_a_paper_that_was_handed_in_is_closed_for_every_replay(page, enrolment):
    attempt = actions.start_quiz(_learned(enrolment), by=enrolment.person)
    page.post(reverse("field:answer", args=[attempt.pk, 1]), {"given": "0"})
    page.post(reverse("field:paper_end", args=[attempt.pk]))
    before = list(PaperItem.objects.values_list("given", "is_right"))
    assert page.post(reverse("field:answer", args=[attempt.pk, 1]), {"given": "1"}).status_code == 409
    again = page.post(reverse("field:paper_end", args=[attempt.pk]))
    assert again.status_code == 302
    assert list(PaperItem.objects.values_list("given", "is_right")) == before
    assert Attempt.objects.get().ended_at is not None


def test_an_answer_after_the_time_is_refused_whatever_the_phone_says(page, enrolment, clock):
    attempt = actions.start_exam(make.exam(enrolment.course, minutes=5), by=enrolment.person)
    clock.shift(6 * 60)
    page.force_login(enrolment.person)
    refused = page.post(
        reverse("field:answer", args=[attempt.pk, 1]), {"given": "1", "answered_at": "2026-11-02T01:01:00Z"}
    )
    assert refused.status_code == 409
    assert not PaperItem.objects.exclude(answered_at=None).exists()


def test_certificates_are_not_found_by_counting(browser, enrolment):
    title = {"zh": "焊接", "en": "Welding"}
    certificate = actions.issue_certificate(enrolment.person, title, by=None, score=90, hours=2, valid_months=12)
    for guess in (certificate.number, str(certificate.pk), certificate.token[:-1], certificate.token.swapcase()):
        assert browser.get(f"/c/{guess}/").status_code == 404
    shown = browser.get(f"/c/{certificate.token}/").content.decode()
    assert certificate.person.name not in shown
    assert (certificate.person.phone or "-") not in shown
    browser.force_login(make.person(Role.WORKER))
    assert browser.get(reverse("field:certificate", args=[certificate.pk])).status_code == 404
    assert browser.get(reverse("field:certificate_pdf", args=[certificate.pk])).status_code == 404
    assert Certificate.objects.count() == 1


@pytest.mark.parametrize(
    "text",
    [
        "<script>alert(1)</script>",
        "<img src=x onerror=alert(1)>",
        "[x](javascript:alert(1))",
        "[x](JaVaScRiPt:alert(1))",
        "[x](data:text/html;base64,PHNjcmlwdD4=)",
        '<a href="//evil" hx-get="/desk/" hx-trigger="load">x</a>',
        "<svg><script>alert(1)</script></svg>",
        "<math><mtext><style><img src=x onerror=alert(1)></style></mtext></math>",
        "<iframe srcdoc='<script>alert(1)</script>'></iframe>",
        '<form action="//evil"><input name=password></form>',
        "<div style='position:fixed;inset:0'>x</div>",
        "| a |\n|---|\n| <object data=x> |",
        "```\n<script>alert(1)</script>\n```",
        "![x](https://evil.example/pixel.png)",
    ],
)
def test_nothing_that_runs_comes_out_of_a_lessons_text(page, enrolment, text):
    Lesson.objects.update(body={"zh": f"## 安全\n{text}", "en": text})
    shown = page.get(reverse("field:lesson", args=[enrolment.pk, 1])).content.decode()
    article = shown.partition('id="lesson-text">')[2].partition("</article>")[0]
    found = _Tags()
    found.feed(article)
    assert {tag for tag, _attributes in found.all} <= {
        "h2",
        "p",
        "a",
        "code",
        "pre",
        "table",
        "thead",
        "tbody",
        "tr",
        "th",
        "td",
    }
    for _tag, attributes in found.all:
        assert attributes.keys() <= {"href", "rel"}
        assert attributes.get("href", "https://").startswith(("https://", "http://", "tel:"))


class _Tags(HTMLParser):
    def __init__(self):
        super().__init__()
        self.all = []

    def handle_starttag(self, tag, attrs):
        self.all.append((tag, dict(attrs)))
