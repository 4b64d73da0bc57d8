"""Asking a part whether it is well. Every probe answers soon, or raises NotWellError with a short reason."""

import http.client
import json
import socket

from portal.environment import ANY_HOST, Environment
from portal.supervisor import pulse

PATIENCE = 0.8
#: /healthz itself waits for a broker that is stuck.
WEB_PATIENCE = 1.5


class NotWellError(Exception):
    """The part does not answer, or answers that something is wrong; the message says what, in a few words."""


def valkey(environment: Environment) -> str:
    """Ask Valkey for a PONG over its socket."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as connection:
        connection.settimeout(PATIENCE)
        try:
            connection.connect(str(environment.valkey_socket))
            connection.sendall(b"PING\r\n")
            answer = connection.recv(64)
        except OSError as error:
            raise NotWellError(error.strerror or "no answer") from error
    if not answer.startswith(b"+PONG"):
        # While it reads its file after a start it answers -LOADING.
        raise NotWellError(answer.decode("ascii", "replace").strip() or "no answer")
    return str(environment.valkey_socket)


def web(environment: Environment) -> str:
    """Ask the site for its own account of itself (GET /healthz)."""
    host = ANY_HOST.get(environment.host, environment.host)
    connection = http.client.HTTPConnection(host, environment.port, timeout=WEB_PATIENCE)
    try:
        connection.request("GET", "/healthz", headers={"Host": _host_header(environment), "X-Forwarded-Proto": "https"})
        response = connection.getresponse()
        body = response.read(100_000)
    except (OSError, http.client.HTTPException) as error:
        raise NotWellError(getattr(error, "strerror", None) or "no answer") from error
    finally:
        connection.close()
    if response.status != http.HTTPStatus.OK:
        raise NotWellError(_complaint(response.status, body))
    return f"{environment.site_url}/"


def worker(environment: Environment) -> str:
    """Look at the worker's pulse."""
    return _pulse(environment, "worker")


def beat(environment: Environment) -> str:
    """Look at beat's pulse."""
    return _pulse(environment, "beat")


def _pulse(environment: Environment, name: str) -> str:
    age = pulse.seconds_since(environment.run_dir, name)
    if age is None:
        raise NotWellError("no pulse yet")
    if age > pulse.FRESH:
        raise NotWellError(f"no pulse for {age:.0f} s")
    return ""


def _host_header(environment: Environment) -> str:
    """A name that ALLOWED_HOSTS lets through."""
    name = environment.allowed_hosts[0]
    return "localhost" if name == "*" else name.removeprefix(".")


def _complaint(status: int, body: bytes) -> str:
    """The names of the parts that /healthz calls unwell, else the status."""
    try:
        parts = json.loads(body)["parts"]
        unwell = [name for name, part in parts.items() if not part["ok"]]
    except (ValueError, KeyError, TypeError, AttributeError):
        unwell = []
    return f"not in order: {', '.join(unwell)}" if unwell else f"answers with status {status}"
