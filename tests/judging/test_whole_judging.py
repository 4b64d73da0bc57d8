"""A whole judging in small: drawn, assigned, judged over HTTP by several at once, arbitrated, voted on, ranked, verified.

The scene is the one of `python -m tests.load.judging`, which ends with an error when a score is not exact. It runs in a process
of its own, on a database of its own of the kind that the test run has.
"""

import json
import subprocess
import sys

import pytest

from tests.living_site import ROOT, LivingSite, own_database

pytestmark = pytest.mark.processes
ENTRIES, JUDGES, SEATS = 24, 8, 5


def test_every_official_score_is_what_the_judges_sent_and_the_export_proves_it(tmp_path):
    site = LivingSite(tmp_path)
    drop = own_database(site)
    size = ["--entries", str(ENTRIES), "--judges", str(JUDGES), "--at-once", "4"]
    try:
        done = subprocess.run(
            [sys.executable, "-m", "tests.load.judging", *size, "--json"],
            cwd=ROOT,
            env=site.environ,
            capture_output=True,
            text=True,
            timeout=600,
            check=False,
        )
    finally:
        drop()
    assert done.returncode == 0, done.stderr[-4000:]
    found = json.loads(done.stdout.splitlines()[-1])
    assert found["scores compared"] == ENTRIES
    # One third opinion is added; what the judge who dropped out had sealed counts, but for one sheet that was quarantined.
    assert found["sheets that count"] == found["seats"] + 1 == ENTRIES * SEATS + 1
    assert found["seats taken over"] > 2
    assert found["votes"] == 1
    assert found["errors"] == 0
    assert set(found["statuses"]) == {"200", "302"}
    assert found["verified"].startswith("In order:")
    assert found["invariants"].endswith("invariants hold")
