from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import get_object_or_404

from core.pdf import CONTENT_TYPE
from facilities.calendar import today
from portals.web import page
from training.models import Certificate
from training.printing import print_one, standing


def _find(user, pk: int) -> Certificate:
    certificates = Certificate.objects.visible_to(user).select_related("person__team", "course", "exam", "enrolment")
    return get_object_or_404(certificates, pk=pk)


@login_required
def show(request, pk: int):
    certificate = _find(request.user, pk)
    context = {"certificate": certificate, "standing": standing(certificate, today())}
    return page(request, "field/learn/certificate.html", context)


@login_required
def pdf(request, pk: int):
    certificate = _find(request.user, pk)
    content = print_one(certificate, request.build_absolute_uri("/"))
    made = HttpResponse(content, content_type=CONTENT_TYPE)
    made["Content-Disposition"] = f'inline; filename="{certificate.number}.pdf"'
    return made
