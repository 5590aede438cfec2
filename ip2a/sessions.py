"""Sessions as Django keeps them, in the cache and in the database.

What is said to somebody after a click ("Saved.") lives for one page. It is kept in the cache alone, where the next page
finds it: otherwise every save would write the session twice, once for the words and once for their end. Without a
cache it is written like everything else.
"""

import time
from typing import Any

from django.contrib.messages.storage.session import SessionStorage
from django.contrib.sessions.backends import cached_db
from django.contrib.sessions.backends.base import UpdateError

from ip2a.outage import is_outage

TOLD = SessionStorage.session_key
STORED = "_stored"  # when the database got all of it, and whether there was something to tell then
STORED_AGAIN = 600  # seconds; how much older than its cached copy the database's may be, which says when it ends


class SessionStore(cached_db.SessionStore):
    """A database that is gone while a session is saved is an outage, not a bad request."""

    def save(self, must_create: bool = False) -> None:
        if not must_create and self._is_kept_in_cache():
            return
        session = self._get_session(no_load=must_create)  # type: ignore[attr-defined]
        session[STORED] = [int(time.time()), TOLD in session]
        try:
            super().save(must_create)
        except UpdateError as error:
            if is_outage(error.__context__):
                raise error.__context__ from None  # type: ignore[misc]
            raise

    def _is_kept_in_cache(self) -> bool:
        """Whether only what is told has changed, and the cache has taken it. A session that was ended meanwhile is
        no longer there to be replaced."""
        replace = getattr(self._cache, "replace", None)  # type: ignore[attr-defined]
        session: dict[str, Any] = self._get_session()  # type: ignore[attr-defined]
        at, was_telling = session.get(STORED, (0, False))
        if replace is None or was_telling or time.time() - at > STORED_AGAIN:
            return False
        before = self._cache.get(self.cache_key)  # type: ignore[attr-defined]
        if before is None or _lasting(before) != _lasting(session):
            return False
        return replace(self.cache_key, session)


def _lasting(session: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in session.items() if key != TOLD}
