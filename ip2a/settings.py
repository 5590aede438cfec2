"""Settings: everything that differs between machines comes from the environment (.env.example explains each)."""

import os
from pathlib import Path

import environ
from celery.schedules import crontab
from csp.constants import NONE, SELF

from ip2a import embedded, environment

BASE_DIR = Path(__file__).resolve().parent.parent
VAR_DIR = BASE_DIR / "var"

env = environ.Env()
if (BASE_DIR / ".env").is_file():
    environ.Env.read_env(BASE_DIR / ".env")

IP2A_ENV = env("IP2A_ENV", default="dev")
IS_PRODUCTION = IP2A_ENV in ("production", "staging")
DEBUG = env.bool("DEBUG", default=not IS_PRODUCTION)
SECRET_KEY = env("SECRET_KEY", default=environment.DEVELOPMENT_SECRET)
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", default=[] if IS_PRODUCTION else ["*"])
LOCAL_NAME = env("LOCAL_NAME", default="Local Union")
environment.guard(
    kind=IP2A_ENV,
    debug=DEBUG,
    secret_key=SECRET_KEY,
    allowed_hosts=ALLOWED_HOSTS,
    database_url=env("DATABASE_URL", default=""),
)

# The default has no server but the embedded ones, whose addresses follow from the folder.
_embedded = embedded.default_urls(BASE_DIR)
DATABASE_URL = env("DATABASE_URL", default=_embedded["DATABASE_URL"])
DATABASE_OWNER_URL = env(
    "DATABASE_OWNER_URL",
    default=DATABASE_URL if env("DATABASE_URL", default="") else _embedded["DATABASE_OWNER_URL"],
)
REDIS_URL = env("REDIS_URL", default=_embedded["REDIS_URL"])
CACHE_URL = env(
    "CACHE_URL",
    default=REDIS_URL if env("REDIS_URL", default="") else _embedded["CACHE_URL"],
)

DATABASE_ROLE = env("IP2A_DATABASE_ROLE", default="app")
APP_ROLE_NAME = env.db_url_config(DATABASE_URL)["USER"]
DATABASES = {"default": env.db_url_config(DATABASE_OWNER_URL if DATABASE_ROLE == "owner" else DATABASE_URL)}
DATABASES["default"].update(
    {
        "ENGINE": "ip2a.db",
        "ATOMIC_REQUESTS": True,
        "CONN_MAX_AGE": env.int("CONN_MAX_AGE", default=600),
        "CONN_HEALTH_CHECKS": True,  # a connection that died with the server is replaced before a page needs it
        "OPTIONS": {
            **DATABASES["default"].get("OPTIONS", {}),  # such as the socket's folder
            "application_name": "ip2a",
            "connect_timeout": 5,
        },
    }
)
DATABASE_WAIT_SECONDS = env.float("DATABASE_WAIT_SECONDS", default=5)  # for a connection, when the server has none left
DATABASE_POOLER = env("DATABASE_POOLER", default="")  # "session": one stands between, in session mode (ip2a/db/pooling)
# Questions asked again and again are planned once for each connection. A pooler that cannot follow prepared statements
# needs this off.
DATABASE_PREPARES = env.bool("DATABASE_PREPARES", default=True)
# Copies that pages are read from (ip2a/replicas); none, and nothing of it is loaded.
_replicas = environment.replicas(env.list("REPLICA_URLS", default=[]), DATABASES["default"])
DATABASES.update(_replicas)
REPLICAS = list(_replicas)
REPLICA_MAX_LAG = env.float("REPLICA_MAX_LAG", default=10)  # seconds; one further behind is not read from
DATABASE_ROUTERS = ["ip2a.replicas.router.ReplicaRouter"] if REPLICAS else []
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
    "django.contrib.postgres",
    "django.forms",
    "ip2a.admin.site.AdminConfig",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.usersessions",
    "django_filters",
    "django_htmx",
    "csp",
    "ip2a",
    "maintenance",
    "members",
    "benevolence",
    "grievances",
    "training",
    "organizing",
]

MIDDLEWARE = [
    "ip2a.outage.OutageMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "ip2a.accounts.person.PersonMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "allauth.usersessions.middleware.UserSessionsMiddleware",
    "ip2a.accounts.policy.SecondFactorMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "ip2a.audit.AuditMiddleware",
    "ip2a.replicas.routing.ReplicaMiddleware",  # last: everything before asks the primary
]

ROOT_URLCONF = "ip2a.urls"
WSGI_APPLICATION = "ip2a.wsgi.application"
FORM_RENDERER = "ip2a.widgets_quick.Renderer"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "ip2a.context.frame",
            ],
            "builtins": ["ip2a.templatetags.ip2a"],
        },
    }
]

AUTH_USER_MODEL = "ip2a.User"
AUTHENTICATION_BACKENDS = ["ip2a.accounts.backends.RoleBackend"]
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.Argon2PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": 12},
    },
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "home"
LOGOUT_REDIRECT_URL = "account_login"
PASSWORD_RESET_TIMEOUT = 60 * 60 * 4
INVITATION_DAYS = 7

# Where this site answers, for links in mails that no request has asked for.
SITE_URL = env(
    "SITE_URL",
    default=f"https://{ALLOWED_HOSTS[0].lstrip('.')}" if IS_PRODUCTION else "http://127.0.0.1:8000",
)
# How many of our own proxies stand before the web server: without them everybody would have the proxy's address.
TRUSTED_PROXY_COUNT = env.int("TRUSTED_PROXY_COUNT", default=1 if IS_PRODUCTION else 0)
MFA_REQUIRED_ROLES = env.list(
    "MFA_REQUIRED_ROLES",
    default=["administrator", "officer", "organizer"] if IS_PRODUCTION else [],
)

ACCOUNT_ADAPTER = "ip2a.accounts.adapter.AccountAdapter"
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*", "password2*"]
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_EMAIL_VERIFICATION = "none"  # an invitation is answered from the mailbox it was sent to
ACCOUNT_EMAIL_UNKNOWN_ACCOUNTS = False
ACCOUNT_EMAIL_NOTIFICATIONS = True
ACCOUNT_EMAIL_SUBJECT_PREFIX = ""
ACCOUNT_DEFAULT_HTTP_PROTOCOL = "https" if IS_PRODUCTION else "http"
ACCOUNT_SESSION_REMEMBER = True  # for SESSION_COOKIE_AGE, a long working day
ACCOUNT_LOGOUT_ON_PASSWORD_CHANGE = False  # this session stays; every other one ends with the old password
ACCOUNT_FORMS = {
    "login": "ip2a.accounts.forms.SignInForm",
    "reset_password": "ip2a.accounts.forms.ResetForm",
    "reset_password_from_key": "ip2a.accounts.forms.ResetKeyForm",
    "change_password": "ip2a.accounts.forms.ChangePasswordForm",
    "reauthenticate": "ip2a.accounts.forms.ConfirmPasswordForm",
}
MFA_ADAPTER = "ip2a.accounts.adapter.SecondFactorAdapter"
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_ALLOW_UNVERIFIED_EMAIL = True
MFA_TOTP_ISSUER = f"IP2A {LOCAL_NAME}"
MFA_TOTP_TOLERANCE = 1  # clocks of phones are off by some seconds
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = not IS_PRODUCTION
MFA_FORMS = {
    "authenticate": "ip2a.accounts.forms.CodeForm",
    "reauthenticate": "ip2a.accounts.forms.ConfirmCodeForm",
    "activate_totp": "ip2a.accounts.forms.ActivateAppForm",
    "add_webauthn": "ip2a.accounts.forms.AddKeyForm",
}

SESSION_ENGINE = "ip2a.sessions"
SESSION_COOKIE_AGE = 60 * 60 * 12
SESSION_COOKIE_HTTPONLY = True
MESSAGE_STORAGE = "django.contrib.messages.storage.session.SessionStorage"
CACHES = {
    "default": {
        "BACKEND": "ip2a.cache.ForgivingRedisCache",
        "LOCATION": CACHE_URL,
        "KEY_PREFIX": "ip2a",
        "OPTIONS": {"socket_timeout": 2, "socket_connect_timeout": 1},
    }
}

LANGUAGE_CODE = "en-us"
TIME_ZONE = env("TIME_ZONE", default="America/Chicago")
USE_I18N = False
USE_TZ = True

STATIC_URL = "/static/"
STATIC_ROOT = VAR_DIR / "static"
STATICFILES_DIRS = [BASE_DIR / "static"]
STORAGES = {
    "default": environment.storage(env("STORAGE_URL", default=""), VAR_DIR / "media"),
    "staticfiles": {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage" if DEBUG else "ip2a.static_files.StaticFiles"
    },
}
READY_LEAST_FREE_MB = env.int("READY_LEAST_FREE_MB", default=500)
ATTACHMENT_MAX_BYTES = env.int("ATTACHMENT_MAX_BYTES", default=25 * 1024 * 1024)
IMPORT_MAX_BYTES = env.int("IMPORT_MAX_BYTES", default=500 * 1024 * 1024)  # of a table, unpacked
DATA_UPLOAD_MAX_MEMORY_SIZE = 5 * 1024 * 1024
FILE_UPLOAD_MAX_MEMORY_SIZE = 1024 * 1024

EMAIL_CONFIG = env.email_url("EMAIL_URL", default="consolemail://")
vars().update(EMAIL_CONFIG)
EMAIL_TIMEOUT = env.int("EMAIL_TIMEOUT", default=20)  # seconds; without one a silent server holds a worker forever
DEFAULT_FROM_EMAIL = env("DEFAULT_FROM_EMAIL", default="IP2A <ip2a@localhost>")
BACKUP_FOLDER = Path(env("BACKUP_FOLDER", default=str(VAR_DIR / "backups")))
BACKUP_URL = env("BACKUP_URL", default="")  # a second copy, such as s3://key:secret@host/bucket
# Webhooks lead out over https. These hosts or networks may also be inside our own, and speak plain http.
WEBHOOK_TRUSTED_HOSTS = env.list("WEBHOOK_TRUSTED_HOSTS", default=[])
WEBHOOK_TIMEOUT = env.int("WEBHOOK_TIMEOUT", default=10)  # seconds for the whole conversation
LOGS = Path(env("LOGS_FOLDER", default=str(BASE_DIR / "logs")))  # JSON lines of maintenance

CELERY_BROKER_URL = REDIS_URL
# A queue that is gone, or that hangs, must not hold a page: asked twice at once, and not for long.
BROKER_TIMEOUT = env.float("BROKER_TIMEOUT", default=5)  # seconds
CELERY_BROKER_TRANSPORT_OPTIONS = {
    "socket_timeout": BROKER_TIMEOUT,
    "socket_connect_timeout": min(BROKER_TIMEOUT, 2),
    "socket_keepalive": True,
}
CELERY_TASK_PUBLISH_RETRY_POLICY = {"max_retries": 1, "interval_start": 0, "interval_step": 0, "interval_max": 0}
CELERY_RESULT_BACKEND = None
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_TIMEZONE = TIME_ZONE
CELERY_IMPORTS = ["ip2a.accounts.tasks", "ip2a.imports.tasks", "ip2a.jobs.tasks", "ip2a.post.tasks"]
CELERY_BEAT_SCHEDULE = {
    "jobs": {"task": "ip2a.jobs.tasks.tend", "schedule": 30, "options": {"expires": 25}},
    "mail": {"task": "ip2a.post.tasks.sweep", "schedule": 60, "options": {"expires": 50}},
    "notices": {"task": "maintenance.tasks.tell", "schedule": 60, "options": {"expires": 50}},
    "schedule": {"task": "maintenance.tasks.tend_schedule", "schedule": 60, "options": {"expires": 50}},
    "deferred-applications": {"task": "benevolence.tasks.resume_deferred", "schedule": 60 * 60},
    # Turns that are written down (maintenance/schedule.py) and shown under Schedule; times are the local's.
    **{
        key: {"task": "maintenance.tasks.scheduled", "args": [key], "schedule": when}
        for key, when in {
            "audit-partitions": crontab(hour="0,12", minute=10),
            "backup": crontab(hour=1, minute=0),
            "auto-heal": crontab(hour=2, minute=0),
            "checksums": crontab(hour=2, minute=40),
            "watch": crontab(hour="2,8,14,20", minute=50),
            "resilience": crontab(hour=3, minute=0, day_of_week="sun"),
            "backup-trial": crontab(hour=4, minute=0, day_of_week="sun"),
            "grievance-limits": crontab(hour=3, minute=15),
            "certificates": crontab(hour=4, minute=45),
            "tidy": crontab(hour=4, minute=50),
            "days-that-come-near": crontab(hour=5, minute=15),
            "grievance-reminders": crontab(hour=5, minute=30),
            "overdue-applications": crontab(hour=5, minute=45),
            "data-findings": crontab(hour="6,12,18", minute=20),
        }.items()
    },
}
if REPLICAS:
    CELERY_BEAT_SCHEDULE["replicas"] = {
        "task": "maintenance.resilience.tasks.watch_replicas",
        "schedule": 60,
        "options": {"expires": 50},
    }
CELERY_BEAT_SCHEDULE_FILENAME = str(VAR_DIR / "beat-schedule")

CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "img-src": [SELF, "data:"],
        "object-src": [NONE],
        "base-uri": [NONE],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
    }
}
X_FRAME_OPTIONS = "DENY"
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CONTENT_TYPE_NOSNIFF = True
if IS_PRODUCTION:
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    SECURE_SSL_REDIRECT = env.bool("SECURE_SSL_REDIRECT", default=True)
    SECURE_REDIRECT_EXEMPT = [r"^healthz$", r"^readyz$"]
    SECURE_HSTS_SECONDS = 60 * 60 * 24 * 365
    SECURE_HSTS_INCLUDE_SUBDOMAINS = True
    SECURE_HSTS_PRELOAD = True
    SESSION_COOKIE_SECURE = True
    CSRF_COOKIE_SECURE = True

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "filters": {"mask-secrets": {"()": "ip2a.calendars.masking.MaskSecrets"}},
    "formatters": {"line": {"format": "%(asctime)s %(levelname)s %(name)s %(message)s"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line", "filters": ["mask-secrets"]}},
    "root": {"handlers": ["console"], "level": os.environ.get("LOG_LEVEL", "INFO")},
}
