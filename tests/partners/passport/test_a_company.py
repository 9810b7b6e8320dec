"""What a company carries."""

import pytest
from django.conf import settings
from django.core.files.storage import default_storage
from django.utils import timezone

from core.attachments import remove
from core.errors import DomainError
from partners import actions
from partners.actions.carrying import parcel_by_code, parcel_for
from partners.actions.consents import code_of
from partners.models import CompanyDocument, Consent
from partners.passport import offers_of_company
from passports.models import Parcel
from people.models import User
from people.permissions import Role
from tenants.current import in_factory
from tests import make
from tests.partners.passport.people import (
    arrive,
    everything,
    of_company,
)


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
