"""What a process that serves pages does not load before somebody needs it."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]

#: Everything that the web imports: the application, every view behind an address, the administration.
SERVE = """
import json, sys
from portal.wsgi import application
from django.urls import reverse
reverse("home")
print(json.dumps(sorted(name for name, module in sys.modules.items() if type(module).__name__ != "Later")))
"""

#: Two threads at once look at a library that nobody has loaded yet; both must find it whole.
TWO_AT_ONCE = """
import threading
import portal
import numpy
assert type(numpy).__name__ == "Later"
found, barrier = [], threading.Barrier(8)
def look():
    barrier.wait()
    found.append(numpy.array([1, 2]).sum())
threads = [threading.Thread(target=look) for _ in range(8)]
[thread.start() for thread in threads]
[thread.join() for thread in threads]
import sys
assert found == [3] * 8, found
assert type(sys.modules["numpy"]).__name__ == "module"
import numpy.typing
"""

HEAVY = (
    "numpy", "highspy", "typst", "openpyxl", "lxml", "PIL", "cryptography", "fido2", "pyhanko", "pypdfium2", "zxingcpp",
    "pypinyin", "polib", "boto3", "markdown_it",
)  # fmt: skip


def run(script: str, data_dir: Path) -> str:
    environ = {name: value for name, value in os.environ.items() if not name.endswith("_URL")}
    environ |= {"DATA_DIR": str(data_dir), "DJANGO_SETTINGS_MODULE": "portal.settings"}
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", script],
        cwd=ROOT,
        env=environ,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def loaded(tmp_path_factory) -> set[str]:
    """Names of modules of a process that is ready to serve every page."""
    return set(json.loads(run(SERVE, tmp_path_factory.mktemp("data"))))


@pytest.mark.parametrize("library", HEAVY)
def test_a_process_that_serves_pages_does_not_load(library, loaded):
    assert "judging.views.statistics" in loaded, "every view is loaded"
    assert library not in loaded


def test_asking_whether_migrations_wait_loads_none_of_them(tmp_path):
    script = SERVE.replace(
        "print(",
        "from portal.web.health import _migrations\nassert ('judging', '0001_initial') in _migrations()\nprint(",
    )
    assert not [name for name in json.loads(run(script, tmp_path)) if ".migrations.0" in name]


def test_a_library_that_comes_later_is_whole_for_every_thread(tmp_path):
    run(TWO_AT_ONCE, tmp_path)
