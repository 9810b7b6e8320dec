"""Who typed while somebody else moved the hazard reads why it was refused, and finds their words on the same page."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django import forms
from django.urls import reverse
from django.utils import timezone

from hazards.actions import (
    assign_hazard,
    decide_extension,
    invite_outsider,
    open_group,
    reject_hazard,
    request_extension,
    review_hazard,
    revoke_invitation,
    submit_hazard,
    void_hazard,
)
from hazards.actions.invitations import token_of
from hazards.models import POINTS, Level, Status
from people.models import User
from people.permissions import Role
from portals.typed import WORDS
from tests import make

WORDS_OF_A_FIX = {"measure": "换了 3 颗螺栓", "cause": "震动松脱", "test_1": "空转 5 分钟", "passed_1": "yes"}


@pytest.fixture
def officer(factory):
    return make.person(Role.SAFETY_OFFICER)


def _sent(browser, user, url: str, data, status: int = 409) -> str:
    browser.force_login(user)
    answer = browser.post(url, data)
    assert answer.status_code == status
    return answer.content.decode()


def test_a_fix_that_somebody_else_handed_over_meanwhile_keeps_its_words_and_photos(browser, officer):
    hazard, team = make.hazard(Status.RECTIFYING), make.team()
    fixer, other = hazard.owner, make.person(Role.MAINTENANCE)
    User.objects.filter(pk__in=[fixer.pk, other.pk]).update(team=team)
    other.refresh_from_db()
    assign_hazard(hazard, by=officer, owner=other)
    data = WORDS_OF_A_FIX | {"photos": make.photo_file()}
    page = _sent(browser, fixer, reverse("field:rectify", args=[hazard.pk]), data, 403)
    assert all(words in page for words in ("换了 3 颗螺栓", "震动松脱", "空转 5 分钟"))
    assert officer.name in page and "/files/" in page


def test_a_fix_that_was_given_anew_meanwhile_keeps_its_words(browser, officer):
    hazard = make.hazard(Status.RECTIFYING)
    assign_hazard(hazard, by=officer, owner=hazard.owner)
    page = _sent(browser, hazard.owner, reverse("field:rectify", args=[hazard.pk]), WORDS_OF_A_FIX)
    assert "换了 3 颗螺栓" in page and officer.name in page


def test_a_fix_that_was_handed_in_already_keeps_its_second_words(browser, officer):
    hazard = make.hazard(Status.RECTIFYING)
    submit_hazard(hazard, by=hazard.owner, measure="装好了", tests=make.PASSED, photos=[make.photo(hazard.owner)])
    page = _sent(browser, hazard.owner, reverse("field:rectify", args=[hazard.pk]), WORDS_OF_A_FIX)
    assert "换了 3 颗螺栓" in page


def test_words_of_a_hazard_that_is_out_of_sight_by_now_stand_on_the_page_that_says_so(browser, officer):
    hazard = make.hazard(Status.RECTIFYING)
    assign_hazard(hazard, by=officer, owner=make.person(Role.MAINTENANCE))
    page = _sent(browser, hazard.reporter, reverse("field:rectify", args=[hazard.pk]), WORDS_OF_A_FIX, 403)
    assert "换了 3 颗螺栓" in page
    stranger = make.person(Role.MAINTENANCE, in_department=make.department(), bound=True)
    page = _sent(browser, stranger, reverse("field:rectify", args=[hazard.pk]), WORDS_OF_A_FIX, 404)
    assert "换了 3 颗螺栓" in page and hazard.title not in page


@pytest.mark.parametrize("way", ["field:hand_over", "field:extend"])
def test_a_wish_that_came_too_late_keeps_its_reason(browser, officer, way):
    hazard, other = make.hazard(Status.RECTIFYING), make.person(Role.MAINTENANCE)
    later = hazard.due_at + timedelta(days=1)
    void_hazard(hazard, by=officer, note="重复")
    wish = {"to": other.phone, "note": "今晚不在厂", "new_due_at": f"{later:%Y-%m-%dT%H:%M}", "reason": "今晚不在厂"}
    page = _sent(browser, hazard.owner, reverse(way, args=[hazard.pk]), wish)
    assert "今晚不在厂" in page and officer.name in page


def test_a_second_wish_for_more_time_keeps_its_reason(browser, officer):
    hazard = make.hazard(Status.RECTIFYING)
    later = hazard.due_at + timedelta(days=1)
    request_extension(hazard, by=hazard.owner, new_due_at=later, reason="配件未到")
    wish = {"new_due_at": f"{later:%Y-%m-%dT%H:%M}", "reason": "还差一个垫片"}
    assert "还差一个垫片" in _sent(browser, hazard.owner, reverse("field:extend", args=[hazard.pk]), wish)


DESK = [
    ("review", Status.FIRST_REVIEW, {"is_passed": "no", "note": "右边少一颗"}),
    ("reject", Status.REPORTED, {"note": "右边少一颗"}),
    ("void", Status.REPORTED, {"note": "右边少一颗"}),
    ("confirm", Status.REPORTED, {"level": Level.GENERAL, "note": "右边少一颗"}),
    ("level", Status.ASSIGNED, {"level": Level.MAJOR, "reason": "右边少一颗"}),
    ("lock", Status.ASSIGNED, {"reason": "右边少一颗"}),
    ("control", Status.ASSIGNED, {"control": "右边少一颗"}),
    ("extension", Status.ASSIGNED, {"is_approved": "no", "note": "右边少一颗"}),
    ("lowering", Status.ASSIGNED, {"is_passed": "no", "note": "右边少一颗"}),
    ("approve", Status.ASSIGNED, {"is_passed": "no", "note": "右边少一颗"}),
]


@pytest.mark.parametrize(("verb", "status", "data"), DESK)
def test_what_is_decided_at_the_desk_on_a_hazard_that_was_voided_meanwhile_keeps_its_words(
    browser, officer, verb, status, data
):
    make.policies()
    hazard = make.hazard(status, equipment=make.machine())
    void_hazard(hazard, by=make.person(Role.SAFETY_OFFICER), note="重复")
    data = {"equipment": hazard.equipment_id} | data
    browser.force_login(officer)
    answer = browser.post(reverse("console:decide", args=[hazard.pk, verb]), data)
    assert answer.status_code in (403, 409)
    page = answer.content.decode()
    assert "右边少一颗" in page and 'id="typed"' in page


def test_a_plan_for_a_hazard_that_needs_none_any_more_keeps_all_its_points(browser, officer):
    hazard = make.hazard(Status.CONFIRMED)
    later = timezone.localtime() + timedelta(days=3)
    points = {name: f"计划里的 {name}" for name in POINTS}
    data = points | {"due_at": f"{later:%Y-%m-%dT%H:%M}"}
    page = _sent(browser, officer, reverse("console:decide", args=[hazard.pk, "plan"]), data)
    assert all(words in page for words in points.values())


def test_a_reviewer_on_the_phone_who_was_too_slow_keeps_the_remark(browser, officer):
    hazard = make.hazard(Status.FIRST_REVIEW)
    leader = make.person(Role.TEAM_LEADER)
    review_hazard(hazard, by=make.person(Role.TEAM_LEADER), is_passed=True, note="")
    data = {"is_passed": "no", "note": "右边少一颗"}
    browser.force_login(leader)
    answer = browser.post(reverse("field:decide", args=[hazard.pk, "review"]), data)
    assert answer.status_code in (403, 409) and "右边少一颗" in answer.content.decode()


@pytest.mark.parametrize("face", ["field", "console"])
@pytest.mark.parametrize(
    ("verb", "data"),
    [
        ("post", {"text": "明早 8 点断电"}),
        ("give", {"title": "明早 8 点断电"}),
        ("invite", {"name": "王工", "company": "明早 8 点断电", "days": 7}),
    ],
)
def test_what_is_said_in_the_group_of_a_hazard_that_ended_meanwhile_stays(browser, officer, face, verb, data):
    hazard = make.hazard(Status.CONFIRMED)
    open_group(hazard, by=officer)
    void_hazard(hazard, by=officer, note="重复")
    later = f"{timezone.localtime() + timedelta(days=1):%Y-%m-%dT%H:%M}"
    sent = {"client_id": uuid4(), "owner": officer.pk, "due_at": later} | data
    page = _sent(browser, officer, reverse(f"{face}:group_act", args=[hazard.pk, verb]), sent)
    assert "明早 8 点断电" in page and 'id="typed"' in page


def test_a_guest_who_was_too_slow_keeps_the_words_and_learns_no_name(browser, officer):
    hazard = make.hazard(Status.CONFIRMED)
    open_group(hazard, by=officer)
    link = token_of(invite_outsider(hazard, by=officer, name="王工", company="供电公司"))
    other = make.person(Role.SAFETY_OFFICER, name="孟知秋")
    reject_hazard(hazard, by=other, note="没有问题")
    answer = browser.post(reverse("outsider:act", args=[link, "post"]), {"client_id": uuid4(), "text": "明早 8 点到"})
    page = answer.content.decode()
    assert answer.status_code == 409 and "明早 8 点到" in page and "孟知秋" not in page


def test_a_guest_whose_link_ended_meanwhile_keeps_the_words(browser, officer):
    hazard = make.hazard(Status.CONFIRMED)
    open_group(hazard, by=officer)
    invitation = invite_outsider(hazard, by=officer, name="王工", company="供电公司")
    link = token_of(invitation)
    revoke_invitation(invitation, by=officer)
    sent = {"client_id": uuid4(), "text": "明早 8 点到"}
    answer = browser.post(reverse("outsider:act", args=[link, "post"]), sent)
    assert answer.status_code == 410 and "明早 8 点到" in answer.content.decode()


def test_a_decision_on_more_time_that_somebody_else_took_is_said_so(browser, officer):
    hazard = make.hazard(Status.RECTIFYING)
    later = hazard.due_at + timedelta(days=1)
    asked = request_extension(hazard, by=hazard.owner, new_due_at=later, reason="配件未到")
    decide_extension(asked, by=make.person(Role.SAFETY_OFFICER), is_approved=True, note="")
    url = reverse("console:decide", args=[hazard.pk, "extension"])
    assert "先用备件" in _sent(browser, officer, url, {"is_approved": "no", "note": "先用备件"})


def test_a_page_that_is_only_fetched_shows_nothing_as_typed(browser, officer):
    browser.force_login(officer)
    answer = browser.get("/desk/hazards/999999/?note=x")
    assert answer.status_code == 404 and 'id="typed"' not in answer.content.decode()


def test_a_refused_form_that_still_stands_is_not_shown_twice(browser, officer):
    hazard = make.hazard(Status.RECTIFYING)
    page = _sent(browser, hazard.owner, reverse("field:rectify", args=[hazard.pk]), WORDS_OF_A_FIX, 422)
    assert page.count("换了 3 颗螺栓") == 1


def test_each_form_in_which_people_write_is_named_among_the_words():
    """A new form with a text of its own needs a line in portals.typed.WORDS."""

    def kinds(base):
        return {base, *(sub for each in base.__subclasses__() for sub in kinds(each))}

    texts = {
        name
        for kind in kinds(forms.BaseForm)
        if kind.__module__.startswith(("portals.field", "portals.console.forms.h", "portals.groups", "portals.levels"))
        for name, field in getattr(kind, "base_fields", {}).items()
        if isinstance(field.widget, forms.Textarea)
    }
    assert texts and texts <= WORDS.keys()
