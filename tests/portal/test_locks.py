"""The two locks: what the portal needs is what its tests run with, and both are installed by their hashes alone."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
LOCKS = ("requirements.txt", "requirements-test.txt")


def pinned(lock: str) -> set[str]:
    return set(re.findall(r"^([\w.\-]+==[^ ;\\]+)", (ROOT / lock).read_text(), re.MULTILINE))


def asked_for(lock: str) -> set[str]:
    """The names in the list from which the lock was written."""
    lines = (ROOT / lock.replace(".txt", ".in")).read_text().splitlines()
    return {re.split(r"[\[<>=]", line)[0].strip().lower() for line in lines if line and line[0] not in "#-"}


def test_the_tests_run_with_every_package_of_the_portal_in_the_same_version() -> None:
    assert pinned("requirements.txt") - pinned("requirements-test.txt") == set()


@pytest.mark.parametrize("lock", LOCKS)
def test_a_lock_holds_what_its_list_asks_for_and_no_address(lock: str) -> None:
    assert asked_for(lock) - {package.partition("==")[0] for package in pinned(lock)} == set()
    assert "://" not in (ROOT / lock).read_text()
