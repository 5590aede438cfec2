"""What the environment may and may not say, checked before anything starts."""

from pathlib import Path
from urllib.parse import parse_qs, unquote, urlsplit

import environ
from django.core.exceptions import ImproperlyConfigured

DEVELOPMENT_SECRET = "development-only-secret-never-for-production-0123456789"  # noqa: S105 - refused by guard()
SHORTEST_SECRET = 50
NO_SECRET = "SECRET_KEY is not set. Set it to a long random text: everybody knows the development one."  # noqa: S105
SHORT_SECRET = "SECRET_KEY is too short to be safe ({} characters). Set it to a random text of at least {}."  # noqa: S105
DEBUGGING = "DEBUG is on. Remove it: error pages would show members' data to anybody."
NO_HOSTS = "ALLOWED_HOSTS is not set. Set it to the names this site answers to, for example ip2a.local123.org."
ANY_HOST = "ALLOWED_HOSTS contains '*', which is any name at all. Set it to the names this site answers to."
NO_DATABASE = "DATABASE_URL is not set. Set it to the PostgreSQL database that holds the local's records."


def guard(
    *,
    kind: str,
    debug: bool,
    secret_key: str,
    allowed_hosts: list[str],
    database_url: str,
) -> None:
    """Refuse to start when production would run on development settings."""
    if kind not in ("dev", "staging", "production"):
        raise ImproperlyConfigured(f"IP2A_ENV is '{kind}'. It must be dev, staging or production.")
    if kind == "dev":
        return
    faults = (
        (secret_key in ("", DEVELOPMENT_SECRET), NO_SECRET),
        (len(secret_key) < SHORTEST_SECRET, SHORT_SECRET.format(len(secret_key), SHORTEST_SECRET)),
        (debug, DEBUGGING),
        (not allowed_hosts, NO_HOSTS),
        ("*" in allowed_hosts, ANY_HOST),
        (not database_url, NO_DATABASE),
    )
    for is_fault, sentence in faults:
        if is_fault:
            raise ImproperlyConfigured(sentence)


def replicas(urls: list[str], database: dict) -> dict[str, dict]:
    """Django's settings for each read replica, by its alias: as the primary's, but for what only reads."""
    found = {}
    for number, url in enumerate(filter(None, urls), start=1):
        if not url.startswith(("postgres://", "postgresql://")):
            raise ImproperlyConfigured(
                f"REPLICA_URLS names '{url.partition(':')[0]}:'. Each must be postgres://user:password@host:5432/ip2a."
            )
        facts = environ.Env.db_url_config(url)
        # A replica that does not answer is left alone soon: the primary is there.
        options = {**facts.get("OPTIONS", {}), "application_name": "ip2a", "connect_timeout": 2}
        found[f"replica_{number}"] = {
            **database,
            **facts,
            "ENGINE": database["ENGINE"],
            "ATOMIC_REQUESTS": False,  # Django's own begins on the default connection, whichever stands there
            "CONN_HEALTH_CHECKS": False,  # a dead one is found by its first statement, and the primary asked
            "OPTIONS": {**options, "tcp_user_timeout": 3000},
            "REPLICA": True,
        }
    return found


def storage(url: str, folder: Path) -> dict:
    """Django's storage settings for attachments: a folder on this machine, or S3 by ``s3://key:secret@host/bucket``."""
    if not url:
        return {
            "BACKEND": "ip2a.attachments.store.DiskStore",
            "OPTIONS": {"location": folder, "file_permissions_mode": 0o600},
        }
    parts = urlsplit(url)
    if parts.scheme == "file":
        return storage("", Path(unquote(parts.path)))
    if parts.scheme not in ("s3", "s3+http"):
        raise ImproperlyConfigured(
            f"STORAGE_URL begins with '{parts.scheme}:'. It must be file:///folder or s3://key:secret@host/bucket."
        )
    query = parse_qs(parts.query)
    host = parts.netloc.rpartition("@")[2]
    return {
        "BACKEND": "ip2a.attachments.s3.S3Store",
        "OPTIONS": {
            "bucket_name": parts.path.strip("/"),
            "access_key": unquote(parts.username or ""),
            "secret_key": unquote(parts.password or ""),
            "endpoint_url": f"{'http' if parts.scheme == 's3+http' else 'https'}://{host}" if host else None,
            "region_name": query.get("region", ["us-east-1"])[0],
            "default_acl": "private",
            "file_overwrite": False,
            "querystring_auth": True,
        },
    }
