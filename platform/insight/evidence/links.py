"""A pack for inspectors: a link that opens it for a day, for whom it was made; each look is noted in the ledger."""

import hashlib
import json
import secrets
import zipfile
from datetime import timedelta
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core.errors import DomainError, NotAllowed, Revoked, WrongStatus
from core.events import action, emit, register
from core.models import Job
from insight.evidence import INDEX, KIND, VIEW
from insight.models import EvidenceLink
from people.models import User

register(
    {
        "evidence.lent": gettext_lazy("Evidence pack opened to inspectors"),
        "evidence.looked_at": gettext_lazy("Inspectors looked at evidence"),
        "evidence.closed": gettext_lazy("Evidence pack closed to inspectors"),
    }
)
OPEN_FOR = timedelta(hours=24)


@action
def lend_evidence(job: Job, person: str, *, by: User) -> tuple[EvidenceLink, str]:
    """person: who will look, and of which authority. The link's token stands nowhere: only its hash is kept."""
    if not by.can(VIEW) or job.by_id != by.pk:
        raise NotAllowed(_("Your role does not see these records. Ask the safety officer for them."))
    if not person.strip():
        raise DomainError(_("Write who will look at it: name and authority."))
    if job.kind != KIND or job.result is None:
        raise WrongStatus(_("The pack is not made yet, or has expired. Make it again."))
    token, now = secrets.token_urlsafe(24), timezone.now()
    link = EvidenceLink.objects.create(
        job=job, person=person.strip()[:120], token_hash=_hash(token), made_by=by, made_at=now, ends_at=now + OPEN_FOR
    )
    emit("evidence.lent", link, by=by, note=link.person, until=link.ends_at, file=job.result.sha256)
    return link, token


@action
def close_evidence(link: EvidenceLink, *, by: User) -> EvidenceLink:
    if not by.can(VIEW):
        raise NotAllowed(_("Your role does not see these records. Ask the safety officer for them."))
    now = timezone.now()
    if not EvidenceLink.objects.filter(pk=link.pk, closed_at=None).update(closed_at=now):
        raise WrongStatus(_("It is closed already."))
    link.closed_at = now
    emit("evidence.closed", link, by=by, note=link.person)
    return link


def link_of(token: str) -> EvidenceLink | None:
    """Also one that is over."""
    return EvidenceLink.objects.select_related("job__result", "made_by").filter(token_hash=_hash(token)).first()


@action
def look_at_evidence(link: EvidenceLink, name: str = "") -> bytes:
    """The index, or one file of the pack; noted before it is handed out. Over, it refuses."""
    if link.closed_at or link.ends_at <= timezone.now() or link.job.result is None:
        raise Revoked(_("This link is over. Ask the factory for a new one."))
    try:
        with link.job.result.original.open() as file, zipfile.ZipFile(file) as archive:
            content = archive.read(name or INDEX)
    except KeyError:
        raise DomainError(_("This file is not in the pack.")) from None
    what = name or _("the index")
    emit("evidence.looked_at", link, by=None, note=f"{link.person}：{what}")
    return content


def chapters_of(link: EvidenceLink) -> list[dict[str, Any]]:
    """Of the index; folders with the names of their files."""
    chapters: list[dict[str, Any]] = json.loads(look_at_evidence(link))
    with link.job.result.original.open() as file, zipfile.ZipFile(file) as archive:  # type: ignore[union-attr]
        names = archive.namelist()
    for chapter in chapters:
        for each in chapter["files"]:
            each["papers"] = [name for name in names if each["name"].endswith("/") and name.startswith(each["name"])]
    return chapters


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
