"""带到别的工厂、带过来: of a worker, and of the company by who looks after its papers."""

from django.views.decorators.http import require_POST

from portals import passports
from portals.contractor.gate import contractor_page, crew_page, own_place


@crew_page
def passport(request):
    return passports.show(request, request.user, "crew")


@crew_page
@require_POST
def withdraw(request, pk: int):
    return passports.withdraw(request, request.user, "crew", pk)


@crew_page
@require_POST
def take_back(request, pk: int):
    return passports.take_back(request, request.user, "crew", pk)


@crew_page
def bring(request, pk: int):
    return passports.bring(request, own_place(request, pk), "crew", "contractor:way", pk=pk)


@contractor_page
def company_passport(request):
    return passports.show(request, request.company, "contractor")


@contractor_page
@require_POST
def company_withdraw(request, pk: int):
    return passports.withdraw(request, request.company, "contractor", pk)


@contractor_page
@require_POST
def company_take_back(request, pk: int):
    return passports.take_back(request, request.company, "contractor", pk)


@contractor_page
def company_bring(request):
    return passports.bring(request, request.company, "contractor", "contractor:company")
