"""Which code is domain code, and how many of its branches the suite took:

    python -m tests.domain coverage.json

reads what `coverage json` wrote, prints a line for each app, and ends with 1 below LEAST per cent. All code of the four
apps is domain code but what ELSEWHERE names, so that a new file counts unless somebody says why it should not.
"""

import json
import sys
from collections import Counter
from fnmatch import fnmatch
from pathlib import Path

APPS = ("portal", "competition", "submissions", "judging")
LEAST = 95.0
ELSEWHERE = {
    "pages, which ask the domain and draw its answer": (
        "*/views.py",
        "*/views/*",
        "*/urls.py",
        "*/templatetags/*",
        "*/icons.py",
        "portal/web/*",
        "portal/album/*",
    ),
    "the administration, which does so in Django's own pages": ("*/admin.py", "*/admin/*"),
    "commands, processes and settings, which are tried by running them": (
        "*/apps.py",
        "*/management/*",
        "portal/catalogues/*",
        "portal/supervisor/*",
        "portal/*celery.py",
        "portal/*sgi.py",
        "portal/settings.py",
    ),
    "scripts that go out with an export, which tests run alone as an outsider does": ("portal/journal/verify*.py",),
    "content for the demonstration and for the style page": (
        "*/demo.py",
        "*/demo/*",
        "*/demo_content.py",
        "*/samples.py",
    ),
}


def is_domain(path: str) -> bool:
    """Does a rule of the contest live in this file?"""
    return not any(fnmatch(path, pattern) for patterns in ELSEWHERE.values() for pattern in patterns)


def share(taken: int, there: int) -> float:
    """Per cent; all of nothing is everything."""
    return 100 * taken / there if there else 100.0


def main(report: str) -> int:
    """Print the figures of a coverage report; 1 where the domain has too few."""
    taken, there = Counter[str](), Counter[str]()
    for path, found in json.loads(Path(report).read_text())["files"].items():
        summary = found["summary"]
        if is_domain(path) and summary["num_branches"]:
            for name in (path.partition("/")[0], "domain"):
                taken[name] += summary["covered_branches"]
                there[name] += summary["num_branches"]
    for name in (*APPS, "domain"):
        print(f"{name:<12} {taken[name]:>5} of {there[name]:>5} branches  {share(taken[name], there[name]):6.2f} %")
    return int(share(taken["domain"], there["domain"]) < LEAST)


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
