"""The cache goes on when Redis does not: with a real server that is killed and comes back."""

import signal
import subprocess
import time
from contextlib import suppress

import pytest
import redis
from django.core.cache import caches
from django.db import connection

from portal.environment import find_valkey
from portal.web import cache as module
from portal.web.cache import TABLE, Breaker, FailOpenRedisCache

pytestmark = pytest.mark.django_db


class Server:
    """Valkey on a Unix socket of its own, without a file."""

    def __init__(self, folder):
        self.socket = folder / "valkey.sock"
        self.process = None

    @property
    def url(self):
        return f"unix://{self.socket}?db=0"

    def start(self):
        with suppress(FileNotFoundError):
            self.socket.unlink()
        words = [find_valkey(), "--port", "0", "--unixsocket", self.socket, "--save", "", "--daemonize", "no"]
        self.process = subprocess.Popen(
            [str(word) for word in words], stdout=subprocess.DEVNULL, cwd=self.socket.parent
        )
        client = redis.Redis(unix_socket_path=str(self.socket))
        for _attempt in range(100):
            with suppress(redis.RedisError, OSError):
                if client.ping():
                    break
            time.sleep(0.05)
        client.close()

    def kill(self):
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()


@pytest.fixture
def server(tmp_path_factory, monkeypatch):
    if find_valkey() is None:
        pytest.skip("there is no Valkey binary for this machine")
    monkeypatch.setattr(module, "REST", 0.2)
    server = Server(tmp_path_factory.mktemp("v"))
    server.start()
    yield server
    server.process.kill()
    server.process.wait()


@pytest.fixture
def cache(server):
    return FailOpenRedisCache(server.url, {"KEY_PREFIX": "test"})


#: A call that takes longer hangs: no machine is so busy.
HANGS = 20.0


def rows():
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT COUNT(*) FROM {TABLE}")  # noqa: S608 - our own name
        return cursor.fetchone()[0]


def test_it_is_redis_while_redis_answers(cache):
    cache.set("a", {"x": 1})
    cache.set_many({"b": 2, "c": 3})
    assert cache.get("a") == {"x": 1}
    assert cache.get_many(["b", "c", "d"]) == {"b": 2, "c": 3}
    assert cache.incr("b") == 3
    assert (cache.add("b", 9), cache.add("e", 9), cache.has_key("e"), cache.touch("e", 60)) == (False, True, True, True)
    assert cache.delete("e")
    cache.delete_many(["b", "c"])
    assert cache.get("b", "gone") == "gone"
    with pytest.raises(ValueError, match="not found"):
        cache.incr("nothing")
    assert rows() == 0


def test_a_kill_in_the_middle_costs_no_time_and_everything_goes_on_in_the_database(cache, server):
    cache.set("a", 1)
    server.kill()
    started = time.monotonic()
    assert cache.get("a", "gone") == "gone"
    assert cache.add("limit", [1.0], 60)
    assert not cache.add("limit", [2.0], 60)
    cache.set("limit", [2.0, 1.0], 60)
    assert cache.get("limit") == [2.0, 1.0]
    cache.set_many({"b": 2}, None)
    assert cache.incr("b") == 3
    assert cache.get_many(["b", "limit"]) == {"b": 3, "limit": [2.0, 1.0]}
    assert time.monotonic() - started < HANGS
    assert rows() == 2


def test_what_stood_in_is_forgotten_when_redis_is_back(cache, server):
    server.kill()
    cache.set("page", "old")
    server.start()
    time.sleep(0.3)
    assert cache.get("page") is None
    assert rows() == 0
    cache.set("page", "new")
    server.kill()
    assert cache.get("page") is None


def test_a_server_that_hangs_is_waited_for_once_and_briefly(cache, server, monkeypatch):
    monkeypatch.setattr(module, "REST", 60)
    cache.set("a", 1)
    server.process.send_signal(signal.SIGSTOP)
    started = time.monotonic()
    for _time in range(20):
        cache.get("a")
    assert time.monotonic() - started < HANGS
    server.process.send_signal(signal.SIGCONT)


def test_the_log_is_told_once_a_minute_at_most(monkeypatch):
    told = []
    monkeypatch.setattr(module.log, "warning", lambda *_a, **_k: told.append(1))
    breaker = Breaker()
    for _time in range(50):
        breaker.failed(OSError("away"))
    assert len(told) == 1


def test_the_rate_limits_of_signing_in_hold_without_redis(client, settings, server):
    from tests.portal.factories import make_user

    settings.CACHES = {"default": {"BACKEND": "portal.web.cache.FailOpenRedisCache", "LOCATION": server.url}}
    server.kill()
    user = make_user()
    answers = [
        client.post("/accounts/login/", {"login": user.email, "password": "wrong"}).context["form"].errors.as_json()
        for _time in range(6)
    ]
    assert answers[0] == answers[4] != answers[5]
    assert isinstance(caches["default"], FailOpenRedisCache)


def test_without_table_and_redis_the_cache_is_just_empty(cache, server, monkeypatch):
    server.kill()
    monkeypatch.setattr(cache.standby, "_table", "no_such_table")
    assert cache.get("a", "default") == "default"
    cache.set("a", 1)
    assert cache.get_many(["a"]) == {}
    cache.clear()
