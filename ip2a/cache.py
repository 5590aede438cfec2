"""A cache that may be gone: then it remembers nothing, and the pages work on."""

import logging
import time
from collections.abc import Callable
from typing import Any

from django.core.cache.backends.base import DEFAULT_TIMEOUT
from django.core.cache.backends.redis import RedisCache, RedisCacheClient
from redis.exceptions import RedisError

REST_SECONDS = 2.0  # how long a cache that did not answer is left alone
logger = logging.getLogger(__name__)


class KeptClient(RedisCacheClient):
    """Makes its client once: making one for each question takes as long as the question."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._clients: dict[int, Any] = {}

    def get_client(self, key: Any = None, *, write: bool = False) -> Any:
        pool = self._get_connection_pool(write)  # type: ignore[attr-defined]
        if id(pool) not in self._clients:
            self._clients[id(pool)] = self._client(connection_pool=pool)  # type: ignore[attr-defined]
        return self._clients[id(pool)]


class ForgivingRedisCache(RedisCache):
    """Redis or Valkey whose absence is a miss. What must not be lost has no place in a cache."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._class = KeptClient
        self._rest_until = 0.0

    def _try(self, ask: Callable[[], Any], otherwise: Any) -> Any:
        if time.monotonic() < self._rest_until:
            return otherwise
        try:
            return ask()
        except (RedisError, OSError) as error:
            self._rest_until = time.monotonic() + REST_SECONDS
            logger.warning("The cache does not answer (%s); working without it.", error)
            return otherwise

    def add(self, key: Any, value: Any, timeout: Any = DEFAULT_TIMEOUT, version: Any = None) -> bool:
        return self._try(
            lambda: super(ForgivingRedisCache, self).add(key, value, timeout, version),
            True,
        )

    def get(self, key: Any, default: Any = None, version: Any = None) -> Any:
        return self._try(lambda: super(ForgivingRedisCache, self).get(key, default, version), default)

    def set(self, key: Any, value: Any, timeout: Any = DEFAULT_TIMEOUT, version: Any = None) -> None:
        self._try(
            lambda: super(ForgivingRedisCache, self).set(key, value, timeout, version),
            None,
        )

    def replace(self, key: Any, value: Any) -> bool:
        """Put something else in the place of what is under the key, for as long as that had to live; whether there was
        anything."""
        return self._try(lambda: self._replace(self.make_and_validate_key(key), value), False)

    def _replace(self, key: str, value: Any) -> bool:
        store: Any = self._cache  # type: ignore[attr-defined]
        return bool(store.get_client(key, write=True).set(key, store._serializer.dumps(value), xx=True, keepttl=True))

    def touch(self, key: Any, timeout: Any = DEFAULT_TIMEOUT, version: Any = None) -> bool:
        return self._try(lambda: super(ForgivingRedisCache, self).touch(key, timeout, version), False)

    def delete(self, key: Any, version: Any = None) -> bool:
        return self._try(lambda: super(ForgivingRedisCache, self).delete(key, version), False)

    def get_many(self, keys: Any, version: Any = None) -> dict[Any, Any]:
        return self._try(lambda: super(ForgivingRedisCache, self).get_many(keys, version), {})

    def has_key(self, key: Any, version: Any = None) -> bool:
        return self._try(lambda: super(ForgivingRedisCache, self).has_key(key, version), False)

    def set_many(self, data: Any, timeout: Any = DEFAULT_TIMEOUT, version: Any = None) -> list[Any]:
        return self._try(
            lambda: super(ForgivingRedisCache, self).set_many(data, timeout, version),
            list(data),
        )

    def delete_many(self, keys: Any, version: Any = None) -> None:
        self._try(lambda: super(ForgivingRedisCache, self).delete_many(keys, version), None)

    def incr(self, key: Any, delta: int = 1, version: Any = None) -> int:
        """As Django asks of every cache, a key that is not there is a ValueError."""
        missing = object()
        answer = self._try(lambda: super(ForgivingRedisCache, self).incr(key, delta, version), missing)
        if answer is missing:
            raise ValueError(f"Key '{key}' not found")
        return answer

    def clear(self) -> None:
        """Only what this cache has put there: the worker's queue may lie in the same database."""
        self._try(self._clear_own, None)

    def _clear_own(self) -> None:
        client = self._cache.get_client(None, write=True)  # type: ignore[attr-defined]
        keys = list(client.scan_iter(match=f"{self.key_prefix}:*", count=1000))
        for start in range(0, len(keys), 1000):
            client.unlink(*keys[start : start + 1000])
