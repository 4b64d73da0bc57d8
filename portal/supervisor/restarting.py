"""One part as it runs: started, asked, restarted with growing pauses, stopped."""

import contextlib
import functools
import os
import signal
import subprocess
import time
from collections.abc import Callable
from pathlib import Path
from typing import IO

from portal.supervisor.lifeline import die_with_parent
from portal.supervisor.parts import Part
from portal.supervisor.probes import NotWellError

#: Pauses before the first, second, … restart; the last one repeats.
PAUSES = (0.2, 1.0, 2.0, 5.0, 10.0)
#: A part that lived this long has earned the short pause again.
SETTLED = 30.0
#: Seconds between two questions to a part that is not yet well, and to one that is.
EAGER, CALM = 0.25, 5.0
#: A part that needs longer than this to start is reported as not answering.
STARTUP = 60.0
LARGEST_LOG = 20 * 1024 * 1024


class Process:
    """A part and its current process. `report(part name, words)` is called once per change of health."""

    def __init__(
        self, part: Part, *, folder: Path, logs: Path, environ: dict[str, str], report: Callable[[str, str], None]
    ) -> None:
        self.part = part
        self.folder = folder
        self.log_path = logs / f"{part.name}.log"
        self.environ = environ
        self.report = report
        self.child: subprocess.Popen[bytes] | None = None
        self.deaths = 0
        self.started_at = 0.0
        self.next_start_at = 0.0
        self.next_probe_at = 0.0
        self.well: bool | None = None

    def start(self) -> None:
        """Start the program in a group of its own."""
        for path in self.part.stale:
            path.unlink(missing_ok=True)
        tie = functools.partial(die_with_parent, os.getpid(), self.part.orphan_signal)
        with self._open_log() as log:
            # Forks from the only thread there is, so running Python before exec is safe here.
            self.child = subprocess.Popen(
                self.part.command,
                cwd=self.folder,
                env=self.environ,
                stdin=subprocess.DEVNULL,
                stdout=None if self.part.speaks else log,
                stderr=log,
                start_new_session=True,
                pass_fds=self.part.inherited,
                preexec_fn=tie,
            )
        self.started_at = time.monotonic()
        self.next_probe_at = self.started_at
        self.well = None

    def turn(self) -> None:
        """One look: notice a death, restart when its time has come, ask a running part how it is."""
        now = time.monotonic()
        if self.child is None:
            if now >= self.next_start_at:
                self.start()
        elif (code := self.child.poll()) is not None:
            self._bury(code, now)
        elif now >= self.next_probe_at:
            self.ask()

    def ask(self) -> bool:
        """Probe the part and report a change."""
        now = time.monotonic()
        try:
            detail, well = self.part.probe(), True
        except NotWellError as reason:
            detail, well = str(reason), False
        if well != self.well and (well or self.well or now - self.started_at > STARTUP):
            age = f"{now - self.started_at:.1f} s"
            words = f"well         {detail or f'after {age}'}" if well else f"not answering  {detail}"
            self.report(self.part.name, words)
            self.well = well
        self.next_probe_at = time.monotonic() + (CALM if self.well else EAGER)
        return well

    def send(self, number: signal.Signals) -> None:
        """Send a signal to the part's leading process; SIGKILL goes to its whole group."""
        if self.child is None:
            return
        with contextlib.suppress(ProcessLookupError, PermissionError):
            if number == signal.SIGKILL:
                os.killpg(self.child.pid, number)
            else:
                os.kill(self.child.pid, number)

    def ended(self) -> bool:
        """True once nothing is left to wait for."""
        return self.child is None or self.child.poll() is not None

    def _bury(self, code: int, now: float) -> None:
        self.send(signal.SIGKILL)  # what the leader may have left of its group
        self.deaths = 0 if now - self.started_at > SETTLED else self.deaths + 1
        pause = PAUSES[min(max(self.deaths - 1, 0), len(PAUSES) - 1)]
        cause = f"killed by {signal.Signals(-code).name}" if code < 0 else f"ended with code {code}"
        self.report(self.part.name, f"{cause}; starting again in {pause:g} s; its log: {self.log_path}")
        self.child = None
        self.next_start_at = now + pause

    def _open_log(self) -> IO[bytes]:
        self.log_path.parent.mkdir(parents=True, exist_ok=True)
        with contextlib.suppress(FileNotFoundError):
            if self.log_path.stat().st_size > LARGEST_LOG:
                self.log_path.replace(self.log_path.with_suffix(".log.1"))
        return self.log_path.open("ab")
