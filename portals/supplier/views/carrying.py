"""带到别的工厂、带过来: the company's profile and papers."""

from django.views.decorators.http import require_POST

from portals import passports
from portals.supplier.gate import company_page


@company_page
def passport(request):
    return passports.show(request, request.company, "supplier")


@company_page
@require_POST
def withdraw(request, pk: int):
    return passports.withdraw(request, request.company, "supplier", pk)


@company_page
@require_POST
def take_back(request, pk: int):
    return passports.take_back(request, request.company, "supplier", pk)


@company_page
def bring(request):
    return passports.bring(request, request.company, "supplier", "supplier:documents")
