from django.conf import settings
from django.core.checks import Error, register


@register()
def cookies_stay_on_their_host(app_configs, **_):
    """A cookie domain would hand one factory's session to another."""
    names = ("SESSION_COOKIE_DOMAIN", "CSRF_COOKIE_DOMAIN")
    return [Error(f"{name} must stay unset", id="tenants.E001") for name in names if getattr(settings, name)]


@register()
def caches_carry_the_schema(app_configs, **_):
    return [
        Error(f"cache {alias!r} must use django_tenants.cache.make_key", id="tenants.E002")
        for alias, cache in settings.CACHES.items()
        if cache.get("KEY_FUNCTION") != "django_tenants.cache.make_key"
    ]
