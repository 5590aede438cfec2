"""Settings of the tests: as in production, with cheap passwords and a compartment to prove the walls with."""

import os
from pathlib import Path

from ip2a.settings import *  # noqa: F403
from ip2a.settings import CACHES, INSTALLED_APPS, STORAGES, VAR_DIR

DEBUG = False
ROOT_URLCONF = "ip2a.tests.urls"
INSTALLED_APPS = [*INSTALLED_APPS, "ip2a.tests.vault"]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
# Goes with the tests' servers; one for each worker, because their databases give the same keys.
KEPT = Path(os.environ.get("IP2A_TEST_FOLDER", VAR_DIR)) / "media" / os.environ.get("PYTEST_XDIST_WORKER", "main")
STORAGES = {
    **STORAGES,
    "default": {**STORAGES["default"], "OPTIONS": {"location": KEPT}},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
# A house may run from this folder: what tests collect, note and log is none of its business.
VAR_DIR = KEPT.parent.parent / "var" / KEPT.name
STATIC_ROOT = VAR_DIR / "static"
CELERY_TASK_ALWAYS_EAGER = os.environ.get("IP2A_TEST_QUEUE") != "real"  # what a worker itself sends on
CELERY_TASK_EAGER_PROPAGATES = True
BACKUP_FOLDER = Path(os.environ.get("BACKUP_FOLDER", KEPT.parent.parent / "backups" / KEPT.name))
BACKUP_URL = ""
LOGS = KEPT.parent.parent / "logs" / KEPT.name
EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
LOGGING = {"version": 1, "disable_existing_loggers": False}
# One broker for all workers: none may count, or clear, what another has put there.
CACHES["default"]["KEY_PREFIX"] = f"ip2a-{KEPT.name}"
# A machine that is busy with other tests may take its time; what is counted in the cache must be counted.
CACHES["default"]["OPTIONS"] = {"socket_timeout": 30, "socket_connect_timeout": 30}
WHITENOISE_USE_FINDERS = True
