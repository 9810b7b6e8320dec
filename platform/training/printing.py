"""Certificates on paper: one at once, or a whole cohort as a job."""

import zipfile
from collections.abc import Collection
from datetime import date
from typing import Any

from django.urls import reverse
from django.utils import translation
from django.utils.safestring import mark_safe
from django.utils.translation import gettext as _

from core.errors import DomainError, NotAllowed
from core.jobs import keep_result, kind, progress, scratch, start_job
from core.models import Attachment, Job
from core.pdf import render_pdf, typesetter
from facilities.calendar import today
from facilities.labels import drawn
from people.models import User
from tenants.current import current_factory
from training.models import Certificate

TEMPLATE, SHEET = "pdf/certificate.html", "certificate.css"
MOST = 2000


def standing(certificate: Certificate, on: date) -> str:
    """valid, expired or revoked on that day."""
    if certificate.revoked_at:
        return "revoked"
    return "expired" if certificate.expires_on and certificate.expires_on < on else "valid"


def paper(certificate: Certificate, base_url: str) -> dict[str, Any]:
    """What is printed: the name as it was then, and a QR code that leads to the page for checking."""
    address = base_url.rstrip("/") + reverse("verify", args=[certificate.token], urlconf="config.urls")
    return {
        "certificate": certificate,
        "factory": current_factory(),
        "person": certificate.person,
        "address": address,
        "qr": mark_safe(drawn(address)),  # noqa: S308 - drawn by the library from our own address
        "standing": standing(certificate, today()),
    }


def print_one(certificate: Certificate, base_url: str) -> bytes:
    return render_pdf(TEMPLATE, SHEET, paper(certificate, base_url))


def order_certificates(certificates: Collection[Certificate], *, by: User, base_url: str, language: str) -> Job:
    """Starts the job that prints them, each a PDF of its own, into one archive. base_url: "https://host/"."""
    if not by.can("training.view"):
        raise NotAllowed(_("Your role may not print other people's certificates."))
    if not certificates:
        raise DomainError(_("There is no certificate to print here."))
    if len(certificates) > MOST:
        raise DomainError(_("That is more than %(most)d certificates. Choose fewer at a time.") % {"most": MOST})
    pks = [certificate.pk for certificate in certificates]
    return start_job("certificates", by=by, total=len(pks), certificates=pks, base_url=base_url, language=language)


@kind("certificates")
def print_certificates(job: Job) -> Attachment:
    """Only what the one who ordered may see at the time of printing."""
    visible = Certificate.objects.visible_to(job.by).select_related("person__team")
    found = visible.in_bulk(job.payload["certificates"])
    lay_out = typesetter(SHEET)
    with scratch(job) as folder, translation.override(job.payload["language"]):
        path = folder / "certificates.zip"
        with zipfile.ZipFile(path, "w") as archive:
            for done, certificate in enumerate(found.values(), 1):
                content = lay_out(TEMPLATE, paper(certificate, job.payload["base_url"])).write_pdf()
                archive.writestr(f"{certificate.number}.pdf", content)
                progress(job, done, len(found))
        return keep_result(job, path, name=_("Certificates") + ".zip", content_type="application/zip")
