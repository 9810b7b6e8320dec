"""Readings of a sensor by HTTP: POST /api/v1/readings with `Authorization: Bearer KEY`, one reading or a batch as JSON."""

from collections.abc import Callable
from functools import wraps

from django.core.exceptions import RequestDataTooBig
from django.http import HttpRequest, JsonResponse
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from core.errors import DomainError, Refusal, TooMany
from sensors.door import hand_in, let_in
from sensors.payload import MOST_BYTES, read


class TooLarge(DomainError):
    status = 413


def _says_why(view: Callable[[HttpRequest], JsonResponse]) -> Callable[[HttpRequest], JsonResponse]:
    """A device reads JSON, whatever it says that it accepts."""

    @wraps(view)
    def run(request: HttpRequest) -> JsonResponse:
        try:
            return view(request)
        except Refusal as refusal:
            answer = JsonResponse({"error": refusal.message}, status=refusal.status)
            if refusal.status == 401:
                answer["WWW-Authenticate"] = "Bearer"
            if isinstance(refusal, TooMany):
                answer["Retry-After"] = "60"
            return answer

    return run


# The key takes the place of a cookie: no page can make a browser send it along.
@csrf_exempt
@require_POST
@_says_why
def take(request: HttpRequest) -> JsonResponse:
    sensor = let_in(_key(request))
    taken = hand_in(sensor, read(_body(request)))
    return JsonResponse({"stored": taken.stored, "known": taken.known})


def _key(request: HttpRequest) -> str:
    scheme, _space, key = request.headers.get("Authorization", "").partition(" ")
    return key.strip() if scheme.lower() == "bearer" else ""


def _body(request: HttpRequest) -> bytes:
    too_large = TooLarge(
        _("At most %(most)d KB at once. Send the rest in another batch.") % {"most": MOST_BYTES // 1024}
    )
    try:
        body = request.body
    except RequestDataTooBig:
        raise too_large from None
    if len(body) > MOST_BYTES:
        raise too_large
    return body
