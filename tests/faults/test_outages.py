"""The real processes lose a part in the middle of somebody's work: no page breaks, nothing is lost, mail comes later.

The captain of the demonstration lacks only the commitment letter. Each test lets a part fail at another moment of the
way to the receipt; what a part leaves undone is found by the sweep, so the last wait of each test takes up to a minute.
"""

import http.client
import json
import os
import random
import re
import signal
import threading
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import pytest

from submissions.demo_content import pdf
from tests.faults.person import Page, Person
from tests.living_site import LivingSite, living_site

pytestmark = pytest.mark.processes

VALKEY, WORKER = "valkey-server", "worker worker"
#: A page that takes longer than this hangs: no machine is so busy.
PATIENCE = 25.0
TITLE = "长江中游航道与港口数据协同调度"
#: Grace of a fresh mail, one sweep, and the parts' own pauses before they start again.
LATER = 120.0
KILLS = 4


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LivingSite]:
    with living_site(tmp_path_factory.mktemp("faults") / "data", own_valkey=True) as running:
        yield running


@pytest.fixture(scope="module")
def password(site: LivingSite) -> str:
    return site.manage("demo", "--accounts").split()[-1]


@pytest.fixture
def captain(site: LivingSite, password: str) -> Person:
    person = Person(site)
    person.sign_in("captain@demo.example", password)
    return person


@contextmanager
def kept_dead(site: LivingSite, words: str) -> Iterator[None]:
    """Kill the part again and again, as fast as the supervisor starts it."""
    end = threading.Event()

    def kill() -> None:
        while not end.is_set():
            site.kill(words)
            time.sleep(0.1)

    site.wait_for(lambda: site.pids(words), f"{words} to run")
    killer = threading.Thread(target=kill)
    killer.start()
    try:
        yield
    finally:
        end.set()
        killer.join()


@contextmanager
def frozen(site: LivingSite, words: str) -> Iterator[None]:
    """Stop the part without ending it: it holds its connections and answers nobody."""
    site.wait_for(site.answers, "the site to be in order")
    pids = site.pids(words)
    assert pids, f"{words} is running"
    for pid in pids:
        os.kill(pid, signal.SIGSTOP)
    try:
        yield
    finally:
        for pid in pids:
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGCONT)


def entry_of(captain: Person) -> str:
    """Address of the task hub of the entry that lacks only its letter, from the page “my work”."""
    address = re.search(
        rf'href="([^"]*/entries/[^/"]+/)"[^>]*>(?:(?!</a>).)*{TITLE}', captain.get("/my/").text, re.DOTALL
    )
    assert address, "the draft is not on the page “my work”"
    return address.group(1)


def answers(page: Page) -> Page:
    assert page.status == 200, f"{page.url}: {page.status} {page.words()[:500]}"
    assert page.seconds < PATIENCE, f"{page.url} took {page.seconds:.1f} s"
    return page


def look_around(captain: Person, entry: str) -> None:
    """Every page that the captain needs on an ordinary day answers, and soon."""
    public = ["/", "/en/", "/contests/demo/", "/contests/demo/tracks/", "/contests/demo/tracks/3/topics/1/"]
    own = ["/my/", "/my/notices/", "/accounts/profile/"]
    hub = [entry, *(f"{entry}{page}/" for page in ("members", "overview", "form", "files", "commitment", "check"))]
    for path in public + own + hub:
        answers(captain.get(path))


def invite(captain: Person, entry: str, address: str) -> Page:
    page = answers(captain.send(answers(captain.get(f"{entry}members/")), "email", email=address))
    assert address in page.text
    return page


def mail_arrives(site: LivingSite, address: str) -> None:
    site.wait_for(lambda: site.mails(address), f"mail to {address}", seconds=LATER)


def test_an_invitation_goes_out_after_valkey_was_away(site: LivingSite, captain: Person) -> None:
    entry = entry_of(captain)
    with kept_dead(site, VALKEY):
        look_around(captain, entry)
        invite(captain, entry, "after.death@example.org")
        assert not site.mails("after.death@example.org")
    mail_arrives(site, "after.death@example.org")
    assert len(site.mails("after.death@example.org")) == 1


def test_nobody_waits_for_a_valkey_that_is_stuck(site: LivingSite, captain: Person) -> None:
    entry = entry_of(captain)
    with frozen(site, VALKEY):
        look_around(captain, entry)
        invite(captain, entry, "after.frost@example.org")
    mail_arrives(site, "after.frost@example.org")
    assert len(site.mails("after.frost@example.org")) == 1


def test_people_sign_in_while_valkey_is_away(site: LivingSite, password: str) -> None:
    with kept_dead(site, VALKEY):
        judge = Person(site)
        judge.sign_in("judge1@demo.example", password)
        answers(judge.get("/my/"))
        newcomer = Person(site)
        page = newcomer.send(newcomer.get("/accounts/login/"), "email", email="captain@demo.example")
        assert page.status == 200
        assert site.code_for("captain@demo.example")


def test_mails_wait_for_a_worker_that_was_killed_and_come_once(site: LivingSite, captain: Person) -> None:
    entry = entry_of(captain)
    addresses = [f"killed.{number}@example.org" for number in range(3)]
    with kept_dead(site, WORKER):
        look_around(captain, entry)
        for address in addresses:
            invite(captain, entry, address)
    for address in addresses:
        mail_arrives(site, address)
    time.sleep(2)
    assert [len(site.mails(address)) for address in addresses] == [1, 1, 1]


def test_a_submission_survives_the_loss_of_everything_behind_the_page(site: LivingSite, captain: Person) -> None:
    entry = entry_of(captain)
    before = len(site.mails("captain@demo.example"))
    with kept_dead(site, VALKEY), kept_dead(site, WORKER):
        letter = ("承诺书.pdf", pdf("Commitment", "letter"))
        page = answers(captain.send(answers(captain.get(f"{entry}commitment/")), "wanted", files={"file": letter}))
        assert "承诺书.pdf" in page.text
        receipt = answers(captain.send(answers(captain.get(f"{entry}check/")), "revision"))
        assert "/versions/1/" in receipt.path, receipt.words()[:800]
    assert answers(captain.get(receipt.path)).text.count("承诺书.pdf") >= 1
    answers(captain.get("/my/notices/"))
    site.wait_for(lambda: len(site.mails("captain@demo.example")) > before, "the receipt by mail", seconds=LATER)


def test_no_mark_that_was_acknowledged_is_lost_by_a_server_that_is_killed_while_it_saves(
    site: LivingSite, password: str
) -> None:
    """A judge types on while the web part dies again and again: what the page was told is there, and nothing by halves."""
    judge = Person(site)
    judge.sign_in("judge1@demo.example", password)
    desk = desk_of(judge)
    said = answers(judge.get(desk)).form("mark_C1").fields
    unanswered = kept = 0
    chance = random.Random(5)
    for mark in range(50, 50 + KILLS):
        killer = threading.Timer(chance.uniform(0.0, 0.2), site.kill, ["portal.supervisor.web"])
        killer.start()
        while answer := save(judge, desk, said | {"mark_C1": str(mark), "comment": f"第{kept}次：数据来源清楚"}):
            said |= {"mark_C1": str(mark), "comment": f"第{kept}次：数据来源清楚", "revision": str(answer["revision"])}
            kept += 1
        unanswered += 1
        killer.join()
        site.wait_for(site.answers, "the site to be back")
        found = answers(judge.get(desk)).form("mark_C1").fields
        tried = {
            "mark_C1": str(mark),
            "comment": f"第{kept}次：数据来源清楚",
            "revision": str(int(said["revision"]) + 1),
        }
        seen = {name: found[name] for name in tried}
        assert seen in ({name: said[name] for name in tried}, tried)
        said |= seen
    assert unanswered == KILLS
    assert kept > KILLS


def desk_of(judge: Person) -> str:
    """Address of a desk of the judge that takes marks."""
    queue = judge.get("/my/").link(r"[^\"]*/judging/stages/[\w-]+/")
    page = answers(judge.get(queue))
    if page.path.endswith("/pledge/"):
        answers(judge.send(page, "pledge", pledge="on"))
        page = answers(judge.get(queue))
    return page.link(r"[^\"]*/judging/assignments/[\w-]+/")


def save(judge: Person, desk: str, fields: dict[str, str]) -> dict[str, Any] | None:
    """What the server says to the marks, as the script sends them; None where it died before it could."""
    address = urllib.parse.urljoin(judge.site.url, desk)
    headers = {"Referer": address, "Origin": judge.site.url, "Accept": "application/json"}
    request = urllib.request.Request(address, urllib.parse.urlencode(fields).encode(), headers)
    try:
        with judge.opener.open(request, timeout=30) as answer:
            found: dict[str, Any] = json.loads(answer.read())
            return found
    except urllib.error.HTTPError:
        raise
    except (OSError, http.client.HTTPException):
        return None


def test_what_was_done_is_there_after_everything_was_killed(site: LivingSite, captain: Person) -> None:
    entry = entry_of(captain)
    invite(captain, entry, "after.the.end@example.org")
    assert site.up is not None
    site.up.kill()
    site.up.wait()
    site.wait_for() if site.up.poll() is None else None
    site.start()
    assert "after.the.end@example.org" in answers(captain.get(f"{entry}members/")).text
    mail_arrives(site, "after.the.end@example.org")
    assert len(site.mails("after.the.end@example.org")) == 1
    log = Path(site.data_dir / "logs" / "web.log").read_text(errors="replace")
    assert "Traceback" not in log
