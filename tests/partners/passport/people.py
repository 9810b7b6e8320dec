"""Who carries something from one factory to the other, and how it is looked at."""

from typing import Any

from django.db import connection

from core.models import Event
from partners import actions
from partners.actions.carrying import parcel_by_code, parcel_for
from partners.models import Carried, Consent, CrewMember
from partners.passport import offers_of_person
from passports.actions import Found
from people.models import User
from tests import make
from training.actions import issue_certificate
from training.models import Certificate, Licence

PHONE = "13755550001"
NAME, EMERGENCY, EMERGENCY_PHONE, CARD = "欧阳小米", "欧阳大姐", "13911112222", "T5550009"
HERE = "刚到的人"
ID_NUMBER = make.id_number()
END = ID_NUMBER[-4:]
FIELDS = ["name", "phone", "id_number", "badge", "emergency", "trade", "licence:SW-WELD", "training:C13", "training:entry", "origin"]  # fmt: skip


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


def withdraw(worker: User, work_off: Any) -> None:
    actions.withdraw_consent(Consent.objects.exclude(status="withdrawn").get(user=worker), by=worker)
    work_off()


def events_of(factory: Any) -> str:
    return str(list(Event.objects.values_list("data", flat=True)))


def of_company(user: User) -> Any:
    return user.membership.company
