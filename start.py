#!/usr/bin/env python3
"""From nothing but Python to a running portal.

    python3 start.py                 everything, then the site until Ctrl-C
    python3 start.py --setup-only    everything but the demonstration and the site
    python3 start.py test [...]      the whole test suite; what follows goes to pytest

Standard library only. Makes .venv, installs the locked packages (checked by hash), prepares the database and the static
files, and hands over to `manage.py up`. Every step can be repeated; what is done already takes no time.
"""

# The first lines must be readable by any Python 3, so that an old one gets a sentence and not a syntax error.
import sys

if sys.version_info < (3, 11):  # noqa: UP036
    found = "%d.%d" % sys.version_info[:2]  # noqa: UP031
    sys.exit("Python 3.11 or newer is needed, and this is " + found + ": start with `python3.11 start.py`.")

import argparse
import contextlib
import hashlib
import importlib.util
import os
import subprocess
import tempfile
import time
import types
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parent
VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"
#: What pip says when it reaches nobody.
OFFLINE = (
    "ConnectionError",
    "NewConnectionError",
    "ProxyError",
    "Timeout",
    "name resolution",
    "Network is unreachable",
)


class CannotStart(Exception):
    """The one sentence that the person at the terminal needs."""


def main(arguments: list[str]) -> int:
    """Do what the command line asks; the exit code is 1 when a sentence had to be said."""
    parser = argparse.ArgumentParser(
        prog="start.py", description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("verb", nargs="?", choices=["test"], help=argparse.SUPPRESS)
    parser.add_argument("--setup-only", action="store_true", help=argparse.SUPPRESS)
    if arguments[:1] == ["test"]:
        wanted, for_pytest = parser.parse_args(["test"]), arguments[1:]
    else:
        wanted, for_pytest = parser.parse_args(arguments), []
    try:
        with only_start():
            if wanted.verb == "test":
                return test(for_pytest)
            return start(setup_only=wanted.setup_only)
    except CannotStart as sentence:
        print(sentence, file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("\nStopped; `python3 start.py` goes on where it was.", file=sys.stderr)
        return 130


def start(*, setup_only: bool) -> int:  # noqa: RET503 - execve does not return
    """Prepare everything and, unless only that was asked, become `manage.py up`."""
    began = time.monotonic()
    check_code_folder()
    environment = read_environment()
    if not setup_only:
        check_address(environment)
    environ = child_environ(environment.data_dir)
    install("requirements.txt", log=environment.logs_dir)
    demo = not setup_only and environment.is_loopback
    run_together(
        Step("", ["prepare", *([] if demo else ["--no-demo"])], environ, environment.logs_dir),
        Step("static files", ["collectstatic", "--no-input", "--verbosity", "0"], environ, environment.logs_dir),
    )
    if setup_only:
        return 0
    if not demo:
        say("demonstration", f"left out: {environment.host} can be reached from other machines")
    say("ready", f"after {time.monotonic() - began:.1f} s\n")
    os.chdir(ROOT)
    os.execve(PYTHON, [str(PYTHON), "manage.py", "up"], environ)  # noqa: S606 - becomes it, so that signals reach it


def test(for_pytest: list[str]) -> int:
    """Install what the tests need and run them, each on its own data folder."""
    check_code_folder()
    with tempfile.TemporaryDirectory(prefix="chengshu-test-") as folder:
        environ = child_environ(Path(folder))
        for name in ("HOST", "PORT", "SECRET_KEY", "ALLOWED_HOSTS", "CSRF_TRUSTED_ORIGINS", "STORAGE_URL", "EMAIL_URL"):
            environ.pop(name, None)  # what an installation is set to; databases and brokers may be chosen for the tests
        install("requirements-test.txt", log=Path(folder))
        run_together(Step("words", ["catalogues", "compile"], environ, Path(folder)))
        workers = str((os.cpu_count() or 1) + 2)  # two of them mostly wait for a browser or for processes
        return subprocess.run(
            [PYTHON, "-m", "pytest", "-n", workers, "--dist", "worksteal", *for_pytest], cwd=ROOT, env=environ
        ).returncode


# ── what must be in order first ──────────────────────────────────────────────────────────────────────────────────────
def check_code_folder() -> None:
    """Raise CannotStart when .venv is still to be made and cannot be."""
    try:
        if not PYTHON.exists():
            check_writable(ROOT)
    except OSError as error:
        raise CannotStart(
            f"The folder {ROOT} cannot be written ({error.strerror}): copy the portal to one that can, then start there."
        ) from error


def check_writable(folder: Path) -> None:
    """Raise OSError when nothing can be written into `folder`."""
    with tempfile.TemporaryFile(dir=folder):
        pass


def read_environment() -> types.SimpleNamespace:
    """The environment as the portal itself reads it, with a data folder that can be written."""
    module = load("portal/environment.py")
    try:
        environment = module.Environment.read(os.environ, ROOT)
    except module.MisconfiguredError as error:
        raise CannotStart(str(error)) from error
    try:
        environment.logs_dir.mkdir(parents=True, exist_ok=True)
        check_writable(environment.logs_dir)
    except OSError as error:
        raise CannotStart(
            f"The folder {environment.data_dir} cannot be written ({error.strerror}): choose another with DATA_DIR."
        ) from error
    return environment


def child_environ(data_dir: Path, **changes: str) -> dict[str, str]:
    """The variables for our children: ours, with the data folder spelled out and nothing of another Python.

    Bytecode is kept whatever we were told: without it every process compiles some two thousand modules anew when it starts.
    """
    dropped = {"PYTHONHOME", "PYTHONPATH", "DJANGO_SETTINGS_MODULE", "__PYVENV_LAUNCHER__", "PYTHONDONTWRITEBYTECODE"}
    kept = {name: value for name, value in os.environ.items() if name not in dropped}
    return {**kept, "DATA_DIR": str(data_dir), **changes}


def check_address(environment: types.SimpleNamespace) -> None:
    """Find out about a taken port now, not after the installation."""
    module = load("portal/supervisor/ports.py")
    try:
        module.check_address(environment.host, environment.port)
    except module.UnusableAddressError as error:
        raise CannotStart(str(error)) from error


def load(path: str) -> types.ModuleType:
    """One module of the portal that needs nothing installed; importing its package would."""
    name = "start_" + Path(path).stem
    spec = importlib.util.spec_from_file_location(name, ROOT / path)
    module = sys.modules[name] = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@contextlib.contextmanager
def only_start() -> Iterator[None]:
    """Let one start at a time work in this folder; the lock goes with the process and is not inherited."""
    import fcntl

    with Path(__file__).open("rb") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            say("waiting", "another start works in this folder")
            fcntl.flock(lock, fcntl.LOCK_EX)
        yield


# ── packages ─────────────────────────────────────────────────────────────────────────────────────────────────────────
def install(lock: str, *, log: Path) -> None:
    """Make .venv hold what `lock` lists; a stamp of the lock and of Python says when that is so."""
    wanted = hashlib.sha256((ROOT / lock).read_bytes()).hexdigest() + f" {sys.version_info[0]}.{sys.version_info[1]}\n"
    stamp = VENV / f".installed-{lock}"
    if PYTHON.exists() and stamp.is_file() and stamp.read_text() == wanted:
        return
    make_venv()
    began = time.monotonic()
    say("packages", "installing …", passing=True)
    options = ["--require-hashes", "--no-deps", "--only-binary", ":all:", "--no-compile"]
    quiet = ["--quiet", "--no-input", "--disable-pip-version-check", "--retries", "2", "--timeout", "20"]
    command = [PYTHON, "-m", "pip", "install", *options, *quiet, "--requirement", str(ROOT / lock)]
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, cwd=ROOT)
    (log / "install.log").write_text(done.stdout, encoding="utf-8")
    if done.returncode:
        raise CannotStart(why_not_installed(done.stdout, log / "install.log"))
    stamp.write_text(wanted)
    say("packages", f"{time.monotonic() - began:.1f} s")


def make_venv() -> None:
    """A virtual environment of this Python, kept when there is one already."""
    same_python = f"import pip, sys; sys.exit(sys.version_info[:2] != {sys.version_info[:2]!r})"
    if PYTHON.exists() and answers(PYTHON, same_python):
        return
    if not all(importlib.util.find_spec(name) for name in ("venv", "ensurepip")):
        package = f"python{sys.version_info[0]}.{sys.version_info[1]}-venv"
        raise CannotStart(
            f"This Python cannot make virtual environments: install {package} (on Debian: apt install {package}), "
            "then start again."
        )
    began = time.monotonic()
    say("python", "making .venv …", passing=True)
    done = subprocess.run([sys.executable, "-m", "venv", "--clear", str(VENV)], capture_output=True, text=True)
    if done.returncode:
        raise CannotStart(f"The folder .venv could not be made: {last_line(done.stderr or done.stdout)}")
    say("python", f".venv made, {time.monotonic() - began:.1f} s")


def why_not_installed(output: str, log: Path) -> str:
    """One sentence for what pip had to say in many."""
    if "THESE PACKAGES DO NOT MATCH THE HASHES" in output:
        return (
            f"A downloaded package is not the one that was locked, so nothing was installed; the details are in {log}."
        )
    if "No space left" in output:
        return "The disk is full: make room, then start again."
    if any(sign in output for sign in OFFLINE):
        return (
            "The packages could not be downloaded: check the network, or name a mirror with PIP_INDEX_URL, then start "
            f"again (details: {log})."
        )
    return f"The packages could not be installed: {last_line(output)} (details: {log})"


def answers(python: Path, code: str) -> bool:
    """True when the interpreter runs `code` and ends well."""
    try:
        return subprocess.run([python, "-c", code], capture_output=True).returncode == 0
    except OSError:
        return False


# ── steps ────────────────────────────────────────────────────────────────────────────────────────────────────────────
class Step:
    """One command of manage.py, run beside others. With a title it gets its line here; without, it writes its own."""

    def __init__(self, title: str, command: list[str], environ: dict[str, str], logs: Path) -> None:
        self.title = title
        self.command = command[0]
        self.began = time.monotonic()
        self.log = logs / "start.log"
        self.output = tempfile.TemporaryFile()  # noqa: SIM115 - lives as long as the step
        self.child = subprocess.Popen(
            [PYTHON, str(ROOT / "manage.py"), *command],
            cwd=ROOT,
            env=environ,
            stdin=subprocess.DEVNULL,
            stdout=self.output if title else None,
            stderr=self.output,
        )

    def finish(self) -> None:
        """Report the end; raise CannotStart when it was not a good one."""
        self.output.seek(0)
        text = self.output.read().decode("utf-8", "replace")
        with self.log.open("a", encoding="utf-8") as log:
            log.write(f"── {self.command}\n{text}")
        if self.child.returncode:
            sentence = last_line(text).removeprefix("CommandError: ").removesuffix(".")
            unexpected = f"`manage.py {self.command}` ended in an error nobody foresaw: " if "Traceback" in text else ""
            raise CannotStart(f"{unexpected}{sentence} (details: {self.log}).")
        if self.title:
            say(self.title, f"{time.monotonic() - self.began:.1f} s")


def run_together(*steps: Step) -> None:
    """Wait for steps that do not depend on each other; when one fails the others are ended too."""
    waiting = list(steps)
    try:
        while waiting:
            ended = [step for step in waiting if step.child.poll() is not None]
            for step in ended:
                waiting.remove(step)
                step.finish()
            if not ended:
                time.sleep(0.02)
    finally:
        for step in waiting:
            step.child.terminate()
            step.child.wait()


def say(title: str, words: str, *, passing: bool = False) -> None:
    """One calm line; a passing one is overwritten by the next, and only shown to people."""
    if sys.stdout.isatty():
        print(f"\r\033[K  {title:<18}{words}", end="" if passing else "\n", flush=True)
    elif not passing:
        print(f"  {title:<18}{words}", flush=True)


def last_line(text: str) -> str:
    """The last line that says something."""
    lines = [line.strip() for line in text.splitlines() if line.strip() and "[notice]" not in line]
    return lines[-1] if lines else "no reason was given"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
