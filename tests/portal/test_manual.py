"""README and manual are true: the variables, commands, modules and files that they name exist, and none is left out."""

import importlib.util
import re
from pathlib import Path

import pytest
from django.core.management import get_commands

from portal.environment import VARIABLES

ROOT = Path(__file__).resolve().parents[2]
MANUAL = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]


def test_the_table_names_every_variable_that_is_read_and_no_other() -> None:
    rows = re.findall(r"^\| (`[A-Z_]+`(?:, `[A-Z_]+`)*) \|", (ROOT / "README.md").read_text(), re.MULTILINE)
    named = [name for row in rows for name in re.findall(r"`([A-Z_]+)`", row)]
    settings = (ROOT / "portal" / "settings.py").read_text()
    read = [*VARIABLES, *re.findall(r"os\.environ(?:\.get\(|\[)\"([A-Z_]+)\"", settings)]
    assert sorted(named) == sorted(read)


@pytest.mark.parametrize("path", MANUAL, ids=lambda path: path.name)
def test_every_command_exists(path: Path) -> None:
    named = set(re.findall(r"manage\.py[ \n]([a-z_]+)", path.read_text()))
    assert named <= set(get_commands()), named - set(get_commands())


@pytest.mark.parametrize("path", MANUAL, ids=lambda path: path.name)
def test_every_module_that_is_run_exists(path: Path) -> None:
    for name in set(re.findall(r"python -m ((?:portal|competition|submissions|judging)[\w.]*)", path.read_text())):
        assert importlib.util.find_spec(name), name


@pytest.mark.parametrize("path", MANUAL, ids=lambda path: path.name)
def test_every_link_leads_somewhere(path: Path) -> None:
    for target in re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", path.read_text()):
        assert (path.parent / target).exists(), target
