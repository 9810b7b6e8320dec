"""A hazard reported without a name: from the label, by receipt code, and never with a session.

Whoever is signed in on this phone is shown and kept nowhere in here; the thread is opened by a cookie of its own.
"""

import secrets
import time
from datetime import timedelta
from functools import wraps

from allauth.account.adapter import get_adapter
from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.core import signing
from django.db.models import Q
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from core.errors import DomainError, Refusal
from core.limits import allow, count, refuse_over
from core.models import Attachment
from facilities.models import QRPoint
from facilities.qr import UnknownSticker, read_token
from hazards.actions import find_tip, open_tip, reply_to_tip, report_tip
from hazards.models import Evidence, Tip
from hazards.standing import standings
from portals.field.forms.tips import CodeForm, ReplyForm, TipForm
from portals.field.whereabouts import forget_label
from portals.files import serve
from portals.locks import locks_of
from portals.photos import stamp_of, take_bare_photos, take_bare_voice
from portals.web import page
from tenants.current import current_schema

HOUR = timedelta(hours=1)
QUARTER = timedelta(minutes=15)
# A whole factory may sit behind one address; a label hangs where a few people pass by.
PER_ADDRESS, PER_LABEL, WRONG_LABELS, WRONG_CODES, REPLIES = 60, 10, 60, 20, 30
MOST_PHOTOS = 4
TICKET_LASTS = 24 * 3600
# Nobody takes a photo or writes a line faster than this.
FASTEST = 2
COOKIE, COOKIE_LASTS = "tip", 1800


def nameless(view):
    """Shown to everybody as to a stranger, and kept by no browser."""

    @never_cache
    @wraps(view)
    def run(request, *args, **kwargs):
        request.user = AnonymousUser()
        return view(request, *args, **kwargs)

    return run


def _page(request, template: str, context, status: int = 200) -> HttpResponse:
    """Without the factory's name: who passes a label learns where it hangs, and no more."""
    return page(request, template, context | {"factory": None}, status=status)


def _point(request, token: str) -> QRPoint:
    address = _address(request)
    refuse_over("tip-label", address, most=WRONG_LABELS, within=HOUR)
    try:
        return read_token(token)
    except UnknownSticker:
        count("tip-label", address, within=HOUR)
        raise


def _address(request) -> str:
    return get_adapter(request).get_client_ip(request)


@nameless
def door(request, token: str):
    """What a label shows to who has not signed in."""
    point = _point(request, token)
    context = {"token": token, "place": point.place, "is_locked": bool(locks_of(point.equipment))}
    return _page(request, "field/tips/door.html", context)


@nameless
def report(request, token: str):
    point = _point(request, token)
    forget_label(request)
    if request.method == "POST":
        return _report(request, point, token)
    return _ask(request, point, token, TipForm(initial={"ticket": _ticket()}))


def _ask(request, point: QRPoint, token: str, form: TipForm, status: int = 200, **faults):
    context = {"form": form, "token": token, "place": point.place, "area": _area(point), **faults}
    return _page(request, "field/tips/report.html", context, status)


def _area(point: QRPoint):
    return point.area or point.place.area  # type: ignore[union-attr]


def _report(request, point: QRPoint, token: str):
    form = TipForm(request.POST)
    try:
        nonce = _nonce(form)
        allow("tip", _address(request), most=PER_ADDRESS, within=HOUR)
        allow("tip-at", str(point.pk), most=PER_LABEL, within=HOUR)
    except Refusal as refused:
        return _again(request, point, token, form, refused)
    taken = take_bare_photos(request, "photos", stamp=stamp_of(point.place), most=MOST_PHOTOS)
    voice, deaf = take_bare_voice(request, "voice")
    if taken.errors or deaf:
        return _ask(request, point, token, form, 422, photo_errors=taken.errors, voice_errors=deaf)
    facts = {"text": form.cleaned_data["text"], "photos": taken.photos, "voice": voice}
    try:
        tip, code = report_tip(nonce=nonce, area=_area(point), equipment=point.equipment, **facts)
    except DomainError as refused:
        return _again(request, point, token, form, refused)
    standing = standings([tip.hazard], is_named=False)[0]
    return _page(request, "field/tips/receipt.html", {"code": code, "standing": standing, "place": point.place})


def _again(request, point: QRPoint, token: str, form: TipForm, refused: Refusal):
    """What was written stays; a ticket that was refused is replaced, else it would be refused for ever."""
    data = request.POST.copy()
    if refused.status == DomainError.status and "ticket" in form.errors:
        data["ticket"] = _ticket()
    return _ask(request, point, token, TipForm(data), refused.status, refusal=refused.message)


def _nonce(form: TipForm) -> str:
    """The secret of the ticket; refuses what no person has sent."""
    if not form.is_valid():
        raise DomainError(" ".join(str(error) for errors in form.errors.values() for error in errors))
    try:
        ticket = signing.loads(form.cleaned_data["ticket"], salt=f"tip-ticket:{current_schema()}", max_age=TICKET_LASTS)
    except signing.BadSignature:
        form.add_error("ticket", "")
        raise DomainError(_("This page was open too long. Send it once more; your words are still there.")) from None
    if form.cleaned_data["website"] or time.time() - ticket["at"] < FASTEST:
        raise DomainError(_("That was faster than a person writes. Wait a moment, then send it again."))
    return ticket["nonce"]


def _ticket() -> str:
    ticket = {"nonce": secrets.token_urlsafe(18), "at": time.time()}
    return signing.dumps(ticket, salt=f"tip-ticket:{current_schema()}")


@nameless
def enter(request):
    """The receipt code opens the thread; wrong ones are counted."""
    form = CodeForm(request.POST if request.method == "POST" else None)
    if request.method != "POST" or not form.is_valid():
        return _page(request, "field/tips/enter.html", {"form": form}, 422 if form.is_bound else 200)
    address = _address(request)
    refuse_over("tip-code", address, most=WRONG_CODES, within=QUARTER)
    tip = find_tip(form.cleaned_data["code"])
    if tip is None:
        count("tip-code", address, within=QUARTER)
        form.add_error("code", _("No report has this code. Look at the picture of it once more."))
        return _page(request, "field/tips/enter.html", {"form": form}, 422)
    response = redirect("tip_thread")
    key = signing.dumps({"tip": tip.pk}, salt=f"tip:{current_schema()}")
    response.set_cookie(COOKIE, key, **_of_cookie(), max_age=COOKIE_LASTS, httponly=True, secure=settings.HTTPS)
    return response


def _of_cookie():
    return {"path": reverse("tip_code"), "samesite": "Strict"}


def _tip(request) -> Tip | None:
    try:
        key = signing.loads(request.COOKIES.get(COOKIE, ""), salt=f"tip:{current_schema()}", max_age=COOKIE_LASTS)
    except signing.BadSignature:
        return None
    near = ("hazard__area", "hazard__equipment", "hazard__merged_into")
    return Tip.objects.select_related(*near).filter(pk=key["tip"]).first()


@nameless
def thread(request):
    tip = _tip(request)
    if tip is None:
        return redirect("tip_code")
    if request.method == "POST":
        return _reply(request, tip)
    return _thread(request, tip, ReplyForm())


def _thread(request, tip: Tip, form: ReplyForm, status: int = 200, **faults):
    since = open_tip(tip)
    messages = [(each, bool(each.author_id and (since is None or each.at > since))) for each in _messages(tip)]
    context = {
        "tip": tip,
        "hazard": tip.hazard,
        "standing": standings([tip.hazard], is_named=False)[0],
        "photos": Attachment.objects.filter(pk__in=_first_photos(tip)),
        "messages_of": messages,
        "form": form,
        **faults,
    }
    return _page(request, "field/tips/thread.html", context, status)


def _messages(tip: Tip):
    return tip.messages.select_related("attachment")


def _first_photos(tip: Tip):
    """Those of the report itself; later ones stand in the thread, those of the fix belong to the factory."""
    own = Evidence.objects.filter(hazard=tip.hazard_id, stage=Evidence.Stage.BEFORE, attachment__by=None)
    return own.exclude(attachment__in=_messages(tip).exclude(attachment=None).values("attachment")).values("attachment")


def _reply(request, tip: Tip):
    form = ReplyForm(request.POST)
    allow("tip-reply", str(tip.pk), most=REPLIES, within=HOUR)
    taken = take_bare_photos(
        request, "photos", stamp=stamp_of(tip.hazard.equipment or tip.hazard.area), most=MOST_PHOTOS
    )
    voice, deaf = take_bare_voice(request, "voice")
    if not form.is_valid() or taken.errors or deaf:
        return _thread(request, tip, form, 422, photo_errors=taken.errors, voice_errors=deaf)
    try:
        reply_to_tip(tip, by=None, text=form.cleaned_data["text"], photos=taken.photos, voice=voice)
    except DomainError as refused:
        return _thread(request, tip, form, refused.status, refusal=refused.message)
    return redirect("tip_thread")


@nameless
@require_POST
def leave(request):
    """For a phone that others use too."""
    response = redirect("tip_code")
    response.delete_cookie(COOKIE, **_of_cookie())
    return response


@nameless
@require_GET
def file(request, pk):
    tip = _tip(request)
    if tip is None:
        raise Http404
    shown = Q(pk__in=_first_photos(tip)) | Q(pk__in=_messages(tip).values("attachment"))
    response = serve(request, get_object_or_404(Attachment.objects.filter(shown), pk=pk))
    del response["Cache-Control"]  # nameless() says that nobody keeps it
    return response
