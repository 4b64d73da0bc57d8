"""The web part: granian serving the WSGI application with the options that `up` and the containers share.

Run as `python -m portal.supervisor.web`; host and port come from the environment. Also the module that granian's worker
process imports: `application` is loaded there, after the process has tied itself to granian's main process.
"""

import multiprocessing
import os
import socket
import sys
from pathlib import Path
from typing import Any

from granian.constants import Interfaces
from granian.log import LOGGING_CONFIG
from granian.server import MPServer

from portal.environment import WEB_THREADS, Environment
from portal.supervisor.lifeline import die_with_parent

#: Requests still running after this many seconds of shutdown are cut off.
PATIENCE = 2


def load() -> Any:
    """The application, in the process that will serve it."""
    main_process = multiprocessing.parent_process()
    if main_process is not None and main_process.pid is not None:
        die_with_parent(main_process.pid)
    from portal.wsgi import application

    return application


def server_for(environment: Environment) -> MPServer:
    """Granian, bound to the host and port of `environment`, writing its log to standard error."""
    _, _, _, _, address = socket.getaddrinfo(environment.host, environment.port, type=socket.SOCK_STREAM)[0]
    log: dict[str, Any] = {**LOGGING_CONFIG}
    # What the web prints on standard output is for the person at the terminal: sign-in codes, not the server's log.
    log["handlers"] = {name: {**handler, "stream": "ext://sys.stderr"} for name, handler in log["handlers"].items()}
    return MPServer(
        "portal.supervisor.web:load",
        factory=True,
        address=str(address[0]),
        port=environment.port,
        interface=Interfaces.WSGI,
        blocking_threads=WEB_THREADS,
        workers_kill_timeout=PATIENCE,
        log_dictconfig=log,
        websockets=False,
    )


if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).resolve().parents[2]))
    server_for(Environment.read(os.environ, Path(__file__).resolve().parents[2])).serve()
