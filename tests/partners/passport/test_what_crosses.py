"""From one factory to another: what was ticked and nothing else."""

from itertools import chain, combinations
from typing import Any

import pytest
from django.apps import apps
from django.core.files.storage import default_storage
from django.db import transaction
from django.utils import timezone

from core.errors import DomainError, NotAllowed
from core.models import Attachment, Event
from core.secrets import unseal
from partners import actions
from partners.actions.carrying import parcel_by_code, parcel_for
from partners.actions.consents import code_of
from partners.entry import missing
from partners.models import Carried, Consent, CrewMember
from passports.models import Lock, Parcel, ParcelFile
from people.models import User
from tenants import due
from tenants.models import Due
from tests import make
from tests.partners.passport.people import (
    CARD,
    EMERGENCY,
    EMERGENCY_PHONE,
    END,
    FIELDS,
    HERE,
    NAME,
    PHONE,
    agree,
    arrive,
    bring,
    codes,
    everything,
    here,
    withdraw,
)
from training.models import Licence

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
