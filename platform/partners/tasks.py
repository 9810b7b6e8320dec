from datetime import date
from uuid import UUID

from partners import actions
from partners.models import (
    Carried,
    CarriedItem,
    Company,
    CompanyDocument,
    CompanyMember,
    Consent,
    CrewMember,
    EntryPermit,
    SelfInspection,
    WorkPermit,
)
from tenants import due


@due.handler("partners.follow_period")
def follow_period(company: int) -> None:
    actions.follow_period(Company.objects.get(pk=company))


@due.handler("partners.remind_report")
def remind_report(report: int) -> None:
    actions.remind_report(SelfInspection.objects.select_related("company").get(pk=report))


@due.handler("partners.tell_late")
def tell_late(report: int) -> None:
    actions.tell_late(SelfInspection.objects.select_related("company").get(pk=report))


@due.handler("partners.draw_reports")
def draw_reports(starts_on: str, ends_on: str) -> None:
    actions.draw_reports(date.fromisoformat(starts_on), date.fromisoformat(ends_on), by=None)


@due.handler("partners.follow_document")
def follow_document(document: int, step: int) -> None:
    actions.follow_document(CompanyDocument.objects.select_related("company").get(pk=document), step)


@due.handler("partners.follow_person")
def follow_person(person: int) -> None:
    if (
        member := CompanyMember.objects.select_related("company", "user")
        .filter(user=person, user__is_active=False)
        .first()
    ):
        actions.give_back(member, by=None)


@due.handler("partners.follow_permit")
def follow_permit(permit: int) -> None:
    actions.follow_permit(EntryPermit.objects.select_related("member__user").get(pk=permit))


@due.handler("partners.forget_member")
def forget_member(member: int) -> None:
    actions.forget_member(CrewMember.objects.get(pk=member))


@due.handler("partners.end_consent")
def end_consent(consent: int) -> None:
    actions.end_consent(Consent.objects.get(pk=consent))


@due.handler("partners.note_taken")
def note_taken(parcel: str) -> None:
    actions.note_taken(UUID(parcel))


@due.handler("partners.drop_carried")
def drop_carried(parcel: str) -> None:
    for carried in Carried.objects.filter(parcel=parcel):
        actions.drop_carried(carried, by=None)


@due.handler("partners.note_returned")
def note_returned(parcel: str) -> None:
    actions.note_returned(UUID(parcel))


@due.handler("partners.end_recognised")
def end_recognised(item: int) -> None:
    actions.end_recognised(CarriedItem.objects.select_related("enrolment").get(pk=item))


@due.handler("partners.interrupt_unfit")
def interrupt_unfit() -> None:
    actions.interrupt_unfit()


@due.handler("partners.expire_work")
def expire_work(permit: int) -> None:
    actions.expire_work(WorkPermit.objects.get(pk=permit))
