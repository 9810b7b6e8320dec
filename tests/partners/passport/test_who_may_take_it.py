"""Carried once, by whom it belongs to, within its time."""

from datetime import timedelta

import pytest
import time_machine
from django.utils import timezone

from core.errors import DomainError, TooMany, WrongStatus
from core.secrets import unseal
from partners import actions
from partners.actions.carrying import parcel_by_code, parcel_for
from partners.actions.consents import code_of
from partners.entry import missing
from partners.models import Carried, CrewMember
from passports.actions import Found
from passports.models import Lock, Parcel, ParcelFile
from people.models import User
from people.permissions import Role
from tenants.current import in_factory
from tests import make
from tests.partners.passport.people import (
    CARD,
    END,
    FIELDS,
    HERE,
    agree,
    arrive,
    bring,
    codes,
    here,
    opened,
)
from tests.threads import at_once
from training.actions import Card, clear_for_work, confirm_licence
from training.models import Licence


def test_another_phone_finds_nothing(worker, other):
    agree(worker)
    with other():
        assert parcel_for(User.objects.get(pk=arrive("13755550002").user_id)) is None


def test_a_phone_that_nobody_checked_finds_nothing(worker, other):
    agree(worker)
    with other():
        user = arrive().user
        User.objects.filter(pk=user.pk).update(phone_verified=False)
        assert parcel_for(User.objects.get(pk=user.pk)) is None


def test_it_is_not_offered_where_it_comes_from(worker):
    agree(worker)
    assert parcel_for(worker) is None


def test_guessing_codes_is_stopped(worker, other):
    right = code_of(agree(worker))
    with other():
        user = User.objects.get(pk=arrive("13755550002").user_id)
        for guess in range(10):
            with pytest.raises(DomainError):
                parcel_by_code(f"{guess:012}", by=user)
        with pytest.raises(TooMany):
            parcel_by_code(right, by=user)


def test_who_got_the_phone_number_later_does_not_open_it(worker, other):
    right = code_of(agree(worker))
    with other():
        user = User.objects.get(pk=arrive().user_id)
        assert parcel_for(user).is_short
        for guess in ("0000", "000X", "1111", "2222", "3333"):
            with pytest.raises(DomainError):
                parcel_by_code(guess, by=user)
        assert not parcel_for(user).is_short, "from now on only the code opens it"
        with pytest.raises(DomainError):
            parcel_by_code(END, by=user)
        assert parcel_by_code(right, by=user)


def test_the_end_of_an_id_number_opens_nothing_under_another_phone_or_where_it_was_not_ticked(worker, other):
    agree(worker)
    with other():
        user = User.objects.get(pk=arrive("13755550002").user_id)
        with pytest.raises(DomainError):
            parcel_by_code(END, by=user)
    code = code_of(agree(worker, ["name", "phone"]))
    with other():
        user = User.objects.get(pk=arrive().user_id)
        with pytest.raises(DomainError):
            parcel_by_code(END, by=user)
        assert parcel_by_code(code, by=user)


def test_it_is_taken_once_and_twice_is_the_same_as_once(worker, other):
    agree(worker)
    with other():
        member = arrive()
        user = User.objects.get(pk=member.user_id)
        found = opened(user)
        first = actions.bring_person(member, found, by=user)
        assert actions.bring_person(here(member), found, by=user) == first
        assert Carried.objects.count() == 1 and Licence.objects.filter(person=user).count() == 1
        assert parcel_for(user) is None
        stranger = arrive("13755550003")
        with pytest.raises(WrongStatus):
            actions.bring_person(stranger, found, by=User.objects.get(pk=stranger.user_id))


def test_after_its_time_nobody_takes_it_and_the_clock_clears_it(worker, other, work_off):
    consent = agree(worker, days=7)
    with time_machine.travel(timezone.now() + timedelta(days=7, minutes=1), tick=False):
        with other():
            assert parcel_for(User.objects.get(pk=arrive().user_id)) is None
        work_off()
        assert not Parcel.objects.exists() and not Lock.objects.exists() and not ParcelFile.objects.exists()
        consent.refresh_from_db()
        assert (consent.status, consent.sealed_code) == ("ended", "")


def test_a_new_one_takes_the_place_of_one_that_waits(worker):
    first, second = agree(worker, ["name"]), agree(worker, ["trade"])
    first.refresh_from_db()
    assert first.status == "withdrawn" and Parcel.objects.get().pk == second.parcel


def test_who_works_on_two_projects_there_carries_what_is_newest(worker, other):
    other_place = actions.join_project(make.project(CrewMember.objects.get(user=worker).company).code, by=worker)
    assert other_place.user_id == worker.pk and CrewMember.objects.filter(user=worker).count() == 2
    assert codes(worker) == FIELDS
    agree(worker)
    with other():
        member = arrive()
        bring(member)
        assert here(member).is_registered


def test_who_took_it_back_before_leaves_nothing_to_take(worker, other):
    consent = agree(worker)
    with other():
        member = arrive()
        user = User.objects.get(pk=member.user_id)
        found = opened(user)
    actions.withdraw_consent(consent, by=worker)
    assert not Parcel.objects.exists()
    with other(), pytest.raises(WrongStatus):
        actions.bring_person(member, found, by=user)
    with pytest.raises(WrongStatus):
        actions.withdraw_consent(consent, by=worker)


# What counts


def test_who_is_on_the_blacklist_here_stays_out(worker, other):
    number = unseal(CrewMember.objects.get(user=worker).sealed_id)
    agree(worker)
    with other():
        officer = make.person(Role.SAFETY_OFFICER)
        former = make.crew_member()
        user = User.objects.get(pk=former.user_id)
        CrewMember.objects.filter(pk=former.pk).update(sealed_id="")
        facts = {"name": "某人", "trade": "fitter", "emergency_name": "亲属", "emergency_phone": "13911110000"}
        actions.record_person(here(former), by=user, id_number=number, **facts)
        actions.ban(here(former), by=officer, reason="酒后进厂", evidence=make.photo(officer))
        actions.sign_off(here(former), by=officer, note="不再来")
        member = arrive()
        bring(member)
        assert missing(here(member))[0].code == "banned"


def test_an_id_number_under_another_phone_is_refused_and_nothing_is_taken(worker, other):
    number = unseal(CrewMember.objects.get(user=worker).sealed_id)
    agree(worker)
    with other():
        former = make.crew_member()
        user = User.objects.get(pk=former.user_id)
        facts = {"name": "某人", "trade": "fitter", "emergency_name": "亲属", "emergency_phone": "13911110000"}
        actions.record_person(former, by=user, id_number=number, **facts)
        member = arrive()
        with pytest.raises(DomainError):
            bring(member)
        assert not Carried.objects.exists() and here(member).sealed_id == ""
        assert parcel_for(User.objects.get(pk=member.user_id)) is not None


def test_a_licence_that_has_ended_is_carried_and_is_no_valid_one(worker, other):
    yesterday = timezone.localdate() - timedelta(days=1)
    begun = yesterday - timedelta(days=400)
    Licence.objects.filter(person=worker).update(issued_on=begun, expires_on=yesterday, ends_on=yesterday)
    agree(worker)
    with other():
        officer, member = make.person(Role.SAFETY_OFFICER), arrive()
        bring(member)
        filed = Licence.objects.get(person=member.user)
        assert (filed.ends_on, filed.status) == (yesterday, "filed")
        card = Card(filed.kind_code, filed.issued_on, CARD, filed.expires_on, "照证面")
        confirm_licence(filed, card, by=officer)
        assert "licence" in {gap.step for gap in missing(here(member))}


def test_what_was_learned_there_counts_where_an_officer_says_so(worker, other, work_off):
    agree(worker)
    with other():
        officer, member = make.person(Role.SAFETY_OFFICER), arrive()
        course = make.course()
        type(course).objects.filter(pk=course.pk).update(code="C13")
        carried = bring(member)
        general = carried.items.get(training__code="C13")
        with pytest.raises(DomainError):
            clear_for_work(member.user, "confined_space", by=officer)
        with pytest.raises(DomainError):
            actions.recognise_training(carried.items.get(training__code="entry"), by=officer)
        actions.recognise_training(general, by=officer)
        assert clear_for_work(member.user, "confined_space", by=officer)
        with pytest.raises(WrongStatus):
            actions.recognise_training(general, by=officer)
        with time_machine.travel(timezone.now() + timedelta(days=400), tick=False):
            work_off()
            assert not carried.items.get(training__code="C13").counts, "there it has ended, too"


# Taken back afterwards


def test_of_two_who_take_it_at_once_one_gets_it(second_fresh_factory, fresh_factory):
    owner = User.objects.get(pk=make.crew_member().user_id)
    code = code_of(agree(owner, ["trade", "phone"]))
    with in_factory(second_fresh_factory):
        place = make.project()
        first, second = (actions.register(place.code, phone=f"1375555{n:04}", name=HERE) for n in (71, 72))

    found = Found(Parcel.objects.get(origin=fresh_factory).pk, "code:" + code.replace(" ", ""))

    def take(member: CrewMember) -> Carried:
        return actions.bring_person(here(member), found, by=User.objects.get(pk=member.user_id))

    results = at_once(second_fresh_factory, lambda: take(first), lambda: take(second))
    assert sorted(type(each).__name__ for each in results) == ["Carried", "WrongStatus"]
    with in_factory(second_fresh_factory):
        assert Carried.objects.count() == 1 and CrewMember.objects.filter(trade="fitter").count() == 1
