"""/healthz, /readyz and /metrics answer on every host, before anything looks at whose host it is."""

from django.core.cache import cache
from django.db import Error, connection
from django.http import JsonResponse
from redis.exceptions import RedisError

from portals import metrics
from tenants.current import in_public


class HealthMiddleware:
    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        if request.path == "/healthz":
            return JsonResponse({"ok": True})
        if request.path == "/readyz":
            facts = {"database": _database(), "redis": _redis()}
            return JsonResponse({"ok": all(facts.values()), **facts}, status=200 if all(facts.values()) else 503)
        if request.path == "/metrics":
            return metrics.answer(request)
        return self.get_response(request)


def _database() -> bool:
    try:
        with in_public(), connection.cursor() as cursor:
            cursor.execute("SELECT 1 FROM tenants_schematemplate LIMIT 1")
            return cursor.fetchone() is not None
    except Error:
        return False


def _redis() -> bool:
    try:
        cache.get("ready")
    except (RedisError, OSError):
        return False
    return True
