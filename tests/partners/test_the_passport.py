"""From one factory to another: what was ticked and nothing else, once, and gone again when it is withdrawn."""

from datetime import timedelta
from itertools import chain, combinations
from typing import Any

import pytest
import time_machine
from django.apps import apps
from django.conf import settings
from django.core.files.storage import default_storage
from django.db import connection, transaction
from django.utils import timezone

from core.attachments import remove
from core.errors import DomainError, NotAllowed, TooMany, WrongStatus
from core.models import Attachment, Event
from core.secrets import unseal
from partners import actions
from partners.actions.carrying import parcel_by_code, parcel_for
from partners.actions.consents import code_of
from partners.entry import missing
from partners.models import Carried, CompanyDocument, Consent, CrewMember, EntryPermit, WorkPermit
from partners.passport import offers_of_company, offers_of_person
from passports.actions import Found
from passports.models import Lock, Parcel, ParcelFile
from people.models import User
from people.permissions import Role
from tenants import due
from tenants.current import in_factory
from tenants.models import Due
from tests import make
from tests.threads import at_once
from training.actions import Card, clear_for_work, confirm_licence, issue_certificate
from training.models import Certificate, Enrolment, Licence

PHONE = "13755550001"
NAME, EMERGENCY, EMERGENCY_PHONE, CARD = "欧阳小米", "欧阳大姐", "13911112222", "T5550009"
HERE = "刚到的人"
ID_NUMBER = make.id_number()
END = ID_NUMBER[-4:]


@pytest.fixture
def worker(factory) -> User:
    """At the first factory: registered, a licence that was checked, the exam passed, a certificate."""
    make.site_texts()
    member = actions.register(make.project().code, phone=PHONE, name=NAME)
    user = User.objects.get(pk=member.user_id)
    facts = {"trade": "welder", "emergency_name": EMERGENCY, "emergency_phone": EMERGENCY_PHONE}
    actions.record_person(member, by=user, name=NAME, id_number=ID_NUMBER, badge=make.photo(user), **facts)
    make.licence(user, number=CARD, front=make.photo(user))
    make.has_read(member)
    make.has_passed(CrewMember.objects.near().get(pk=member.pk))
    certificate_of(user)
    return user


def certificate_of(user: User, code: str = "C13") -> Certificate:
    course = make.course()
    type(course).objects.filter(pk=course.pk).update(code=code)
    title = {"zh": "有限空间作业", "en": "Confined space"}
    return issue_certificate(
        user, title, by=None, score=93, hours=4, valid_months=12, course=type(course).objects.get(pk=course.pk)
    )


def codes(user: User) -> list[str]:
    return [offer.code for offer in offers_of_person(user)]


def agree(user: User, fields: Any = None, days: int = 30) -> Consent:
    return actions.consent_to_carry(user, codes(user) if fields is None else fields, by=user, days=days)


def arrive(phone: str = PHONE) -> CrewMember:
    """At the second factory, at its poster, with a phone that was checked there."""
    if not Licence.objects.exists():
        make.site_texts()
        make.licence()
    member = actions.register(make.project().code, phone=phone, name=HERE)
    return CrewMember.objects.near().get(pk=member.pk)


def opened(user: User, end: str = END) -> Found:
    """What waits for the own phone, opened by the end of the ID number."""
    assert parcel_for(user) is not None
    return parcel_by_code(end, by=user)


def bring(member: CrewMember) -> Carried:
    user = User.objects.get(pk=member.user_id)
    return actions.bring_person(member, opened(user), by=user)


def here(member: CrewMember) -> CrewMember:
    return CrewMember.objects.near().get(pk=member.pk)


@pytest.fixture
def other(worker, other_factory):
    """Runs in the second factory."""

    def enter():
        return in_factory(other_factory)

    return enter


def everything(schema: str) -> str:
    """All that stands in a schema, as text."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT table_name FROM information_schema.tables WHERE table_schema = %s", [schema])
        texts = []
        for (table,) in cursor.fetchall():
            cursor.execute(f'SELECT t::text FROM "{schema}"."{table}" t')  # noqa: S608 - names of our own tables
            texts += [row[0] for row in cursor.fetchall()]
    return "\n".join(texts)


# What crosses


FIELDS = ["name", "phone", "id_number", "badge", "emergency", "trade", "licence:SW-WELD", "training:C13", "training:entry", "origin"]  # fmt: skip
SUBSETS = list(chain.from_iterable(combinations(FIELDS, size) for size in range(1, len(FIELDS) + 1)))


def test_every_field_can_be_carried(worker):
    assert codes(worker) == FIELDS


# Each pair of answers to any two fields occurs, each field alone and each one left out; the others by a fixed stride.
SOME = [each for each in SUBSETS if len(each) in (1, 2, len(FIELDS) - 1, len(FIELDS))] + SUBSETS[56:-11:61]


def test_exactly_what_is_ticked_crosses(worker, other, other_factory):
    for ticked in SOME:
        savepoint = transaction.savepoint()
        try:
            carried_alone(worker, other, other_factory, ticked)
        finally:
            transaction.savepoint_rollback(savepoint)


def carried_alone(worker: User, other: Any, other_factory: Any, ticked: tuple[str, ...]) -> None:
    if not set(ticked) - {"origin"}:
        with pytest.raises(DomainError):
            agree(worker, ticked)
        assert not Parcel.objects.exists()
        return
    id_number = unseal(CrewMember.objects.get(user=worker).sealed_id)
    consent = agree(worker, ticked)
    secret_texts = (NAME, id_number, EMERGENCY, EMERGENCY_PHONE, CARD, PHONE)
    assert not [text for text in secret_texts if text.encode() in between()], (
        "what waits between the factories is sealed"
    )
    with other():
        member = arrive("13755550099" if "phone" not in ticked else PHONE)
        user = User.objects.get(pk=member.user_id)
        waiting, is_short = parcel_for(user), {"phone", "id_number"} <= set(ticked)
        assert ((waiting is not None), bool(waiting and waiting.is_short)) == ("phone" in ticked, is_short)
        found = parcel_by_code(END if is_short else code_of(consent), by=user)
        actions.bring_person(member, found, by=user)
        assert arrived(here(member)) == set(ticked) - {"phone"}
        text = everything(other_factory.schema_name)
        values = {"name": NAME, "emergency": EMERGENCY_PHONE, "origin": "一厂", "training:C13": "有限空间作业"}
        for field, value in values.items():
            assert (value in text) == (field in ticked), field
        assert id_number not in text and CARD not in text, "numbers are encrypted here too"
        assert ("phone" in ticked) == (PHONE in text)
    assert not Lock.objects.exists() and not ParcelFile.objects.exists()
    assert bytes(Parcel.objects.get().content) == b""


def between() -> bytes:
    """Every byte that stands between the factories, and what their clock carries."""
    rows = [row for model in apps.get_app_config("passports").get_models() for row in model.objects.values_list()]
    waiting = Due.objects.values_list("handler", "key", "payload")
    return b"".join(
        bytes(cell) if isinstance(cell, bytes | memoryview) else str(cell).encode()
        for row in (*rows, *waiting)
        for cell in row
    )


def arrived(member: CrewMember) -> set[str]:
    """Looked at in the tables themselves, not in what the product says of it."""
    carried = Carried.objects.get()
    user = User.objects.get(pk=member.user_id)
    training = [item.training["code"] for item in carried.items.exclude(training=None)]
    found = {
        "name": user.name == NAME,
        "id_number": bool(member.sealed_id or member.id_end or member.id_mark),
        "badge": bool(member.badge_id or member.face),
        "emergency": bool(member.emergency_name or member.emergency_phone),
        "trade": bool(member.trade),
        "licence:SW-WELD": Licence.objects.filter(person=user).exists(),
        "origin": bool(carried.origin),
        **{f"training:{code}": True for code in training},
    }
    photos = Attachment.objects.filter(by=user).count()
    assert photos == found["badge"] + found["licence:SW-WELD"]
    return {field for field, is_there in found.items() if is_there}


def test_who_ticks_nothing_leaves_no_trace_between_the_factories(worker, other):
    with pytest.raises(DomainError):
        agree(worker, [])
    with pytest.raises(DomainError):
        agree(worker, ["salary"])
    assert not Parcel.objects.exists() and not Consent.objects.exists()
    with other():
        assert parcel_for(User.objects.get(pk=arrive().user_id)) is None


def test_nobody_agrees_for_somebody_else(worker):
    stranger = make.crew_member()
    with pytest.raises(NotAllowed):
        actions.consent_to_carry(worker, ["name"], by=User.objects.get(pk=stranger.user_id), days=7)


def test_only_the_part_of_the_site_is_left_to_do(worker, other):
    agree(worker)
    with other():
        member = arrive()
        assert {"person", "briefing", "exam"} <= {gap.step for gap in missing(member)}
        bring(member)
        assert {gap.step for gap in missing(here(member))} - {"approval", ""} == {"briefing", "exam"}
        licence = Licence.objects.get(person=member.user)
        assert licence.status == "filed" and licence.full_number == CARD, "an officer here looks at it"
        assert licence.carried.get().checked_on == timezone.localdate()


def test_what_was_typed_here_stays(worker, other):
    agree(worker)
    with other():
        member = arrive()
        user = User.objects.get(pk=member.user_id)
        facts = {"trade": "fitter", "emergency_name": "本厂登记", "emergency_phone": "13900009999", "name": HERE}
        number = make.id_number()
        actions.record_person(member, by=user, id_number=number, badge=make.photo(user), **facts)
        bring(member)
        now = here(member)
        assert (now.trade, now.emergency_phone, unseal(now.sealed_id)) == ("fitter", "13900009999", number)


def test_photos_come_without_the_stamp_and_the_traces_of_the_first_factory(worker, other):
    badge = CrewMember.objects.get(user=worker).badge
    agree(worker, ["badge", "phone", "id_number"])
    with other():
        member = arrive()
        bring(member)
        new = here(member).badge
        assert new.sha256 != badge.sha256 and new.name == "badge.jpg" and "宏泰" not in new.stamp.split(here(member).company.name)[0]  # fmt: skip
        assert default_storage.exists(new.original.name), "a file of its own, below this factory's folder"
        assert here(member).face.startswith("data:image/jpeg")


def test_where_it_comes_from_is_told_only_if_that_is_ticked(worker, other):
    agree(worker, ["phone", "name", "id_number"])
    with other():
        assert bring(arrive()).origin == ""


# How it is found


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


def withdraw(worker: User, work_off: Any) -> None:
    actions.withdraw_consent(Consent.objects.exclude(status="withdrawn").get(user=worker), by=worker)
    work_off()


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


def events_of(factory: Any) -> str:
    return str(list(Event.objects.values_list("data", flat=True)))


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


def test_the_message_of_it_may_come_twice(worker, other, other_factory, work_off):
    consent = agree(worker)
    with other():
        member = arrive()
        bring(member)
    withdraw(worker, work_off)
    due.in_other(other_factory, "partners.drop_carried", key="again", parcel=str(consent.parcel))
    work_off()
    with other():
        assert Event.objects.filter(name="passport.dropped").count() == 1


def test_both_ledgers_know_the_fields_and_not_the_values(worker, other, work_off):
    agree(worker)
    with other():
        bring(arrive())
    work_off()
    withdraw(worker, work_off)
    names = list(Event.objects.filter(name__startswith="passport.").order_by("seq").values_list("name", flat=True))
    assert names == ["passport.offered", "passport.taken", "passport.withdrawn"]
    assert Event.objects.get(name="passport.offered").data["fields"] == FIELDS
    told = str(list(Event.objects.filter(name__startswith="passport.").values_list("data", flat=True)))
    assert CARD not in told and EMERGENCY_PHONE not in told and NAME not in told and "二厂" not in told
    with other():
        rows = Event.objects.filter(name__startswith="passport.").order_by("seq")
        assert list(rows.values_list("name", flat=True)) == ["passport.brought", "passport.dropped"]
        told = str(list(rows.values_list("data", flat=True)))
        assert CARD not in told and EMERGENCY_PHONE not in told and "一厂" not in told
        assert "licence" in rows[0].data["fields"]


# Companies


@pytest.fixture
def boss(factory) -> User:
    """Of a supplier with a profile, a licence that was checked and one that was not."""
    company = make.company("联盛表面处理", contact="许文", phone="13666660001")
    user, officer = make.supplier(company), make.person(Role.SAFETY_OFFICER)
    until = timezone.localdate() + timedelta(days=100)
    for kind, by in (("licence", officer), ("insurance", user), ("agreement", officer)):
        file = make.photo(by)
        actions.file_document(company, by=by, kind=kind, valid_until=until, file=file, number=f"NO-{kind}")
    return user


def of_company(user: User) -> Any:
    return user.membership.company


def test_a_company_carries_its_profile_and_its_papers(boss, other_factory, work_off):
    company = of_company(boss)
    offers = {offer.label: offer.code for offer in offers_of_company(company)}
    assert not [code for code in offers.values() if code == "agreement"] and len(offers) == 4, offers
    licence = CompanyDocument.objects.get(kind="licence")
    consent = actions.consent_to_carry(company, [f"document:{licence.pk}", "contact"], by=boss, days=30)
    with in_factory(other_factory):
        theirs = make.company("联盛")
        user = make.supplier(theirs)
        assert parcel_for(user) is None, "a company's comes by its code only"
        actions.bring_company(theirs, parcel_by_code(code_of(consent), by=user), by=user)
        theirs.refresh_from_db()
        paper = CompanyDocument.objects.get(company=theirs)
        assert (theirs.contact, theirs.phone) == ("许文", "13666660001")
        assert (paper.kind, paper.status, paper.number) == ("licence", "filed", "NO-licence")
        assert paper.carried.get().checked_on == timezone.localdate()
        assert "NO-insurance" not in everything(other_factory.schema_name)
        officer = make.person(Role.SAFETY_OFFICER)
        actions.check_document(paper, by=officer)
    actions.withdraw_consent(Consent.objects.get(), by=boss)
    work_off()
    with in_factory(other_factory):
        theirs.refresh_from_db()
        assert not CompanyDocument.objects.filter(company=theirs).exists() and (theirs.contact, theirs.phone) == (
            "",
            "",
        )


def test_a_code_of_a_company_is_nothing_for_a_person(boss, other_factory):
    consent = actions.consent_to_carry(of_company(boss), ["contact"], by=boss, days=7)
    with in_factory(other_factory):
        member = arrive("13755550004")
        user = User.objects.get(pk=member.user_id)
        with pytest.raises(DomainError):
            actions.bring_person(member, parcel_by_code(code_of(consent), by=user), by=user)
        assert Parcel.objects.filter(taker=None).count() == 1


def test_two_files_of_one_photo_are_removed_for_good(factory, django_capture_on_commit_callbacks):
    photo = make.photo()
    names = [photo.original.name, photo.shown.name]
    with django_capture_on_commit_callbacks(execute=True):
        remove(photo)
    assert not any(default_storage.exists(name) for name in names)


def test_the_tables_between_the_factories_stand_in_the_public_schema_only():
    assert "passports" in settings.SHARED_APPS and "passports" not in settings.TENANT_APPS
