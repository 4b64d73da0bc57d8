"""A large file in a real browser, piece by piece: paused, cut off, reloaded, with the server killed in the middle."""

import hashlib
from pathlib import Path

import pytest
from playwright.sync_api import expect

from submissions.demo_content import pdf
from submissions.models.upload import place_of
from tests.journeys.people import Person

pytestmark = [pytest.mark.browser, pytest.mark.processes]

#: Slow enough that there is a middle in which something can happen.
BYTES_PER_SECOND = 4 << 20
KEYS = "() => Object.keys(localStorage).filter(key => key.startsWith('tus::')).length"


@pytest.fixture(scope="module")
def password(site) -> str:
    return site.manage("demo", "--accounts").split()[-1]


@pytest.fixture(scope="module")
def letter(tmp_path_factory) -> Path:
    """A letter of 18 MB."""
    path = tmp_path_factory.mktemp("files") / "承诺书（盖章）.pdf"
    path.write_bytes(grown(pdf("Letter of commitment"), 18 << 20))
    return path


def grown(content: bytes, size: int) -> bytes:
    """The same document with a long comment before its end, which its last `startxref` still finds."""
    at = content.rindex(b"startxref")
    filling = b"%" + bytes(range(97, 123)) * 3 + b"\n"
    return content[:at] + (filling * (size // len(filling) + 1))[: size - len(content) - 1] + b"\n" + content[at:]


def slow_down(person: Person, bytes_per_second: int = BYTES_PER_SECOND) -> None:
    session = person.context.new_cdp_session(person.page)
    session.send("Network.enable")
    session.send(
        "Network.emulateNetworkConditions",
        {"offline": False, "latency": 5, "downloadThroughput": -1, "uploadThroughput": bytes_per_second},
    )


def test_a_large_file_survives_a_pause_a_lost_line_a_killed_server_and_a_reload(
    chromium, site, password, letter, album
):
    # A browser of its own: one that is told of every failed request would count the killed server as a mistake.
    context = chromium.new_context(base_url=site.url, viewport={"width": 1280, "height": 900}, locale="zh-CN")
    captain = Person(site, context, "captain@demo.example")
    captain.sign_in(password)
    captain.page.locator("main a[href*='/entries/']").first.click()
    captain.page.locator("main a[href$='/commitment/']").first.click()
    captain.page.wait_for_load_state()
    page, panel = captain.page, captain.page.locator("[data-upload-panel]")
    slow_down(captain)

    page.set_input_files("input[type=file]", letter)
    page.locator("[data-upload-send]").click()  # a file stands there: replacing it takes a press
    expect(panel).to_be_visible()
    reaches(page, 20)
    album(page, "upload-running")
    page.get_by_role("button", name="暂停").click()
    expect(page.get_by_role("button", name="继续")).to_be_focused()
    album(page, "upload-paused")
    page.get_by_role("button", name="继续").click()
    reaches(page, 35)

    assert site.kill("supervisor.web")
    site.wait_for(site.answers, "the web to come back")
    reaches(page, 50)

    page.on("dialog", lambda dialog: dialog.accept())
    page.reload()
    expect(page.locator(".cs-upload .cs-note")).to_contain_text("尚未上传完成")
    album(page, "upload-unfinished")
    assert page.evaluate(KEYS) == 1
    slow_down(captain)
    page.set_input_files("input[type=file]", letter)
    page.locator("[data-upload-send]").click()  # a file stands there: replacing it takes a press
    expect(page.get_by_role("link", name=letter.name)).to_be_visible(timeout=60_000)
    expect(page.locator(".cs-upload .cs-note")).to_have_count(0)  # it was the same upload that went on
    album(page, "upload-done")
    sha256 = hashlib.sha256(letter.read_bytes()).hexdigest()
    assert (site.data_dir / "files" / place_of(sha256)).read_bytes() == letter.read_bytes()
    assert page.evaluate(KEYS) == 0
    context.close()


def reaches(page, percent: int) -> None:
    """Wait until so much was sent; a function to wait for would be evaluated, which the content policy refuses."""
    bar = page.locator("[data-upload-bar]")
    for _turn in range(600):
        if bar.evaluate("bar => bar.value") >= percent:
            return
        page.wait_for_timeout(100)
    raise AssertionError(f"{percent}% were never reached: {bar.evaluate('bar => bar.value')}%")
