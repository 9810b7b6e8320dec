"""One settings file; every value that differs between installations comes from the environment (.env.example)."""

import os
import warnings
from pathlib import Path

from django.utils.translation import gettext_lazy as _

from config import env

# django-tenants compares the extra search paths with the schemas that exist as soon as it is loaded.
warnings.filterwarnings("ignore", message="Accessing the database during app initialization")

# Pictures are compared as small matrices: shared between threads they take longer, and worse beside other work.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

ROOT = Path(__file__).resolve().parent.parent.parent

DEBUG = env.flag("DEBUG")
DEMO = env.flag("DEMO")
SECRET_KEY = env.text("SECRET_KEY")
SECRET_KEY_FALLBACKS = env.several("SECRET_KEY_FALLBACKS")
LEDGER_KEY = env.key("LEDGER_KEY")
BASE_DOMAIN = env.text("BASE_DOMAIN", "localhost" if DEMO or DEBUG else None)
PORT = env.number("PORT", 8000)
DEMO_PASSWORD = env.text("DEMO_PASSWORD", "anhuan-demo")
HTTPS = not (DEMO or DEBUG)
ALLOWED_HOSTS = [f".{BASE_DOMAIN}"]

# The app connects as a role that owns nothing; migrations and provisioning connect as the owner.
# With DATABASE_URL alone (development) one login serves both: the app then takes on the role for each session.
DATABASE_OWNER_URL = env.text("DATABASE_OWNER_URL", "" if DEMO or DEBUG else None)
_app = env.database("DATABASE_URL")
_owner = env.database("DATABASE_OWNER_URL") if DATABASE_OWNER_URL else _app
DATABASE_APP_ROLE = _app["USER"] if DATABASE_OWNER_URL else "anhuan_app"
DATABASE_AS_OWNER = env.flag("DATABASE_AS_OWNER")
_options = "-c jit=off" + ("" if DATABASE_OWNER_URL or DATABASE_AS_OWNER else f" -c role={DATABASE_APP_ROLE}")
DATABASES = {
    "default": {
        "ENGINE": "django_tenants.postgresql_backend",
        **(_owner if DATABASE_AS_OWNER else _app),
        "CONN_MAX_AGE": 0,
        "OPTIONS": {
            "options": _options,
            # Sized for a thread per request; without a pool a rush answers "too many clients".
            # Connections end after ten minutes: a backend that has touched every factory holds its catalogue.
            "pool": False if DATABASE_AS_OWNER else {"min_size": 1, "max_size": 16, "timeout": 20, "max_lifetime": 600},
        },
    }
}
DATABASE_OWNER = {**DATABASES["default"], **_owner}
DATABASE_ROUTERS = ["django_tenants.routers.TenantSyncRouter"]
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# The card service; without a key people pay by bank transfer. STRIPE_API is another base address, for tests.
STRIPE_KEY = env.text("STRIPE_KEY", "")
STRIPE_WEBHOOK_SECRET = env.text("STRIPE_WEBHOOK_SECRET", "" if not STRIPE_KEY else None)
STRIPE_API = env.text("STRIPE_API", "")
SELLER = env.text("SELLER", "安环（演示，不收款）" if DEMO or DEBUG else "")

TENANT_MODEL = "tenants.Factory"
TENANT_DOMAIN_MODEL = "tenants.Domain"
PUBLIC_SCHEMA_NAME = "public"
PUBLIC_SCHEMA_URLCONF = "config.urls_public"
ROOT_URLCONF = "config.urls"
PG_EXTRA_SEARCH_PATHS = ["extensions"]
# SET search_path once after each switch and each transaction, not before every query; postgresql.base says when it is
# to be forgotten, tenants.current sees to cursors from before a switch.
ORIGINAL_BACKEND = "tenants.postgresql"
TENANT_LIMIT_SET_CALLS = True

# A factory's people, sessions and history exist in its own schema only: a host whose schema is gone fails
# closed, because there is no table of the same name in public to fall through to.
SHARED_APPS = ["django_tenants", "tenants", "billing", "lifecycle", "operators", "passports", "sharing", "signups"]
TENANT_APPS = [
    "django.contrib.contenttypes",
    "django.contrib.auth",
    "django.contrib.sessions",
    "allauth",
    "allauth.account",
    "allauth.socialaccount",
    "allauth.socialaccount.providers.dingtalk",
    "allauth.socialaccount.providers.feishu",
    "core",
    "facilities",
    "people",
    "alerts",
    "training",
    "insight",
    "inspections",
    "hazards",
    "sensors",
    "incidents",
    "past",
    "risks",
    "partners",
    "notifications",
    "market",
    "adoption",
]
INSTALLED_APPS = [
    *SHARED_APPS,
    *TENANT_APPS,
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
    "channels",
    "django_htmx",
    "csp",
    "realtime",
    "portals.public",
    "portals.console",
    "portals.field",
    "portals.supplier",
    "portals.contractor",
    "portals.operator",
]

MIDDLEWARE = [
    "portals.health.HealthMiddleware",
    "portals.metrics.RequestMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "tenants.middleware.FactoryMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "portals.kiosk.KioskMiddleware",
    "portals.web.PersonMiddleware",
    "portals.supplier.gate.PortalMiddleware",
    "portals.support.SupportMiddleware",
    "portals.second_factor.SecondFactorMiddleware",
    "portals.standing.StandingMiddleware",
    "portals.web.RefusalMiddleware",
]

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [ROOT / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "portals.shell.shell",
            ],
            "builtins": ["django.templatetags.i18n", "django.templatetags.static", "core.templatetags.core_tags"],
        },
    }
]

ASGI_APPLICATION = "config.asgi.application"
REDIS_URL = env.text("REDIS_URL")
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.redis.RedisCache",
        "LOCATION": REDIS_URL,
        "KEY_FUNCTION": "django_tenants.cache.make_key",
        "REVERSE_KEY_FUNCTION": "django_tenants.cache.reverse_key",
    }
}
CELERY_BROKER_URL = REDIS_URL.replace("unix://", "redis+socket://", 1).replace("?db=", "?virtual_host=")

AUTH_USER_MODEL = "people.User"
AUTHENTICATION_BACKENDS = ["people.auth.Backend"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "people.auth.LongEnough", "OPTIONS": {"min_length": 8}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
]
ACCOUNT_ADAPTER = "people.auth.AccountAdapter"
ACCOUNT_FORMS = {
    "login": "people.auth.LoginForm",
    "request_login_code": "people.auth.RequestCodeForm",
    "confirm_login_code": "people.auth.CodeForm",
}
ACCOUNT_LOGIN_METHODS = {"phone"}
ACCOUNT_SIGNUP_FIELDS = ["phone*", "password1*"]
# A whole factory sits behind one address, and its shifts begin together: only tries on one account are held few.
ACCOUNT_RATE_LIMITS = {
    "login": "600/m/ip",
    "login_failed": "100/m/ip,5/300s/key",
    "request_login_code": "300/m/ip,3/m/key",
    "change_password": "5/m/user",
}
ACCOUNT_LOGIN_BY_CODE_ENABLED = True
ACCOUNT_LOGIN_BY_CODE_TIMEOUT = 300
ACCOUNT_PHONE_VERIFICATION_ENABLED = False
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_EMAIL_NOTIFICATIONS = False
ACCOUNT_LOGOUT_ON_GET = False
ACCOUNT_SESSION_REMEMBER = True
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_USER_DISPLAY = "people.auth.display_name"
ACCOUNT_PREVENT_ENUMERATION = True
ACCOUNT_DEFAULT_HTTP_PROTOCOL = "https" if HTTPS else "http"
# Keys are each factory's own (people.WorkApp). Of what a vendor tells about a person only the number is kept.
SOCIALACCOUNT_ADAPTER = "people.work_accounts.WorkAccountAdapter"
SOCIALACCOUNT_PROVIDERS = {
    "dingtalk": {"provider_class": "people.provider.DingTalk", "AUTH_PARAMS": {"prompt": "consent"}},
    "feishu": {"provider_class": "people.provider.Feishu"},
}
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "home"
LOGOUT_REDIRECT_URL = "account_login"

LANGUAGE_CODE = "zh-hans"
LANGUAGES = [("zh-hans", _("Simplified Chinese")), ("en", _("English"))]
LOCALE_PATHS = [ROOT / "locale"]
USE_I18N = True
USE_TZ = True
TIME_ZONE = "Asia/Shanghai"

STATIC_URL = "/static/"
STATICFILES_DIRS = [ROOT / "static"]
STATIC_ROOT = ROOT / ".static"
MEDIA_ROOT = env.text("MEDIA_ROOT", str(ROOT / ".data" / "files") if DEMO or DEBUG else None)
STORAGES = {
    # Files lie under MEDIA_ROOT/<schema>/ and have no URL: only a view that asks visible_to hands them out.
    "default": {"BACKEND": "core.storage.FactoryStorage"},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
WHITENOISE_USE_FINDERS = True
WHITENOISE_AUTOREFRESH = False
WHITENOISE_MIMETYPES = {".vtt": "text/vtt"}
CONTENT_ROOT = ROOT / "content"
PDF_FONT_DIR = ROOT / "static" / "vendor" / "fonts"

DATA_UPLOAD_MAX_MEMORY_SIZE = 5 * 2**20
FILE_UPLOAD_MAX_MEMORY_SIZE = 2**20
DATA_UPLOAD_MAX_NUMBER_FIELDS = 2000
DATA_UPLOAD_MAX_NUMBER_FILES = 60

# Host-only cookies: no cookie domain, so that a cookie of one factory is nothing in another.
SESSION_ENGINE = "django.contrib.sessions.backends.db"
SESSION_COOKIE_NAME = "__Host-session" if HTTPS else "session"
SESSION_COOKIE_AGE = 30 * 24 * 3600
CSRF_COOKIE_NAME = "__Host-csrf" if HTTPS else "csrf"
CSRF_FAILURE_VIEW = "portals.web.csrf_failure"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = HTTPS
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Lax"
MESSAGE_STORAGE = "django.contrib.messages.storage.session.SessionStorage"
SILENCED_SYSTEM_CHECKS = [
    "security.W008",  # the proxy in front, which alone has the certificate, leads from http to https
    "security.W021",  # whether browsers shall know the domain beforehand its owner decides, for it is hard to undo
]
SECURE_HSTS_SECONDS = 31536000 if HTTPS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = HTTPS
SECURE_REFERRER_POLICY = "same-origin"
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if env.number("TRUSTED_PROXY_COUNT", 0) else None
ALLAUTH_TRUSTED_PROXY_COUNT = env.number("TRUSTED_PROXY_COUNT", 0)
X_FRAME_OPTIONS = "DENY"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": ["'self'"],
        "img-src": ["'self'", "data:", "blob:"],
        "media-src": ["'self'", "blob:"],
        "script-src": ["'self'", "'wasm-unsafe-eval'"],
        "worker-src": ["'self'"],
        "manifest-src": ["'self'"],
        "object-src": ["'none'"],
        "base-uri": ["'none'"],
        "form-action": ["'self'"],
        "frame-ancestors": ["'none'"],
    }
}

# Ways out: each one that is not set up says so where messages are looked at, and nothing else stops.
SMS = {
    "PROVIDER": env.text("SMS_PROVIDER", ""),
    "KEY_ID": env.text("SMS_KEY_ID", ""),
    "KEY_SECRET": env.text("SMS_KEY_SECRET", ""),
    "APP_ID": env.text("SMS_APP_ID", ""),
    "SIGN_NAME": env.text("SMS_SIGN_NAME", ""),
    "CODE_TEMPLATE": env.text("SMS_CODE_TEMPLATE", ""),
    "NOTICE_TEMPLATE": env.text("SMS_NOTICE_TEMPLATE", ""),
    # Its text ends with the bare host and the link, as https://example.com/${link}: gateways take no host in a variable.
    "LINK_TEMPLATE": env.text("SMS_LINK_TEMPLATE", ""),
}
# What one text message costs, in thousandths of a yuan.
SMS_PRICE = env.number("SMS_PRICE", 45)
SMS_VARIABLE_LENGTH = env.number("SMS_VARIABLE_LENGTH", 35)
if SMS["PROVIDER"] not in ("", "aliyun", "tencent"):
    env.complain("SMS_PROVIDER must be aliyun or tencent")
_mail = env.mail("EMAIL_URL")
EMAIL_HOST, EMAIL_PORT = _mail["EMAIL_HOST"], _mail["EMAIL_PORT"]
EMAIL_HOST_USER, EMAIL_HOST_PASSWORD = _mail["EMAIL_HOST_USER"], _mail["EMAIL_HOST_PASSWORD"]
EMAIL_USE_TLS, EMAIL_USE_SSL = _mail["EMAIL_USE_TLS"], _mail["EMAIL_USE_SSL"]
DEFAULT_FROM_EMAIL = env.text("EMAIL_FROM", f"anhuan@{BASE_DOMAIN}")
# Readings of sensors that come by MQTT, for `manage.py mqtt_ingest`; by HTTP they come without it.
MQTT_URL = env.broker("MQTT_URL")
VAPID_KEY = env.key("VAPID_KEY", is_required=False)
VAPID_CONTACT = env.text("VAPID_CONTACT", f"mailto:{DEFAULT_FROM_EMAIL}")
# Another base address in the place of a vendor's host, such as that of a proxy: oapi.dingtalk.com=https://proxy.example.com
GATEWAYS = env.pairs("GATEWAYS")
# A factory's own webhook may then be http:// and inside this server's network.
PRIVATE_ADDRESSES = env.flag("PRIVATE_ADDRESSES")

# What /metrics is asked with; without it there is no such page.
METRICS_TOKEN = env.text("METRICS_TOKEN", "")

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "filters": {"origin": {"()": "tenants.log.OriginFilter"}},
    "formatters": {
        "line": {"format": "%(asctime)s %(levelname)s %(name)s tenant=%(tenant)s work=%(work)s %(message)s"},
        "json": {
            "()": "pythonjsonlogger.json.JsonFormatter",
            "format": "%(asctime)s %(levelname)s %(name)s %(tenant)s %(work)s %(message)s",
            "json_ensure_ascii": False,
        },
    },
    "handlers": {
        "console": {
            "class": "logging.StreamHandler",
            "formatter": "json" if env.flag("LOG_JSON") else "line",
            "filters": ["origin"],
        }
    },
    "loggers": {"weasyprint": {"level": "WARNING"}, "fontTools": {"level": "WARNING"}, "httpx": {"level": "WARNING"}},
    "root": {"handlers": ["console"], "level": env.text("LOG_LEVEL", "INFO")},
}

env.finish()
