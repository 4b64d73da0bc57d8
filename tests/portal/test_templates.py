"""Every template of the repository loads, and none carries script, style or handlers of its own."""

import re
from pathlib import Path

import pytest
from django.conf import settings
from django.template.loader import get_template

TEMPLATES = settings.BASE_DIR / "templates"
PATHS = sorted(TEMPLATES.rglob("*.html"))
INLINE = {
    "script": re.compile(r"<script(?![^>]*\bsrc=)[^>]*>", re.IGNORECASE),
    "style element": re.compile(r"<style\b", re.IGNORECASE),
    "style attribute": re.compile(r"\sstyle\s*=\s*[\"']", re.IGNORECASE),
    "handler": re.compile(r"\son[a-z]+\s*=\s*[\"']", re.IGNORECASE),
    "javascript address": re.compile(r"javascript:", re.IGNORECASE),
    "unescaped": re.compile(r"\|\s*safe\b|\bautoescape\s+off\b"),
    "from elsewhere": re.compile(r"(?:src|href)\s*=\s*[\"'](?:https?:)?//", re.IGNORECASE),
}


def name_of(path: Path) -> str:
    return path.relative_to(TEMPLATES).as_posix()


@pytest.mark.parametrize("path", PATHS, ids=name_of)
def test_every_template_loads(path: Path):
    assert get_template(name_of(path)).template.nodelist is not None


@pytest.mark.parametrize("path", PATHS, ids=name_of)
def test_no_template_carries_script_style_or_handlers_of_its_own(path: Path):
    source = path.read_text(encoding="utf-8")
    assert [kind for kind, pattern in INLINE.items() if pattern.search(source)] == []
