"""The folders that the parts expect to find."""

import os

from portal.environment import Environment


class CannotStartError(Exception):
    """The portal cannot begin here; the message is one sentence that says what to do."""


def make_rooms(environment: Environment) -> None:
    """The folders under DATA_DIR, and a socket's folder that nobody else may enter."""
    for folder in (environment.run_dir, environment.logs_dir, environment.mail_dir, environment.files_dir):
        folder.mkdir(parents=True, exist_ok=True)
    for name in ("valkey", "broker/queue", "broker/control"):
        (environment.data_dir / name).mkdir(parents=True, exist_ok=True)
    private = environment.valkey_socket.parent
    if private == environment.run_dir:
        return
    private.mkdir(mode=0o700, exist_ok=True)
    found = os.lstat(private)
    if private.is_symlink() or not private.is_dir() or found.st_uid != os.getuid() or found.st_mode & 0o077:
        raise CannotStartError(
            f"The folder {private} for Valkey's socket is not ours alone: remove it, or choose a shorter DATA_DIR."
        )
