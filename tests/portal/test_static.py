"""Style sheets and scripts: ours, small, from nowhere else; Bootstrap exactly as its makers published it."""

import hashlib
import re
from pathlib import Path

import pytest
from bootstrap_wrapper import get_bootstrap_css_dir
from django.conf import settings
from django.contrib.staticfiles import finders

STATIC = settings.BASE_DIR / "static"
SHEETS = sorted(STATIC.rglob("*.css"))
SCRIPTS = sorted(path for path in STATIC.rglob("*.js") if "vendor" not in path.parts)
TOKENS = (STATIC / "portal/css/tokens.css").read_text(encoding="utf-8")
BOOTSTRAP_5_3_8 = "d85327d99c7a3ee1f9b5d0500d1370acea3ad2db39c163c2f51f232baedbdede"
TUS_4_3_1 = "8cbb1b63fccc3bba0ae73ad1deb160ce046c3750851d0c3e94921ae3ef070eb8"
ELSEWHERE = re.compile(r"(?:@import|url\()\s*[\"']?(?:https?:)?//|https?://(?!www\.w3\.org)")
COLOUR = re.compile(r"#[0-9a-fA-F]{3,8}\b")
COMMENT = re.compile(r"/\*.*?\*/", re.DOTALL)


def test_bootstrap_is_the_official_build():
    sheet = (get_bootstrap_css_dir() / "bootstrap.min.css").read_bytes()
    assert hashlib.sha256(sheet).hexdigest() == BOOTSTRAP_5_3_8


def test_the_upload_client_is_the_official_build_without_its_source_map():
    script = (STATIC / "vendor/tus/tus-4.3.1.min.js").read_bytes()
    whole = script + b"\n//# sourceMappingURL=tus.min.js.map"
    assert hashlib.sha256(whole).hexdigest() == TUS_4_3_1
    assert not ELSEWHERE.search(script.decode())
    assert b"eval(" not in script and b"new Function" not in script


def test_bootstrap_is_served_as_the_base_template_names_it():
    assert finders.find("bootstrap/css/bootstrap.min.css")


@pytest.mark.parametrize("path", [*SHEETS, *SCRIPTS], ids=lambda path: path.name)
def test_loads_nothing_from_elsewhere(path: Path):
    assert not ELSEWHERE.search(path.read_text(encoding="utf-8"))


@pytest.mark.parametrize("path", SCRIPTS, ids=lambda path: path.name)
def test_scripts_evaluate_no_text(path: Path):
    assert not re.search(r"\beval\(|new Function|innerHTML|document\.write|insertAdjacentHTML", path.read_text("utf-8"))


def test_the_dark_theme_is_the_same_by_cookie_and_by_system():
    by_cookie = TOKENS[TOKENS.index('[data-bs-theme="dark"] {') :].split("}", 1)[0].split("{", 1)[1]
    by_system = TOKENS[TOKENS.index(":root:not([data-bs-theme]) {") :].split("}", 1)[0].split("{", 1)[1]
    assert by_cookie.split() == by_system.split()


@pytest.mark.parametrize("name", ["components", "frame"])
def test_colours_come_through_tokens(name: str):
    rules = COMMENT.sub("", (STATIC / f"portal/css/{name}.css").read_text(encoding="utf-8"))
    assert COLOUR.findall(rules) == []


def _luminance(colour: str) -> float:
    digits = colour.lstrip("#")
    digits = "".join(2 * digit for digit in digits) if len(digits) == 3 else digits
    channels = [int(digits[i : i + 2], 16) / 255 for i in (0, 2, 4)]
    red, green, blue = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _contrast(one: str, other: str) -> float:
    light, dark = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def _tokens(start: str) -> dict[str, str]:
    block = TOKENS[TOKENS.index(start) :].split("}", 1)[0]
    return dict(re.findall(r"(--[a-z-]+):\s*(#[0-9a-fA-F]{3,6})\b", block))


LIGHT = _tokens(":root {")
DARK = LIGHT | _tokens('[data-bs-theme="dark"] {')
TONES = ["neutral", "blue", "teal", "amber", "violet", "green", "red"]
GROUNDS = ["--bs-body-bg", "--bs-tertiary-bg", "--cs-sunken"]
TEXTS = ["--bs-body-color", "--bs-secondary-color", "--bs-link-color", "--cs-danger-text", "--cs-success-text"]


@pytest.mark.parametrize("theme", [LIGHT, DARK], ids=["light", "dark"])
def test_every_text_can_be_read_on_its_ground(theme: dict[str, str]):
    pairs = [(f"--cs-{tone}", f"--cs-{tone}-bg") for tone in TONES]
    pairs += [(text, ground) for text in TEXTS for ground in GROUNDS]
    pairs += [("--cs-on-frame-muted", "--cs-frame"), ("--cs-on-primary", "--cs-primary")]
    too_faint = {pair: _contrast(theme[pair[0]], theme[pair[1]]) for pair in pairs}
    assert {pair: ratio for pair, ratio in too_faint.items() if ratio < 4.5} == {}
