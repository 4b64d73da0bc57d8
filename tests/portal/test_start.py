"""start.py on machines where something is missing: one sentence, exit code 1, nothing half done.

The folder of the portal is a copy with a manage.py that only notes what it is asked, and a lock of one tiny package, so
that the conditions can be made without installing the real ones. `.ci/run` starts the real thing from a fresh clone.
"""

import ast
import base64
import hashlib
import os
import shutil
import socket
import subprocess
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
NOTING_MANAGE = """
import os, sys
with open(os.path.join(os.environ["DATA_DIR"], "asked"), "a") as notes:
    notes.write(" ".join(sys.argv[1:]) + "\\n")
if os.environ.get("FAIL") in sys.argv:
    print("some talk")
    print("CommandError: The disk is tired.", file=sys.stderr)
    sys.exit(1)
"""

Run = Callable[..., subprocess.CompletedProcess[str]]

pytestmark = pytest.mark.processes


def tiny_wheel(folder: Path) -> str:
    """Write a wheel with one empty module; returns its hash."""
    path = folder / "tiny-1.0-py3-none-any.whl"
    content = {
        "tiny.py": b"",
        "tiny-1.0.dist-info/METADATA": b"Metadata-Version: 2.1\nName: tiny\nVersion: 1.0\n",
        "tiny-1.0.dist-info/WHEEL": b"Wheel-Version: 1.0\nGenerator: test\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
    }
    record = "tiny-1.0.dist-info/RECORD"
    lines = []
    with zipfile.ZipFile(path, "w") as wheel:
        for name, data in content.items():
            wheel.writestr(name, data)
            digest = base64.urlsafe_b64encode(hashlib.sha256(data).digest()).rstrip(b"=").decode()
            lines.append(f"{name},sha256={digest},{len(data)}")
        wheel.writestr(record, "\n".join([*lines, f"{record},,\n"]))
    return hashlib.sha256(path.read_bytes()).hexdigest()


@pytest.fixture
def portal(tmp_path: Path) -> Path:
    """A copy of what start.py looks at."""
    folder = tmp_path / "portal copy"
    (folder / "portal" / "supervisor").mkdir(parents=True)
    for name in ("start.py", "portal/environment.py", "portal/supervisor/ports.py"):
        shutil.copy(ROOT / name, folder / name)
    (folder / "manage.py").write_text(NOTING_MANAGE)
    (tmp_path / "wheels").mkdir()
    digest = tiny_wheel(tmp_path / "wheels")
    (folder / "requirements.txt").write_text(f"tiny==1.0 --hash=sha256:{digest}\n")
    return folder


@pytest.fixture
def run(portal: Path, tmp_path: Path) -> Run:
    """Run start.py of the copy, on a machine that reaches no package index."""

    def run_start(*arguments: str, prefix: tuple[str, ...] = (), **variables: str) -> subprocess.CompletedProcess[str]:
        environ = {name: value for name, value in os.environ.items() if not name.startswith("PIP_")}
        for name in ("DATA_DIR", "DJANGO_SETTINGS_MODULE", "CELERY_BROKER_URL", "CACHE_URL", "EMAIL_URL"):
            environ.pop(name, None)
        offline = {"PIP_CONFIG_FILE": "/dev/null", "PIP_NO_INDEX": "1", "PIP_FIND_LINKS": str(tmp_path / "wheels")}
        return subprocess.run(
            [*prefix, sys.executable, str(portal / "start.py"), *arguments],
            env={**environ, **offline, **variables},
            cwd=tmp_path,
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )

    return run_start


def sentence(done: subprocess.CompletedProcess[str]) -> str:
    """The only line on standard error, of a start that failed."""
    assert done.returncode == 1, done.stdout + done.stderr
    assert done.stderr.count("\n") == 1, done.stderr
    assert "Traceback" not in done.stdout + done.stderr
    return done.stderr.strip()


def asked(portal: Path) -> list[str]:
    notes = portal / "var" / "asked"
    return notes.read_text().splitlines() if notes.exists() else []


def test_can_be_read_by_an_old_python() -> None:
    source = (ROOT / "start.py").read_text()
    assert ast.parse(source, feature_version=(3, 6))


def test_names_the_python_it_needs() -> None:
    code = f"import sys; sys.version_info = (3, 9, 2); sys.argv = ['start.py']; exec(open({str(ROOT / 'start.py')!r}).read())"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert sentence(done) == "Python 3.11 or newer is needed, and this is 3.9: start with `python3.11 start.py`."


def test_installs_prepares_and_hands_over_and_is_quick_the_second_time(run: Run, portal: Path) -> None:
    first = run()
    assert first.returncode == 0, first.stderr
    assert {"packages", "python", "ready"} <= {line.split()[0] for line in first.stdout.splitlines() if line.strip()}
    assert (portal / ".venv" / "bin" / "python").exists()
    assert sorted(asked(portal)) == sorted(["prepare", "collectstatic --no-input --verbosity 0", "up"])
    assert asked(portal)[-1] == "up"
    second = run(PIP_FIND_LINKS="/nowhere")
    assert second.returncode == 0, second.stderr
    assert "packages" not in second.stdout


def test_installs_again_when_the_lock_changes(run: Run, portal: Path) -> None:
    assert run("--setup-only").returncode == 0
    lock = portal / "requirements.txt"
    lock.write_text("# another day\n" + lock.read_text())
    assert "packages" in run("--setup-only").stdout


def test_makes_a_broken_environment_anew(run: Run, portal: Path) -> None:
    (portal / ".venv" / "bin").mkdir(parents=True)
    (portal / ".venv" / "bin" / "python").write_text("#!/nowhere/python\n")
    (portal / ".venv" / "bin" / "python").chmod(0o755)
    assert run("--setup-only").returncode == 0
    assert asked(portal)


def test_setup_only_leaves_out_the_demonstration_and_the_site(run: Run, portal: Path) -> None:
    assert run("--setup-only").returncode == 0
    assert sorted(asked(portal)) == ["collectstatic --no-input --verbosity 0", "prepare --no-demo"]


def test_makes_no_demonstration_where_others_can_look(run: Run, portal: Path) -> None:
    done = run(HOST="0.0.0.0")  # noqa: S104 - nothing is bound
    assert "prepare --no-demo" in asked(portal)
    assert "left out: 0.0.0.0 can be reached from other machines" in done.stdout


def test_notices_a_taken_port_before_anything_else(run: Run, portal: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        assert sentence(run(PORT=str(port))).startswith(f"Port {port} on 127.0.0.1 is taken: ")
    assert not (portal / ".venv").exists()


@pytest.mark.parametrize(("name", "value"), [("PORT", "eighty"), ("DATABASE_URL", "oracle://x"), ("HOST", "a b")])
def test_names_a_variable_that_it_cannot_use(run: Run, name: str, value: str) -> None:
    assert sentence(run(**{name: value})).startswith(f"{name} must ")


def test_names_the_package_that_brings_venv(run: Run, tmp_path: Path, portal: Path) -> None:
    (tmp_path / "debian").mkdir()
    (tmp_path / "debian" / "sitecustomize.py").write_text("import sys; sys.modules['ensurepip'] = None\n")
    said = sentence(run(PYTHONPATH=str(tmp_path / "debian")))
    assert f"install python3.{sys.version_info[1]}-venv" in said
    assert not (portal / ".venv").exists()


def without_superpowers() -> tuple[str, ...]:
    """What makes permissions hold for root too."""
    if os.geteuid() != 0:
        return ()
    if shutil.which("setpriv") is None:
        pytest.skip("root ignores permissions, and setpriv (util-linux) is not here to change that")
    return ("setpriv", "--bounding-set", "-dac_override")


def test_says_that_its_folder_is_read_only(run: Run, portal: Path) -> None:
    portal.chmod(0o555)
    said = sentence(run(prefix=without_superpowers()))
    portal.chmod(0o755)
    assert said.startswith(f"The folder {portal} cannot be written (Permission denied): ")


def test_says_that_the_data_folder_is_read_only(run: Run, tmp_path: Path) -> None:
    (tmp_path / "data").mkdir(mode=0o555)
    said = sentence(run(prefix=without_superpowers(), DATA_DIR=str(tmp_path / "data")))
    assert said.endswith("choose another with DATA_DIR.")


def test_says_that_the_network_is_missing(run: Run, portal: Path) -> None:
    done = run(PIP_NO_INDEX="0", PIP_INDEX_URL="http://127.0.0.1:9/simple", PIP_FIND_LINKS="")
    assert sentence(done).startswith("The packages could not be downloaded: check the network")
    assert not asked(portal)


def test_refuses_a_package_that_is_not_the_locked_one(run: Run, portal: Path) -> None:
    (portal / "requirements.txt").write_text(f"tiny==1.0 --hash=sha256:{'0' * 64}\n")
    assert "is not the one that was locked" in sentence(run())
    assert not asked(portal)


def test_passes_on_the_sentence_of_a_step_that_failed(run: Run) -> None:
    said = sentence(run(FAIL="prepare"))
    assert said.startswith("The disk is tired (details: ")


def test_refuses_words_it_does_not_know(run: Run) -> None:
    done = run("tset")
    assert done.returncode == 2
    assert "usage: start.py" in done.stderr
