from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import get_object_or_404

from core.pdf import CONTENT_TYPE, render_pdf
from portals.certificates import paper, standing
from portals.web import page
from training.models import Certificate


def _find(user, pk: int) -> Certificate:
    certificates = Certificate.objects.visible_to(user).select_related("person__team", "course", "exam", "enrolment")
    return get_object_or_404(certificates, pk=pk)


@login_required
def show(request, pk: int):
    certificate = _find(request.user, pk)
    return page(
        request, "field/learn/certificate.html", {"certificate": certificate, "standing": standing(certificate)}
    )


@login_required
def pdf(request, pk: int):
    certificate = _find(request.user, pk)
    content = render_pdf("pdf/certificate.html", "certificate.css", paper(request, certificate))
    made = HttpResponse(content, content_type=CONTENT_TYPE)
    made["Content-Disposition"] = f'inline; filename="{certificate.number}.pdf"'
    return made
