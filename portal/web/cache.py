"""The one cache: Redis or Valkey while it answers, the database while it does not.

What lies in the cache may be lost at any time; what hangs on it (rate limits, ready-made pages) must go on working and
must never make a page fail or wait. So every answer from Redis has a short limit of time; after one that did not come,
this process leaves Redis alone for some seconds and uses a table of the database; when Redis answers again, that table
is emptied, so that nothing old comes back at the next failure. When the database fails too, the cache is simply empty.
"""

import threading
import time
from collections.abc import Callable
from typing import Any, TypeVar

import redis
import structlog
from django.core.cache.backends.base import DEFAULT_TIMEOUT, BaseCache
from django.core.cache.backends.db import DatabaseCache
from django.core.cache.backends.redis import RedisCache
from django.core.management import call_command
from django.db import DatabaseError
from redis.backoff import NoBackoff
from redis.retry import Retry

log = structlog.get_logger(__name__)

TABLE = "portal_cache"
OPTIONS = {
    "socket_connect_timeout": 0.3,
    "socket_timeout": 0.4,
    # Once more at once, for a connection that a restarted server has forgotten; the library's own default waits.
    "retry": Retry(NoBackoff(), 1, supported_errors=(redis.ConnectionError,)),
}
REST = 5.0  # seconds for which a Redis that did not answer is left alone
LOG_EVERY = 60.0
LONGEST = 15 * 60  # what stands in for Redis is kept no longer than this

Answer = TypeVar("Answer")


class Breaker:
    """Whether Redis is worth asking; one per address, shared by the threads of this process."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._rest_until = 0.0
        self._logged_at = -LOG_EVERY
        self.is_down = False

    def may_ask(self) -> bool:
        return time.monotonic() >= self._rest_until

    def failed(self, error: Exception) -> None:
        with self._lock:
            moment = time.monotonic()
            self.is_down, self._rest_until = True, moment + REST
            if moment - self._logged_at >= LOG_EVERY:
                self._logged_at = moment
                log.warning("cache.redis_away", error=str(error)[:200], standing_in=TABLE)

    def recovered(self) -> bool:
        """Note that Redis answered; True for the one caller who is the first to see it after a failure."""
        if not self.is_down:
            return False
        with self._lock:
            first, self.is_down = self.is_down, False
            return first


_breakers: dict[str, Breaker] = {}


class FailOpenRedisCache(BaseCache):
    """Redis that never makes a page fail."""

    def __init__(self, server: str, params: dict[str, Any]) -> None:
        super().__init__(params)
        self.primary = RedisCache(server, {**params, "OPTIONS": {**params.get("OPTIONS", {}), **OPTIONS}})
        self.standby = DatabaseCache(TABLE, {**params, "OPTIONS": {"MAX_ENTRIES": 20_000}})
        self.breaker = _breakers.setdefault(str(server), Breaker())

    def _ask(self, question: Callable[[BaseCache], Answer], otherwise: Answer) -> Answer:
        """Redis's answer, or the table's, or `otherwise`."""
        if self.breaker.may_ask():
            try:
                answer = question(self.primary)
            except (redis.RedisError, OSError) as error:
                self.breaker.failed(error)
            else:
                if self.breaker.recovered():
                    self._forget_standby()
                return answer
        try:
            return question(self.standby)
        except DatabaseError:
            return otherwise

    def _forget_standby(self) -> None:
        log.info("cache.redis_back")
        try:
            self.standby.clear()
        except DatabaseError as error:
            log.warning("cache.standby_not_cleared", error=str(error)[:200])

    def _limit(self, cache: BaseCache, timeout: Any) -> Any:
        """What stands in is short-lived, whatever was asked for."""
        if cache is self.primary:
            return timeout
        wanted = self.default_timeout if timeout is DEFAULT_TIMEOUT else timeout
        return LONGEST if wanted is None else min(wanted, LONGEST)

    def add(self, key: str, value: Any, timeout: Any = DEFAULT_TIMEOUT, version: int | None = None) -> bool:
        return self._ask(lambda cache: cache.add(key, value, self._limit(cache, timeout), version), otherwise=True)

    def get(self, key: str, default: Any = None, version: int | None = None) -> Any:
        return self._ask(lambda cache: cache.get(key, default, version), otherwise=default)

    def set(self, key: str, value: Any, timeout: Any = DEFAULT_TIMEOUT, version: int | None = None) -> None:
        self._ask(lambda cache: cache.set(key, value, self._limit(cache, timeout), version), otherwise=None)

    def touch(self, key: str, timeout: Any = DEFAULT_TIMEOUT, version: int | None = None) -> bool:
        return self._ask(lambda cache: cache.touch(key, self._limit(cache, timeout), version), otherwise=False)

    def delete(self, key: str, version: int | None = None) -> bool:
        return self._ask(lambda cache: cache.delete(key, version), otherwise=False)

    def has_key(self, key: str, version: int | None = None) -> bool:
        return self._ask(lambda cache: cache.has_key(key, version), otherwise=False)

    def incr(self, key: str, delta: int = 1, version: int | None = None) -> int:
        """Raises ValueError for a key that is not there, as every cache does."""
        return self._ask(lambda cache: cache.incr(key, delta, version), otherwise=delta)

    def get_many(self, keys: Any, version: int | None = None) -> dict[str, Any]:
        wanted = list(keys)
        return self._ask(lambda cache: cache.get_many(wanted, version), otherwise={})

    def set_many(self, data: dict[str, Any], timeout: Any = DEFAULT_TIMEOUT, version: int | None = None) -> list[str]:
        return self._ask(
            lambda cache: list(cache.set_many(data, self._limit(cache, timeout), version)), otherwise=list(data)
        )

    def delete_many(self, keys: Any, version: int | None = None) -> None:
        wanted = list(keys)
        self._ask(lambda cache: cache.delete_many(wanted, version), otherwise=None)

    def clear(self) -> None:
        self._ask(lambda cache: cache.clear(), otherwise=None)

    def close(self, **_: Any) -> None:
        """Connections live in a pool per process; nothing to do at the end of a request."""


def make_table(*, using: str) -> None:
    """The table that stands in for Redis; does nothing where it is there already."""
    call_command("createcachetable", TABLE, database=using, verbosity=0)
