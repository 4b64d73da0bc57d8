"""Whether the site can be bound where the environment says, found out before anything is started.

Granian shares its port (SO_REUSEPORT) among its own processes, so a second copy would silently take half of the
requests; binding here without that option is what notices the first.
"""

import errno
import socket


class UnusableAddressError(Exception):
    """Host and port cannot be bound; the message is one sentence that says what to do."""


def check_address(host: str, port: int) -> None:
    """Raise UnusableAddressError when nothing could be served at `host` and `port`."""
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
    except socket.gaierror as error:
        raise UnusableAddressError(f"HOST={host} is not an address of this machine: try HOST=127.0.0.1.") from error
    with socket.socket(family, kind, protocol) as attempt:
        # Connections of a copy that has just ended may linger; only somebody who listens is in the way.
        attempt.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            attempt.bind(address)
        except OSError as error:
            raise UnusableAddressError(_sentence(host, port, error)) from error


def _sentence(host: str, port: int, error: OSError) -> str:
    if error.errno == errno.EADDRINUSE:
        other = port + 1 if port < 65535 else 8000
        return f"Port {port} on {host} is taken: stop what uses it, or choose another, for example PORT={other}."
    if error.errno == errno.EACCES:
        return f"Port {port} needs a privileged user: choose one above 1023, for example PORT=8000."
    return f"HOST={host} is not an address of this machine ({error.strerror}): try HOST=127.0.0.1."
