"""What the card service tells us, signed. Its answer is only that it arrived; a worker looks at what is true."""

import stripe
from django.http import Http404, HttpResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from billing import actions, gateway

MOST_BYTES = 500_000


@csrf_exempt
@require_POST
def take(request):
    if not gateway.is_there():
        raise Http404
    if int(request.headers.get("Content-Length") or 0) > MOST_BYTES:
        return HttpResponse("too long", status=413, content_type="text/plain")
    try:
        actions.take_event(request.body, request.headers.get("Stripe-Signature", ""))
    except (stripe.SignatureVerificationError, ValueError, KeyError, TypeError):
        return HttpResponse("not signed by the card service, or not readable", status=400, content_type="text/plain")
    return HttpResponse("taken", content_type="text/plain")
