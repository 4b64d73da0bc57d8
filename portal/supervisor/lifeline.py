"""Dying with the parent, so that `kill -9` of the supervisor leaves nothing behind.

Linux only (PR_SET_PDEATHSIG). Elsewhere the calls do nothing: the parts are stopped on every ordinary end, and after a
hard kill the next `up` refuses while the old Valkey holds its lock.
"""

import ctypes
import os
import signal
import sys

PR_SET_PDEATHSIG = 1

# Loaded at import: between fork and exec nothing may be loaded any more.
_libc = ctypes.CDLL(None, use_errno=True) if sys.platform == "linux" else None


def die_with_parent(parent: int, number: int = signal.SIGKILL) -> None:
    """Ask the kernel to send us signal `number` when `parent`, who has just started us, ends.

    If the parent is already gone, leave at once: the kernel only reports deaths that are still to come.
    """
    if _libc is None:
        return
    _libc.prctl(PR_SET_PDEATHSIG, int(number), 0, 0, 0)
    if os.getppid() != parent:
        os._exit(1)
