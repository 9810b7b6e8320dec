"""Gone again when it is withdrawn, with what rests on it."""

from datetime import timedelta

import pytest
from django.core.files.storage import default_storage
from django.utils import timezone

from core.errors import NotAllowed, WrongStatus
from core.models import Attachment, Event
from partners import actions
from partners.entry import missing
from partners.models import Carried, Consent, EntryPermit, WorkPermit
from passports.models import Parcel
from people.models import User
from people.permissions import Role
from tests import make
from tests.partners.passport.people import (
    CARD,
    EMERGENCY,
    EMERGENCY_PHONE,
    HERE,
    NAME,
    agree,
    arrive,
    bring,
    events_of,
    everything,
    here,
    withdraw,
)
from training.actions import Card, confirm_licence
from training.models import Enrolment, Licence


def test_taken_back_it_is_gone_at_the_other_factory(
    worker, other, other_factory, work_off, django_capture_on_commit_callbacks
):
    agree(worker)
    with other():
        member, officer = arrive(), make.person(Role.SAFETY_OFFICER)
        course = make.course()
        type(course).objects.filter(pk=course.pk).update(code="C13")
        carried = bring(member)
        actions.recognise_training(carried.items.get(training__code="C13"), by=officer)
        files = [
            file.name for photo in Attachment.objects.filter(by=member.user) for file in (photo.original, photo.shown)
        ]
        assert files and all(default_storage.exists(name) for name in files)
    work_off()
    with django_capture_on_commit_callbacks(execute=True):
        withdraw(worker, work_off)
    assert not Parcel.objects.exists()
    with other():
        now, carried = here(member), Carried.objects.get()
        assert carried.withdrawn_at and not carried.origin
        assert (now.sealed_id, now.id_mark, now.badge, now.face, now.emergency_phone, now.trade) == ("", "", None, "", "", "")  # fmt: skip
        assert now.user.name == HERE and not Licence.objects.filter(person=now.user).exists()
        assert not any(default_storage.exists(name) for name in files)
        assert not Enrolment.objects.filter(person=now.user, status="exempt").exists()
        text = everything(other_factory.schema_name)
        for value in (NAME, EMERGENCY, EMERGENCY_PHONE, "一厂"):
            assert value not in text.replace(HERE, "") or value in events_of(other_factory), value
        assert Event.objects.filter(name="passport.dropped").count() == 1


def test_it_is_taken_back_at_the_second_factory_too(worker, other, work_off):
    agree(worker)
    with other():
        member, stranger = arrive(), arrive("13755550002")
        carried = bring(member)
        with pytest.raises(NotAllowed):
            actions.take_back_carried(carried, by=User.objects.get(pk=stranger.user_id))
    work_off()
    with other():
        actions.take_back_carried(carried, by=User.objects.get(pk=member.user_id))
        now = here(member)
        assert (now.sealed_id, now.trade, now.user.name) == ("", "", HERE)
        assert Event.objects.get(name="passport.dropped").actor_id == member.user_id
        actions.take_back_carried(carried, by=User.objects.get(pk=member.user_id))
    work_off()
    assert not Parcel.objects.exists()
    assert Consent.objects.get().status == "withdrawn"
    assert Event.objects.get(name="passport.withdrawn").actor is None
    with pytest.raises(WrongStatus):
        actions.withdraw_consent(Consent.objects.get(), by=worker)
    with other():
        assert Event.objects.filter(name="passport.dropped").count() == 1


def test_taken_back_before_the_first_factory_heard_that_it_was_taken(worker, other, work_off):
    agree(worker)
    with other():
        member = arrive()
        actions.take_back_carried(bring(member), by=User.objects.get(pk=member.user_id))
    work_off()
    assert Consent.objects.get().status == "withdrawn"


def test_an_entry_permit_that_rests_on_it_is_red_and_judged_again(worker, other, work_off):
    agree(worker)
    with other():
        member, officer = arrive(), make.person(Role.SAFETY_OFFICER)
        bring(member)
        filed = Licence.objects.get(person=member.user)
        card = Card(filed.kind_code, filed.issued_on, CARD, filed.expires_on, "照证面")
        confirm_licence(filed, card, by=officer)
        permit = make.entry_permit(here(member))
        assert not missing(here(member))
    withdraw(worker, work_off)
    with other():
        permit.refresh_from_db()
        assert permit.status == EntryPermit.Status.REVOKED
        now = here(member)
        assert now.status == "registering" and {"person"} <= {gap.step for gap in missing(now)}
        # They may fill it in again themselves.
        facts = {"trade": "fitter", "emergency_name": "亲属", "emergency_phone": "13911110000", "name": HERE}
        actions.record_person(now, by=now.user, id_number=make.id_number(), badge=make.photo(now.user), **facts)


def test_a_special_operation_that_runs_is_interrupted(worker, other, work_off):
    agree(worker)
    with other():
        member, officer = arrive(), make.person(Role.SAFETY_OFFICER)
        bring(member)
        now, place = timezone.now(), member.project
        facts = {"kind": "lifting", "project": place, "area": place.area, "applicant": officer, "guardian": member}
        work = WorkPermit.objects.create(
            number="ZY-1", status="running", starts_at=now, ends_at=now + timedelta(hours=2), **facts
        )
        work.crew.set([member, make.crew_member(place)])
    withdraw(worker, work_off)
    with other():
        work.refresh_from_db()
        assert work.status == "paused"


def test_what_was_typed_here_after_it_was_brought_stays(worker, other, work_off):
    agree(worker)
    with other():
        member = arrive()
        bring(member)
        facts = {"trade": "painter", "emergency_name": "亲属", "emergency_phone": "13911110000", "name": NAME}
        actions.record_person(here(member), by=User.objects.get(pk=member.user_id), **facts)
    withdraw(worker, work_off)
    with other():
        now = here(member)
        assert (now.trade, now.emergency_phone, now.sealed_id) == ("painter", "13911110000", "")


def test_points_and_blacklist_of_this_factory_survive_it(worker, other, work_off):
    agree(worker)
    with other():
        member, officer = arrive(), make.person(Role.SAFETY_OFFICER)
        bring(member)
        actions.note_violation(here(member), by=officer, points=6, what="没系安全带")
        mark = here(member).id_mark
    withdraw(worker, work_off)
    with other():
        assert here(member).id_mark == mark and here(member).sealed_id == ""
