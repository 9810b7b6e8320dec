"""What a link opens: this one hazard, for its time, and nothing else; and that nobody gets in by being an outsider."""

import re
from datetime import timedelta

import pytest
from django.core.cache import cache
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from core.errors import DomainError, NotAllowed
from core.models import Event
from hazards.actions import (
    add_post,
    add_subtask,
    assign_hazard,
    hand_over_hazard,
    invite_outsider,
    open_group,
    review_hazard,
    revoke_invitation,
)
from hazards.actions.invitations import token_of
from hazards.models import Evidence, Hazard, Invitation, Mention, Post, Status
from notifications.models import Notification
from people.actions import Person, add_user, change_user, give_password
from people.auth import find_user
from people.permissions import Role
from tenants import provisioning
from tenants.current import in_factory
from tenants.models import Due
from tests import make


@pytest.fixture
def officer(factory):
    return make.person(Role.SAFETY_OFFICER, name="周敏")


@pytest.fixture
def link(officer):
    cache.clear()
    hazard = make.hazard(Status.CONFIRMED, title="配电箱漏电")
    return invite_outsider(hazard, by=officer, name="王工", company="供电公司", phone="13900000077", may_fix=True)


@pytest.fixture
def guest(factory):
    return Client(HTTP_HOST=provisioning.host_of("one"), headers={"Accept-Language": "zh-CN"})


def url(link: Invitation, rest: str = "") -> str:
    return f"/g/{token_of(link)}/{rest}"


def test_it_opens_the_hazard_once_noted_and_never_kept(guest, link):
    assert link.opened_at is None
    page = guest.get(url(link))
    assert page.status_code == 200
    assert "配电箱漏电" in page.content.decode() and "一厂" in page.content.decode()
    assert page["Cache-Control"] == "private, no-store"
    assert page["Referrer-Policy"] == "no-referrer"
    assert "noindex" in page["X-Robots-Tag"]
    for _n in range(2):
        assert guest.post(url(link, "seen/")).status_code == 204
    assert Invitation.objects.get().opened_at
    assert Event.objects.filter(name="hazard.outsider_opened").count() == 1
    assert "session" not in guest.cookies


def test_a_messenger_that_fetches_it_for_a_preview_has_not_opened_it(guest, link, officer):
    add_post(open_group(link.hazard, by=officer).hazard, by=officer, text="@王工 几点能停电？")
    for look in (guest.get, guest.head):
        assert look(url(link)).status_code == 200
    assert "seen/" in guest.get(url(link)).content.decode(), "the page itself says when it runs in front of somebody"
    assert Invitation.objects.get().opened_at is None
    assert Mention.objects.get().seen_at is None
    guest.post(url(link, "language/"), {"language": "en"})
    assert Invitation.objects.get().opened_at, "without scripts the first thing that is done says it"


def test_nothing_of_the_factory_is_on_it(guest, link, officer):
    page = guest.get(url(link)).content.decode()
    for inside in ("/desk/", "/m/", "data-user", officer.phone, "w-nav"):
        assert inside not in page


def test_tampered_expired_and_revoked_links_open_nothing(guest, link, officer):
    token = token_of(link)
    for wrong in (token[:-1] + ("A" if token[-1] != "A" else "B"), token.replace(".", ""), f"9{token}", "1", "x.y"):
        assert guest.get(f"/g/{wrong}/").status_code == 404
    revoke_invitation(link, by=officer)
    for answer in (guest.get(url(link)), guest.post(url(link, "post/"), {"text": "还在"})):
        assert answer.status_code == 410
        assert (
            make.in_language("zh-hans", "This link has ended. Ask who sent it to you for a new one.")
            in answer.content.decode()
        )
    assert answer["Cache-Control"] == "private, no-store"
    other = invite_outsider(link.hazard, by=officer, name="李工", company="供电公司")
    Invitation.objects.filter(pk=other.pk).update(expires_at=timezone.now() - timedelta(seconds=1))
    assert guest.get(url(other)).status_code == 410
    assert guest.get(url(other), headers={"HX-Request": "true"})["HX-Refresh"] == "true"
    assert not Post.objects.exists()


def test_a_link_is_nothing_in_another_factory(guest, link, other_factory):
    with in_factory(other_factory):
        twin = make.hazard()
        foreign = invite_outsider(twin, by=make.person(Role.SAFETY_OFFICER), name="张工", company="别家")
        token = token_of(foreign)
    assert guest.get(f"/g/{token}/").status_code == 404
    guest.defaults["HTTP_HOST"] = provisioning.host_of("two")
    assert guest.get(url(link)).status_code == 404


def test_it_gives_files_of_this_hazard_only(guest, link, officer):
    def proof(hazard: Hazard):
        photo = make.photo(officer)
        Evidence.objects.create(hazard=hazard, attachment=photo, stage=Evidence.Stage.BEFORE)
        return photo

    own, other = proof(link.hazard), proof(make.hazard())
    said = make.photo(officer)
    add_post(open_group(link.hazard, by=officer).hazard, by=officer, text="看", photos=[said])
    for photo, status in ((own, 200), (said, 200), (other, 404)):
        answer = guest.get(url(link, f"files/{photo.pk}/"))
        assert answer.status_code == status
        assert status != 200 or answer["Cache-Control"] == "private, no-store"
    assert guest.get(reverse("file", args=[own.pk])).status_code == 302, (
        "the view for signed-in people asks for an account"
    )


def test_the_link_opens_no_other_page(guest, link):
    guest.get(url(link))
    other = make.hazard()
    for path in (f"/m/hazards/{link.hazard_id}/", f"/desk/hazards/{other.pk}/", "/m/", "/"):
        assert guest.get(path).status_code == 302


def test_a_session_of_the_same_browser_is_neither_used_nor_changed(guest, link, officer):
    guest.force_login(officer)
    before = guest.cookies["session"].value
    page = guest.get(url(link)).content.decode()
    assert f'data-user="{officer.pk}"' not in page and 'data-feed-seq="0"' in page
    guest.post(url(link, "language/"), {"language": "en"})
    group = open_group(link.hazard, by=officer)
    guest.post(url(link, "post/"), {"text": "我来了"})
    assert Post.objects.get().author == link.user
    officer.refresh_from_db()
    assert officer.language == "zh-hans" and guest.cookies["session"].value == before
    assert guest.get("/desk/").status_code == 200
    assert "Time left" in guest.get(url(link)).content.decode(), "the guest chose English"
    assert group.present().filter(user=link.user).exists()


def test_they_talk_and_see_what_calls_them(guest, link, officer):
    group = open_group(link.hazard, by=officer)
    add_post(group.hazard, by=officer, text="@王工 几点能停电？")
    page = guest.get(url(link)).content.decode()
    assert '<span class="at me-x">@王工</span>' in page
    guest.get(url(link), {"part": "posts"}, headers={"HX-Request": "true"})
    assert Mention.objects.get().seen_at
    answer = guest.post(url(link, "post/"), {"text": "@周敏 14 点", "photos": make.photo_file()})
    assert answer.status_code == 302
    post = Post.objects.last()
    assert (post.author, post.mentions.get().user) == (link.user, officer)
    assert guest.get(url(link, f"files/{post.photos.get().attachment_id}/")).status_code == 200


def test_they_finish_their_own_task_and_no_other(guest, link, officer):
    group = open_group(link.hazard, by=officer)
    soon = timezone.now() + timedelta(hours=2)
    mine = add_subtask(group, by=officer, title="停 3 号线", owner=link.user, due_at=soon)
    other = add_subtask(group, by=officer, title="写报告", owner=officer, due_at=soon)
    page = guest.get(url(link)).content.decode()
    assert f'name="task" value="{mine.pk}"' in page and f'name="task" value="{other.pk}"' not in page
    assert guest.post(url(link, "finish/"), {"task": other.pk, "result": "好了"}).status_code == 403
    assert (
        guest.post(
            url(link, "finish/"), {"task": mine.pk, "result": "14:05 已停", "photo": make.photo_file()}
        ).status_code
        == 302
    )
    mine.refresh_from_db()
    assert mine.done_by == link.user and mine.photo
    assert guest.post(url(link, "finish/"), {"task": "x"}).status_code == 404


def test_who_was_asked_to_fix_it_fixes_it(guest, link, officer):
    assign_hazard(link.hazard, by=officer, owner=link.user)
    assert guest.post(url(link, "start/")).status_code == 422, "there is no photo from before yet"
    assert 'name="before"' in guest.get(url(link)).content.decode()
    assert guest.post(url(link, "before/")).status_code == 422
    assert guest.post(url(link, "before/"), {"before": make.photo_file()}).status_code == 302
    assert guest.post(url(link, "start/")).status_code == 302
    thin = guest.post(url(link, "rectify/"), {"measure": "换了漏电保护器"})
    assert thin.status_code == 422 and "换了漏电保护器" in thin.content.decode()
    proof = {"measure": "换了漏电保护器", "passed_1": "yes", "test_1": "漏电试验", "photos": make.photo_file()}
    assert guest.post(url(link, "rectify/"), proof).status_code == 302
    hazard = Hazard.objects.get(pk=link.hazard_id)
    assert hazard.status == Status.FIRST_REVIEW and hazard.owner == link.user
    assert Event.objects.get(name="hazard.submitted").actor == link.user


def test_a_refused_photo_from_before_is_asked_for_alone_and_the_good_one_stays(guest, link, officer):
    assign_hazard(link.hazard, by=officer, owner=link.user)
    broken = SimpleUploadedFile("broken.jpg", b"no picture", "image/jpeg")
    refused = guest.post(url(link, "before/"), {"before": [make.photo_file(), broken]})
    kept = re.search(r'name="before-kept" value="([^"]+)"', refused.content.decode())
    assert refused.status_code == 422 and kept
    assert guest.get(url(link, f"files/{kept[1]}/")).status_code == 200
    assert guest.post(url(link, "before/"), {"before-kept": kept[1]}).status_code == 302
    assert link.hazard.evidence.count() == 1


def test_the_form_of_the_fix_helps_as_it_helps_the_factorys_own_people(guest, link, officer):
    Evidence.objects.create(hazard=link.hazard, attachment=make.photo(officer), stage=Evidence.Stage.BEFORE)
    assign_hazard(link.hazard, by=officer, owner=link.user)
    guest.post(url(link, "start/"))
    page = guest.get(url(link)).content.decode()
    assert f'data-ghost="{url(link, "files/")}' in page, "the photo from before over the camera, from below the link"
    assert "data-ready-line" in page and "/m/" not in page and 'src="/files/' not in page


def test_why_a_fix_came_back_stands_above_the_form(guest, link, officer):
    Evidence.objects.create(hazard=link.hazard, attachment=make.photo(officer), stage=Evidence.Stage.BEFORE)
    assign_hazard(link.hazard, by=officer, owner=link.user)
    guest.post(url(link, "start/"))
    proof = {"measure": "换了漏电保护器", "passed_1": "yes", "test_1": "漏电试验", "photos": make.photo_file()}
    guest.post(url(link, "rectify/"), proof)
    leader = make.person(Role.TEAM_LEADER, name="李卫东")
    review_hazard(Hazard.objects.get(), by=leader, is_passed=False, note="箱门没锁")
    page = guest.get(url(link)).content.decode()
    assert "李卫东" in page and "箱门没锁" in page and 'name="photos"' in page


def test_a_link_that_is_ended_gives_the_hazard_back_to_the_officer_at_once(guest, link, officer, work_off):
    head = make.person(Role.WORKSHOP_HEAD, in_department=link.hazard.department)
    assign_hazard(link.hazard, by=officer, owner=link.user)
    guest.post(url(link, "before/"), {"before": make.photo_file()})
    assert guest.post(url(link, "start/")).status_code == 302
    revoke_invitation(link, by=head)
    hazard = Hazard.objects.get(pk=link.hazard_id)
    assert (hazard.status, hazard.owner, hazard.started_at) == (Status.CONFIRMED, None, None)
    assert hazard.due_at == link.hazard.due_at
    work_off()
    line = Notification.objects.get(user=officer, line__contains="王工 · 供电公司").line
    assert hazard.number in line
    assert not Due.objects.filter(key=f"hazard:{hazard.pk}:start").exists()
    assign_hazard(hazard, by=officer, owner=make.person(Role.MAINTENANCE))


def test_a_link_that_runs_out_gives_the_hazard_back(link, officer, time_machine, work_off):
    assign_hazard(link.hazard, by=officer, owner=link.user)
    time_machine.move_to(link.expires_at + timedelta(seconds=1))
    work_off()
    hazard = Hazard.objects.get(pk=link.hazard_id)
    assert (hazard.status, hazard.owner) == (Status.CONFIRMED, None)
    assert Event.objects.get(name="hazard.taken_back").data["told"] == [officer.pk]


def test_what_a_guest_handed_in_comes_back_only_when_it_is_returned(link, officer):
    hazard = make.hazard(Status.FIRST_REVIEW, owner=link.user)
    Invitation.objects.filter(pk=link.pk).update(hazard=hazard)
    link.refresh_from_db()
    revoke_invitation(link, by=officer)
    hazard.refresh_from_db()
    assert (hazard.status, hazard.owner) == (Status.FIRST_REVIEW, link.user)
    review_hazard(hazard, by=make.person(Role.TEAM_LEADER), is_passed=False, note="螺丝松动")
    hazard.refresh_from_db()
    assert (hazard.status, hazard.owner, hazard.round) == (Status.CONFIRMED, None, 2)


def test_a_link_that_ends_leaves_what_others_fix_alone(link, officer):
    fixer = make.person(Role.MAINTENANCE)
    assign_hazard(link.hazard, by=officer, owner=fixer)
    revoke_invitation(link, by=officer)
    hazard = Hazard.objects.get(pk=link.hazard_id)
    assert (hazard.status, hazard.owner) == (Status.ASSIGNED, fixer)


def test_who_only_takes_part_fixes_nothing(guest, officer):
    hazard = make.hazard(Status.CONFIRMED)
    helper = invite_outsider(hazard, by=officer, name="李工", company="供电公司")
    with pytest.raises(DomainError):
        assign_hazard(hazard, by=officer, owner=helper.user)
    assert hazard.group.present().filter(user=helper.user).exists(), "taking part opens the group"
    for verb in ("before", "start", "rectify"):
        assert guest.post(url(helper, f"{verb}/")).status_code == 403


def test_a_hazard_is_given_only_to_who_was_invited_to_it(link, officer):
    other = make.hazard(Status.CONFIRMED)
    with pytest.raises(DomainError):
        assign_hazard(other, by=officer, owner=link.user)
    fixing = make.hazard(Status.RECTIFYING)
    with pytest.raises(DomainError):
        hand_over_hazard(fixing, by=fixing.owner, to=link.user, note="你来")
    revoke_invitation(link, by=officer)
    with pytest.raises(DomainError):
        assign_hazard(link.hazard, by=officer, owner=link.user)


def test_only_some_roles_invite_and_end_links(browser, link):
    worker = make.person(Role.WORKER)
    with pytest.raises(NotAllowed):
        invite_outsider(link.hazard, by=worker, name="李工", company="某司")
    with pytest.raises(NotAllowed):
        revoke_invitation(link, by=worker)


def test_links_are_made_shown_again_and_ended_at_the_desk(browser, officer):
    hazard = make.hazard(Status.CONFIRMED)
    browser.force_login(officer)
    base = reverse("console:group", args=[hazard.pk])
    sent = {"name": "王工", "company": "供电公司", "phone": "139 0000 0077", "days": "3", "may_fix": "on"}
    assert browser.post(f"{base}invite/", sent).status_code == 302
    made = Invitation.objects.get()
    assert made.phone == "13900000077" and made.may_fix
    assert timedelta(days=2) < made.expires_at - timezone.now() <= timedelta(days=3)
    page = browser.get(base).content.decode()
    assert token_of(made) in page and "data:image/svg+xml" in page
    assert browser.post(f"{base}revoke/", {"invitation": made.pk}).status_code == 302
    assert token_of(made) not in browser.get(base).content.decode()


def test_a_link_that_goes_wild_is_slowed_down(guest, link, monkeypatch):
    from portals.groups import guest as views

    monkeypatch.setitem(views.MOST, "GET", 3)
    answers = [guest.get(url(link)).status_code for _n in range(5)]
    assert answers[:3] == [200] * 3 and 429 in answers
    cache.clear()


def test_outsiders_are_in_no_list_of_people(browser, link, officer):
    admin = make.person(Role.ADMIN, Role.SAFETY_OFFICER)
    browser.force_login(admin)
    for path in ("/desk/people/", "/desk/people/?q=王工", "/desk/people/?role=outsider"):
        assert "王工" not in browser.get(path).content.decode().replace('value="王工"', "")
    assert browser.get(f"/desk/people/{link.user_id}/").status_code == 404
    for verb in ("close", "reopen", "password"):
        assert browser.post(f"/desk/people/{link.user_id}/{verb}/").status_code == 404
    assert 'value="outsider"' not in browser.get("/desk/people/add/").content.decode()
    other = make.hazard(Status.CONFIRMED)
    assert "王工" not in browser.get(f"/desk/hazards/{other.pk}/").content.decode()
    assert "王工" in browser.get(f"/desk/hazards/{link.hazard_id}/").content.decode(), "here they can be given it"
    group = reverse("console:group", args=[other.pk])
    browser.post(f"{group}open/")
    found = browser.get(group, {"q": "王工"}).content.decode()
    assert f'action="{group}add/"' not in found


def test_an_outsider_cannot_be_made_an_account(link):
    admin = make.person(Role.ADMIN)
    person = Person("王工", "13900000077", roles=(Role.OUTSIDER,))
    for refused in (
        lambda: add_user(person, by=admin),
        lambda: change_user(link.user, Person("王工", "13900000077", roles=(Role.WORKER,)), by=admin),
        lambda: give_password(link.user, by=admin),
    ):
        with pytest.raises(DomainError):
            refused()


def test_an_outsider_signs_in_by_no_way(guest, link, work_off):
    from notifications.models import Message

    user = link.user
    for login in (link.phone, user.name, str(user.login_key), str(user.pk), ""):
        assert find_user(login) != user
        answer = guest.post(reverse("account_login"), {"login": login or "x", "password": make.PASSWORD})
        assert answer.status_code == 200 and not guest.session.get("_auth_user_id")
    assert not user.has_usable_password()
    guest.post(reverse("account_request_login_code"), {"phone": link.phone})
    work_off()
    assert not Message.objects.filter(address=link.phone, text__contains="登录").exists()
    assert not guest.session.get("_auth_user_id")
