"""What the phone's queue talks to. JSON in and out; each call may come again and then changes nothing."""

import hashlib
import re
from collections import defaultdict
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime
from functools import partial, wraps
from typing import Any, cast
from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.core.files.uploadedfile import UploadedFile
from django.db.models import Count, Max, Q
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.middleware.csrf import get_token
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from core.attachments import PhotosRefused, keep_once, keep_photo, keep_voice
from core.errors import DomainError, Refusal
from core.handed import Handed
from core.models import Attachment
from facilities.models import QRPoint
from facilities.qr import read_token
from hazards.actions import report_hazard
from hazards.models import Hazard
from incidents.actions import report_incident
from incidents.models import Incident
from inspections.actions import AnswersRefused, refuse_others, submit_run
from inspections.models import Run
from notifications.channels import push
from people.models import User
from portals.field.forms.hazards import PlacedForm
from portals.field.forms.incidents import read_incident
from portals.field.forms.report import place_of, read_report
from portals.field.forms.run import as_given, read_rows
from portals.field.forms.sent import read_sent
from portals.field.views.runs import find_run
from portals.photos import moment, stamp_of
from portals.web import page, require

MOST_RUNS = 60
INPUT = re.compile(r"(photos|voice)(-\d+)?")


@login_required
def sync(request):
    user, today = request.user, timezone.localdate()
    checks = Run.objects.filter(inspector=user, submitted_at__date=today)
    reports = Hazard.objects.filter(reporter=user, reported_at__date=today, source=Hazard.Source.REPORT)
    sent = [checks.aggregate(count=Count("pk"), last=Max("submitted_at"))]
    sent.append(reports.aggregate(count=Count("pk"), last=Max("reported_at")))
    told = Incident.objects.filter(reporter=user, reported_at__date=today)
    sent.append(told.aggregate(count=Count("pk"), last=Max("reported_at")))
    last = max((each["last"] for each in sent if each["last"]), default=None)
    return page(request, "field/sync.html", {"sent": {"count": sum(each["count"] for each in sent), "last": last}})


def for_queue(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Nobody is led to a sign-in page here: the queue waits until its person has signed in again."""

    @wraps(view)
    @never_cache
    def ask(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        return view(request, *args, **kwargs) if request.user.is_authenticated else _sign_in()

    return ask


def _sign_in() -> JsonResponse:
    return JsonResponse({"error": _("Sign in again; then it is sent by itself.")}, status=401)


@for_queue
@require_GET
def state(request: HttpRequest) -> HttpResponse:
    """Who is signed in, a fresh token, the key for Web Push, and what the phone keeps for a day without network."""
    known = {"user": request.user.pk, "csrf": get_token(request), "push": push.public_key()}
    return JsonResponse({**known, **_to_keep(request.user)})


def _to_keep(user: Any) -> dict[str, Any]:
    runs = Run.objects.assigned_to(user).of_the_day().order_by("closes_at", "id")[:MOST_RUNS]
    places = list(runs.values_list("pk", "equipment_id", "area_id"))
    labels = _labels(places)
    return {
        "pages": [reverse(f"field:{name}") for name in ("home", "sync", "scan", "report", "report_incident")],
        "runs": [
            {"url": reverse("field:run", args=[pk]), "labels": labels[machine, None if machine else area]}
            for pk, machine, area in places
        ],
    }


def _labels(places: list[tuple[int, int | None, int]]) -> dict[Any, list[str]]:
    """SHA-256 of the codes of each place: a phone recognises a label that it reads, and knows none that it has not."""
    machines, areas = {machine for _pk, machine, _area in places}, {area for _pk, _machine, area in places}
    points = QRPoint.objects.filter(Q(equipment__in=machines - {None}) | Q(area__in=areas), revoked_at=None)
    found: dict[Any, list[str]] = defaultdict(list)
    for code, machine, area in points.values_list("code", "equipment_id", "area_id"):
        found[machine, area].append(hashlib.sha256(code.encode()).hexdigest())
    return found


@for_queue
@require_POST
def upload(request: HttpRequest, pk: int) -> HttpResponse:
    """One file of a hand-in under the id that the phone gave it; the phone compares the hash before it lets go."""
    if request.POST.get("user") != str(request.user.pk):
        return _sign_in()
    run = find_run(request.user, pk)
    refuse_others(run, cast(User, request.user))
    return _take(request, stamp_of(run.place))


@for_queue
@require_POST
def upload_of_report(request: HttpRequest) -> HttpResponse:
    """Of a hazard or an incident, as above; where it is comes with each file, because the report itself follows last."""
    if request.POST.get("user") != str(request.user.pk):
        return _sign_in()
    require(request.user, "hazards.report")
    return _take(request, stamp_of(place_of(PlacedForm(request.POST))))


def _take(request: HttpRequest, stamp: str) -> HttpResponse:
    name, user = request.POST.get("name", ""), cast(User, request.user)
    files = request.FILES.getlist(name)
    if len(files) != 1 or not INPUT.fullmatch(name):
        raise DomainError(_("No file arrived. Take the photo again."))
    taken_at = moment(request.POST.get(f"{name}-taken", ""))
    keep = partial(_keep, files[0], name, stamp, user, taken_at)
    kept = keep_once(_id(request.POST.get("id", "")), _digest(files[0]), keep, by=user)
    return JsonResponse({"id": str(kept.pk), "sha256": kept.sha256})


def _digest(file: UploadedFile) -> str:
    digest = hashlib.sha256()
    for chunk in file.chunks():
        digest.update(chunk)
    file.seek(0)
    return digest.hexdigest()


def _id(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError:
        raise DomainError(_("No file arrived. Take the photo again.")) from None


def _keep(file: UploadedFile, name: str, stamp: str, user: User, taken_at: datetime | None, pk: UUID) -> Attachment:
    if name.startswith("voice"):
        return keep_voice(file, by=user, pk=pk)
    return keep_photo(file, by=user, stamp=stamp, taken_at=taken_at, pk=pk)


@for_queue
@require_POST
def hand_in(request: HttpRequest, pk: int) -> HttpResponse:
    """A whole check whose files are here already; what came before is answered as it was then."""
    run = find_run(request.user, pk)
    sent = read_sent(request, run)
    if sent.user != request.user.pk:
        return _sign_in()
    if missing := sent.missing(request.user):
        return _still_on_phone(missing)
    try:
        return _answer(_submit(sent.as_form(request), run, sent))
    except AnswersRefused as refused:
        told = {"error": refused.message, "items": refused.errors, "files": [str(photo) for photo in refused.photos]}
        return JsonResponse(told, status=refused.status)


def _still_on_phone(missing: list[str]) -> JsonResponse:
    return JsonResponse({"error": _("Some photos are still on the phone."), "missing": missing}, status=409)


@for_queue
@require_POST
def hand_in_report(request: HttpRequest) -> HttpResponse:
    """A report whose files are here already. What became of it before is answered again, whatever has changed since."""
    sent = read_sent(request)
    if sent.user != request.user.pk:
        return _sign_in()
    known = Hazard.objects.filter(reporter=request.user, client_id=sent.handed.id).first()
    if known is None and (missing := sent.missing(request.user)):
        return _still_on_phone(missing)
    try:
        return _reported(known or _report(sent.as_form(request), sent.handed))
    except PhotosRefused as refused:
        told = {"error": refused.message, "files": [str(photo) for photo in refused.photos]}
        return JsonResponse(told, status=refused.status)


@for_queue
@require_POST
def hand_in_incident(request: HttpRequest) -> HttpResponse:
    """As above, of a near miss or an injury."""
    sent = read_sent(request)
    if sent.user != request.user.pk:
        return _sign_in()
    known = Incident.objects.filter(reporter=request.user, client_id=sent.handed.id).first()
    if known is None and (missing := sent.missing(request.user)):
        return _still_on_phone(missing)
    try:
        incident = known or _report_incident(sent.as_form(request), sent.handed)
    except PhotosRefused as refused:
        told = {"error": refused.message, "files": [str(photo) for photo in refused.photos]}
        return JsonResponse(told, status=refused.status)
    files = incident.files.values_list("attachment_id", "attachment__sha256")
    url = reverse("field:incident", args=[incident.pk])
    return JsonResponse({"url": url, "files": {str(pk): sha for pk, sha in files}})


def _report_incident(request: HttpRequest, handed: Handed) -> Incident:
    report = read_incident(request)
    if report.errors:
        raise DomainError(" ".join(report.errors.values()))
    return report_incident(
        by=cast(User, request.user), handed=handed, **(report.facts(handed) | {"client_id": handed.id})
    )


def _report(request: HttpRequest, handed: Handed) -> Hazard:
    report = read_report(request)
    if report.errors:
        raise DomainError(" ".join(report.errors.values()))
    return report_hazard(by=cast(User, request.user), handed=handed, **(report.facts | {"client_id": handed.id}))


def _reported(hazard: Hazard) -> JsonResponse:
    files = hazard.evidence.values_list("attachment_id", "attachment__sha256")
    told = {"url": reverse("field:hazard", args=[hazard.pk]), "files": {str(pk): sha for pk, sha in files}}
    return JsonResponse(told)


def _label(token: str) -> QRPoint | None:
    """A label that cannot be read, such as a replaced one, refuses no record."""
    with suppress(Refusal):
        return read_token(token) if token else None
    return None


def _submit(request: HttpRequest, run: Run, sent: Any) -> Run:
    rows = read_rows(request, run)
    if faults := {row.item.pk: " ".join(row.errors) for row in rows if row.errors}:
        raise AnswersRefused(faults)
    return submit_run(
        run,
        as_given(rows),
        by=cast(User, request.user),
        ex=request.POST.get("ex", ""),
        handed=sent.handed,
        label=_label(sent.label),
    )


def _answer(run: Run) -> JsonResponse:
    proofs = Q(pk__in=run.answers.values("photos")) | Q(pk__in=run.answers.values("voice"))
    photos = Attachment.objects.filter(proofs).values_list("pk", "sha256")
    told = {"run": run.pk, "url": reverse("field:run", args=[run.pk]), "files": {str(pk): sha for pk, sha in photos}}
    return JsonResponse(told)
