"""/metrics for Prometheus: what this process answers, and what the whole installation waits for.

Nothing of it says who did what: a factory is a label, a person never is.
"""

import re
import secrets
import time
from collections.abc import Iterator

from django.conf import settings
from django.db.models import Count, Min
from django.http import HttpResponse, HttpResponseForbidden, HttpResponseNotFound
from django.utils import timezone
from django.utils.crypto import constant_time_compare
from prometheus_client import CONTENT_TYPE_LATEST, REGISTRY, Counter, Histogram, generate_latest
from prometheus_client.core import GaugeMetricFamily, Metric

from tenants.current import in_public
from tenants.log import working_on
from tenants.models import Due

# So many factories have a label of their own in one process: what a label costs is kept for ever.
MOST_LABELS = 300
_NAME = re.compile(r"[A-Za-z0-9._-]{8,64}")
_requests = Counter("anhuan_requests", "Requests answered.", ["factory", "status"])
_seconds = Histogram(
    "anhuan_request_seconds", "Time until an answer.", ["method"], buckets=(0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30)
)
_labels: set[str] = set()


class RequestMiddleware:
    """Gives each request the name by which the log knows it, a proxy's where it brought one, and counts it."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        brought = request.headers.get("X-Request-ID", "")
        name = brought if _NAME.fullmatch(brought) else secrets.token_hex(8)
        begun = time.perf_counter()
        with working_on(name):
            response = self.get_response(request)
        response["X-Request-ID"] = name
        factory = getattr(request, "tenant", None)
        _requests.labels(_label(factory.schema_name if factory else "public"), f"{response.status_code // 100}xx").inc()
        _seconds.labels(request.method if request.method in ("GET", "POST") else "other").observe(
            time.perf_counter() - begun
        )
        return response


def _label(schema: str) -> str:
    if schema not in _labels and len(_labels) >= MOST_LABELS:
        return "other"
    _labels.add(schema)
    return schema


def answer(request) -> HttpResponse:
    """Only for who knows METRICS_TOKEN; where none is set, there is no such page."""
    if not settings.METRICS_TOKEN:
        return HttpResponseNotFound()
    if not constant_time_compare(request.headers.get("Authorization", ""), f"Bearer {settings.METRICS_TOKEN}"):
        return HttpResponseForbidden()
    return HttpResponse(generate_latest(), content_type=CONTENT_TYPE_LATEST)


class _Waiting:
    """Asked of the database at each scrape, so that it is true whichever process answers."""

    def describe(self) -> list[Metric]:
        return []

    def collect(self) -> Iterator[Metric]:
        now = timezone.now()
        late = GaugeMetricFamily("anhuan_due_late", "What is due and not done yet.", labels=["handler"])
        lag = GaugeMetricFamily("anhuan_due_lag_seconds", "How long the oldest of it waits.", labels=["handler"])
        with in_public():
            waiting = Due.objects.filter(dead_at=None, due_at__lte=now).values("handler").order_by()
            for row in waiting.annotate(count=Count("pk"), oldest=Min("due_at")):
                late.add_metric([row["handler"]], row["count"])
                lag.add_metric([row["handler"]], (now - row["oldest"]).total_seconds())
            dead = Due.objects.filter(dead_at__isnull=False).count()
            # Each alert that nobody took has its next step waiting.
            alerts = Due.objects.filter(dead_at=None, is_urgent=True, handler="alerts.escalate").count()
        yield late
        yield lag
        yield GaugeMetricFamily("anhuan_due_dead", "What was given up and waits for an operator.", value=dead)
        yield GaugeMetricFamily("anhuan_alerts_open", "Alerts that nobody took yet.", value=alerts)


REGISTRY.register(_Waiting())
