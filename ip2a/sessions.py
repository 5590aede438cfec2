"""Sessions as Django keeps them; a database that is gone while one is saved is an outage, not a bad request."""

from django.contrib.sessions.backends import cached_db
from django.contrib.sessions.backends.base import UpdateError

from ip2a.outage import is_outage


class SessionStore(cached_db.SessionStore):
    def save(self, must_create: bool = False) -> None:
        try:
            super().save(must_create)
        except UpdateError as error:
            if is_outage(error.__context__):
                raise error.__context__ from None  # type: ignore[misc]
            raise
