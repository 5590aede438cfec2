"""Settings of the tests: as in production, with cheap passwords and a compartment to prove the walls with."""

import os
from pathlib import Path

from ip2a.settings import *  # noqa: F403
from ip2a.settings import CACHES, DATABASES, INSTALLED_APPS, STORAGES, VAR_DIR

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
CELERY_TASK_ALWAYS_EAGER = True
CELERY_TASK_EAGER_PROPAGATES = True
BACKUP_FOLDER = Path(os.environ.get("BACKUP_FOLDER", KEPT.parent.parent / "backups" / KEPT.name))
BACKUP_URL = ""
LOGS = KEPT.parent.parent / "logs" / KEPT.name
EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
LOGGING = {"version": 1, "disable_existing_loggers": False}
CACHES["default"]["KEY_PREFIX"] = DATABASES["default"]["NAME"]
WHITENOISE_USE_FINDERS = True
