"""A joint group's pages are told to look again: those of members, those of an outsider by the token, and no others."""

import json
from datetime import timedelta

import pytest
from django.utils import timezone
from websockets.exceptions import InvalidStatus

from hazards.actions import add_post, invite_outsider, open_group, revoke_invitation, void_hazard
from hazards.actions.invitations import token_of
from hazards.models import Invitation, Status
from people.absences import declare_absence
from people.permissions import Role
from tenants.current import in_factory
from tests import make
from tests.live import session_of


@pytest.fixture
def officer(fresh_factory):
    return make.person(Role.SAFETY_OFFICER, name="周敏")


@pytest.fixture
def group(officer):
    return open_group(make.hazard(Status.RECTIFYING), by=officer)


@pytest.fixture
def link(group, officer):
    return invite_outsider(group.hazard, by=officer, name="王工", company="供电公司")


def path(link) -> str:
    return f"/ws/g/{token_of(link)}/"


def looks(page) -> str:
    while "look" not in (message := json.loads(page.recv(timeout=15))):
        pass
    return message["look"]


def test_members_are_told_of_a_post_and_of_the_end(live, fresh_factory, group, officer):
    with live.feed(fresh_factory, session_of(group.hazard.owner)) as page:
        add_post(group.hazard, by=officer, text="先断电")
        assert looks(page) == f"thread_{group.hazard_id}"
        void_hazard(group.hazard, by=officer, note="误报")
        assert looks(page) == f"thread_{group.hazard_id}"


def test_who_stands_in_for_somebody_who_looks_after_hazards_is_told_as_well(live, fresh_factory, group, officer):
    leader, colleague = make.person(Role.LEADER), make.person(Role.WORKER)
    now = timezone.now()
    declare_absence(leader, by=leader, stand_in=colleague, starts_at=now, ends_at=now + timedelta(hours=8))
    with live.feed(fresh_factory, session_of(colleague)) as page:
        add_post(group.hazard, by=officer, text="先断电")
        assert looks(page) == f"thread_{group.hazard_id}"


def test_an_outsider_is_told_by_the_token_alone(live, fresh_factory, group, officer, link):
    with live.feed(fresh_factory, path=path(link)) as page:
        page.send(json.dumps({"after": 0}))
        add_post(group.hazard, by=officer, text="@王工 几点能停电？")
        assert json.loads(page.recv(timeout=15)) == {"look": f"thread_{group.hazard_id}", "soon": True}


def test_an_outsider_reads_no_feed_by_the_socket(live, fresh_factory, group, officer, link):
    with live.feed(fresh_factory, path=path(link), cookie=session_of(officer)) as page:
        page.send(json.dumps({"after": 0}))
        add_post(group.hazard, by=officer, text="@王工 几点能停电？")
        messages = [json.loads(page.recv(timeout=15))]
        with pytest.raises(TimeoutError):
            while True:
                messages.append(json.loads(page.recv(timeout=3)))
    assert all(set(message) == {"look", "soon"} for message in messages)


def test_a_link_that_has_ended_opens_no_socket(live, fresh_factory, link, officer):
    for token in ("1", "x.y", token_of(link)[:-1]):
        with pytest.raises(InvalidStatus), live.feed(fresh_factory, path=f"/ws/g/{token}/", cookie=session_of(officer)):
            pass
    other = invite_outsider(link.hazard, by=officer, name="李工", company="供电公司")
    Invitation.objects.filter(pk=other.pk).update(expires_at=timezone.now() - timedelta(seconds=1))
    revoke_invitation(link, by=officer)
    for ended in (link, other):
        with pytest.raises(InvalidStatus), live.feed(fresh_factory, path=path(ended)):
            pass


def test_a_foreign_page_and_a_foreign_factory_are_refused(live, fresh_factory, link, other_factory):
    with pytest.raises(InvalidStatus), live.feed(fresh_factory, path=path(link), origin="http://evil.localhost"):
        pass
    with pytest.raises(InvalidStatus), live.feed(other_factory, path=path(link)):
        pass


def test_pages_of_another_factory_hear_nothing(live, second_fresh_factory, fresh_factory, group, officer):
    with in_factory(second_fresh_factory):
        cookie = session_of(make.person(Role.SAFETY_OFFICER))
    with live.feed(second_fresh_factory, cookie) as page:
        add_post(group.hazard, by=officer, text="先断电")
        with pytest.raises(TimeoutError):
            page.recv(timeout=1)
