"""The worker and the company of the first factory, and a look into the second."""

from datetime import timedelta

import pytest
from django.utils import timezone

from partners import actions
from partners.models import CrewMember
from people.models import User
from people.permissions import Role
from tenants.current import in_factory
from tests import make
from tests.partners.passport.people import (
    CARD,
    EMERGENCY,
    EMERGENCY_PHONE,
    ID_NUMBER,
    NAME,
    PHONE,
    certificate_of,
)


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


@pytest.fixture
def other(worker, other_factory):
    """Runs in the second factory."""

    def enter():
        return in_factory(other_factory)

    return enter


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
