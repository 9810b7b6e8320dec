from datetime import date

from partners import actions
from partners.models import Company, CompanyDocument, SelfInspection
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
