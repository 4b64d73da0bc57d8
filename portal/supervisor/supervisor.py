"""The supervisor's loop: start everything, keep it going, stop it in order within eight seconds of being asked.

One thread, so that the kernel's parent-death signal (which follows the thread that forked) means the supervisor itself.
"""

import contextlib
import signal
import subprocess
import time
from collections.abc import Callable, Iterator

from portal.environment import Environment
from portal.supervisor.locks import FileLock, TakenError
from portal.supervisor.parts import Part, child_environment, parts_for
from portal.supervisor.ports import UnusableAddressError, check_address
from portal.supervisor.restarting import Process
from portal.supervisor.rooms import CannotStartError, make_rooms

TURN = 0.1
#: From the signal to the last process's end.
STOP_WITHIN = 7.5
#: How long a Valkey that an earlier, killed supervisor left behind may take to end.
VALKEY_PATIENCE = 5.0
STOP_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class Supervisor:
    """Runs the parts of one environment. `say(line)` prints; `on_open()` is called once the site first answers."""

    def __init__(self, environment: Environment, *, say: Callable[[str], None], on_open: Callable[[], None]) -> None:
        self.environment = environment
        self.say = say
        self.on_open = on_open
        self.processes: list[Process] = []
        self.asked_at: float | None = None
        self.opened = False

    def run(self) -> None:
        """Start the parts and keep them until a signal asks for the end.

        Raises CannotStartError before it starts any.
        """
        try:
            check_address(self.environment.host, self.environment.port)
        except UnusableAddressError as error:
            raise CannotStartError(str(error)) from error
        with self._data_folder() as valkey_lock, self._stop_signals():
            try:
                self._begin(valkey_lock)
                while self.asked_at is None:
                    self._turn()
                    time.sleep(TURN)
            finally:
                self._end()

    def _begin(self, valkey_lock: int | None) -> None:
        changes = {}
        if self.environment.needs_valkey and (reason := self._valkey_fails()):
            self.report("valkey", f"not usable here ({reason}); tasks wait in files instead")
            changes = {"CELERY_BROKER_URL": "filesystem://", "CACHE_URL": "locmem://"}
            changes = {name: url for name, url in changes.items() if name not in self.environment.given}
            valkey_lock = None
        environ = child_environment(self.environment, **changes)
        for part in parts_for(self.environment, valkey_lock=valkey_lock):
            process = self._process(part, environ)
            self.processes.append(process)
            process.start()
            if part.name == "valkey":
                self._wait_for(process, seconds=3.0)

    def _turn(self) -> None:
        for process in self.processes:
            if self.asked_at is not None:
                return
            process.turn()
            if process.part.name == "web" and process.well and not self.opened:
                self.opened = True
                self.on_open()

    def _end(self) -> None:
        """Stop rank by rank: what takes work in first, what keeps it last."""
        began = self.asked_at or time.monotonic()
        self.say("Stopping …")
        for rank in sorted({process.part.rank for process in self.processes}):
            self._stop([process for process in self.processes if process.part.rank == rank], began + STOP_WITHIN)
        for process in self.processes:
            process.send(signal.SIGKILL)
        for process in self.processes:
            if process.child is not None:
                with contextlib.suppress(subprocess.TimeoutExpired):
                    process.child.wait(timeout=0.5)
        self.say(f"Stopped after {time.monotonic() - began:.1f} s.")

    def _stop(self, processes: list[Process], deadline: float) -> None:
        steps = max(len(process.part.stop) for process in processes)
        for step in range(steps):
            wait = 0.0
            for process in processes:
                if step < len(process.part.stop) and not process.ended():
                    number, seconds = process.part.stop[step]
                    process.send(number)
                    wait = max(wait, seconds)
            until = min(time.monotonic() + wait, deadline)
            while time.monotonic() < until and not all(process.ended() for process in processes):
                time.sleep(0.02)
        for process in processes:
            process.send(signal.SIGKILL)

    def _process(self, part: Part, environ: dict[str, str]) -> Process:
        return Process(
            part, folder=self.environment.root, logs=self.environment.logs_dir, environ=environ, report=self.report
        )

    def _wait_for(self, process: Process, *, seconds: float) -> None:
        until = time.monotonic() + seconds
        while self.asked_at is None and time.monotonic() < until and not process.ended() and not process.ask():
            time.sleep(0.02)

    def report(self, name: str, words: str) -> None:
        """One line of health."""
        self.say(f"  {name:<8}{words}")

    def _valkey_fails(self) -> str:
        """Why Valkey's binary cannot run on this machine; empty when it can."""
        try:
            subprocess.run(
                [str(self.environment.valkey_binary), "--version"], check=True, capture_output=True, timeout=5
            )
        except (OSError, subprocess.SubprocessError) as error:
            return str(error)
        return ""

    @contextlib.contextmanager
    def _data_folder(self) -> Iterator[int | None]:
        """Take the data folder for ourselves and make the rooms that the parts expect."""
        environment = self.environment
        try:
            own = FileLock(environment.run_dir / "up.lock")
        except TakenError as error:
            raise CannotStartError(
                f"Another `manage.py up` (process {error}) already uses {environment.data_dir}: "
                "stop it, or give this one its own DATA_DIR."
            ) from error
        except OSError as error:
            raise CannotStartError(
                f"The folder {environment.data_dir} cannot be written ({error.strerror}): choose another with DATA_DIR."
            ) from error
        with contextlib.ExitStack() as held:
            held.callback(own.release)
            make_rooms(environment)
            if not environment.needs_valkey:
                yield None
                return
            try:
                valkey = FileLock(environment.data_dir / "valkey" / "lock", patience=VALKEY_PATIENCE)
            except TakenError as error:
                raise CannotStartError(
                    f"A Valkey left by an earlier run still uses {environment.data_dir}: end it, then start again."
                ) from error
            held.callback(valkey.release)
            yield valkey.fileno()

    @contextlib.contextmanager
    def _stop_signals(self) -> Iterator[None]:
        before = {number: signal.signal(number, self._asked_to_stop) for number in STOP_SIGNALS}
        try:
            yield
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)

    def _asked_to_stop(self, *_: object) -> None:
        if self.asked_at is None:
            self.asked_at = time.monotonic()
