"""Simulated judges: each with a session, links and forms, and nothing else of the portal than its addresses.

A judge opens the queue, signs the pledge when led there, reads each entry at its desk, saves one mark as the script does and
the whole card as the form does, goes where the answer leads, and seals with a signature. What was sent and sealed is kept, so
that somebody else can compute what must come of it.
"""

import hashlib
import http.client
import json
import re
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any
from urllib.parse import urlencode

from tests.load.autosave import TOKEN
from tests.load.judged_contest import WEIGHTS

DESK = re.compile(r"/judging/assignments/([\w-]+)/")
TITLE = re.compile(r"<title>[^<]*?作品(\d{5})")
REVISION = re.compile(r'name="revision" value="(\d+)"')
OPENED = re.compile(r'name="opened" value="([^"]*)"')
SHOWN = re.compile(r'name="shown" value="(\w+)"')
READY = re.compile(r'name="sheet" value="([\w-]+):(\d+)"')
CODES = tuple(f"C{place}" for place in range(1, len(WEIGHTS) + 1))
COMMENT = "数据来源清楚，成效有前后对比，佐证完整。"
TWIN = Decimal(82)
CONTESTED = 6

Marks = dict[str, Decimal]


class WrongAnswerError(AssertionError):
    """The portal answered something else than a person could go on with."""


@dataclass(frozen=True)
class Answer:
    status: int
    location: str
    content: bytes

    @property
    def text(self) -> str:
        return self.content.decode("utf-8", "replace")


@dataclass
class Measured:
    """What one person met with: seconds by kind of request, and answers by status."""

    times: dict[str, list[float]] = field(default_factory=dict)
    statuses: Counter[int] = field(default_factory=Counter)


class Visitor:
    """Somebody with a session on the running web server."""

    def __init__(self, session: str, port: int) -> None:
        self.connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
        self.cookies = f"sessionid={session}; csrftoken={TOKEN}"
        self.measured = Measured()

    def ask(self, kind: str, path: str, form: Any = None, *, script: bool = False, wanted: int | None = None) -> Answer:
        """GET, or POST where a form is given; `script` asks for JSON. Any status but `wanted` ends the scene."""
        headers = {"Cookie": self.cookies}
        body = None
        if form is not None:
            headers |= {"Content-Type": "application/x-www-form-urlencoded", "X-CSRFToken": TOKEN}
            body = urlencode(form)
        if script:
            headers["Accept"] = "application/json"
        began = time.monotonic()
        self.connection.request("GET" if form is None else "POST", path, body, headers)
        response = self.connection.getresponse()
        answer = Answer(response.status, response.headers.get("Location", ""), response.read())
        self.measured.times.setdefault(kind, []).append(time.monotonic() - began)
        self.measured.statuses[answer.status] += 1
        if wanted is not None and answer.status != wanted:
            words = " ".join(re.sub(r"(?s)<(script|style|head)\b.*?</\1>|<[^>]+>", " ", answer.text).split())
            raise WrongAnswerError(f"{kind} {path}: {answer.status} instead of {wanted}: {words[:600]}")
        return answer


class Judge(Visitor):
    """One judge. `sealed` holds the marks of every sealed sheet by entry number, `sent` those not sealed yet."""

    def __init__(self, code: str, name: str, session: str, stage: str, port: int, twins: frozenset[int]) -> None:
        super().__init__(session, port)
        self.code, self.name, self.stage, self.twins = code, name, stage, twins
        self.sent: dict[str, tuple[int, Marks]] = {}
        self.sealed: dict[int, Marks] = {}
        self.desk_kb = 0.0

    def work(self, most: int | None = None) -> None:
        """Sign where it is asked for, score every entry that waits (at most so many), and seal."""
        with closing(self.connection):
            queue = self.ask("queue", f"/judging/stages/{self.stage}/")
            if queue.status == 302:
                self.sign()
                queue = self.ask("queue", f"/judging/stages/{self.stage}/", wanted=200)
            begin = re.search(r'class="btn btn-primary btn-lg" href="(/judging/assignments/[\w-]+/)"', queue.text)
            path, done = begin.group(1) if begin else "", 0
            while path and (most is None or done < most):
                path, done = self.score(path), done + 1
            self.seal()

    def sign(self) -> None:
        """The pledge, without an interest in any organisation."""
        path = f"/judging/stages/{self.stage}/pledge/"
        page = self.ask("pledge", path, wanted=200)
        shown = SHOWN.search(page.text)
        if shown is None:
            raise WrongAnswerError("the pledge page carries no list")
        self.ask("pledge", path, {"pledge": "on", "note": "", "shown": shown.group(1)}, wanted=302)

    def score(self, path: str) -> str:
        """Read, save a first mark as the script does, then the whole card as the form does; where to go on, or nowhere."""
        page = self.ask("desk", path)
        if page.status == 302 and page.location.endswith("/pledge/"):
            self.sign()  # an entry came meanwhile
            page = self.ask("desk", path)
        title, revision, opened = (found.search(page.text) for found in (TITLE, REVISION, OPENED))
        if page.status != 200 or not title or not revision or not opened:
            raise WrongAnswerError(f"no desk at {path}: {page.status} {page.text[:200]}")
        self.desk_kb = max(self.desk_kb, len(page.content) / 1024)
        number = int(title.group(1))
        marks = self.opinion(number)
        first = {"revision": revision.group(1), "opened": opened.group(1), "mark_C1": str(marks["C1"]), "comment": ""}
        saved = json.loads(self.ask("save", path, first, script=True, wanted=200).text)
        whole = {f"mark_{code}": str(mark) for code, mark in marks.items()}
        card = {**first, **whole, "revision": saved["revision"], "comment": COMMENT, "seconds": "90", "next": "1"}
        onward = self.ask("form", path, card, wanted=302)
        self.sent[DESK.search(path).group(1)] = (number, marks)  # type: ignore[union-attr]
        return onward.location if DESK.fullmatch(onward.location) else ""

    def seal(self) -> None:
        """Everything that is ready, a page at a time, with one's name under it."""
        path = f"/judging/stages/{self.stage}/seal/"
        while ready := READY.findall((page := self.ask("seal", path, wanted=200)).text):
            if 'name="signature"' not in page.text:
                raise WrongAnswerError(f"judge {self.code} has sheets to seal and no place to sign")
            form = [("sheet", f"{seat}:{revision}") for seat, revision in ready]
            self.ask("seal", path, [*form, ("signature", self.name)], wanted=302)
            for seat, _revision in ready:
                number, marks = self.sent.pop(seat)
                self.sealed[number] = marks

    def recuse(self, path: str) -> None:
        self.ask("recuse", f"{path}recuse/", {"reason": "曾与牵头单位合作"}, wanted=302)

    def receipt(self) -> bytes:
        """The newest receipt, as a file."""
        page = self.ask("receipts", f"/judging/stages/{self.stage}/receipts/", wanted=200)
        found = re.search(rf"/judging/stages/{self.stage}/receipts/[\w-]+/", page.text)
        if found is None:
            raise WrongAnswerError(f"judge {self.code} has no receipt")
        return self.ask("receipts", found.group(), wanted=200).content

    def opinion(self, number: int) -> Marks:
        """What this judge thinks of an entry: its level, the judge's leniency, some noise. The twins are alike
        to all, and on every sixth entry the judges are of two minds."""
        if number in self.twins:
            return dict.fromkeys(CODES, TWIN)
        level = Decimal(62 + _noise("level", number) % 28) + Decimal(_noise("judge", self.code) % 13 - 6) / 2
        if number % CONTESTED == 1 and _noise("side", self.code, number) % 2:
            level -= 24
        return {
            code: max(Decimal(0), min(Decimal(100), level + Decimal(_noise(code, self.code, number) % 57 - 28) / 4))
            for code in CODES
        }


def _noise(*parts: object) -> int:
    return int.from_bytes(hashlib.sha256("|".join(map(str, parts)).encode()).digest()[:4], "big")


def figures(visitors: list[Any], seconds: float) -> Iterator[tuple[str, Any]]:
    """What they met with together."""
    times: dict[str, list[float]] = {}
    statuses: Counter[int] = Counter()
    for one in visitors:
        statuses += one.measured.statuses
        for kind, taken in one.measured.times.items():
            times.setdefault(kind, []).extend(taken)
    yield "requests", sum(statuses.values())
    yield "requests per second", round(sum(statuses.values()) / seconds, 1)
    yield "statuses", {str(status): count for status, count in sorted(statuses.items())}
    yield "errors", sum(count for status, count in statuses.items() if status >= 400)
    for kind in ("save", "form", "desk", "seal", "pledge"):
        taken = sorted(times.get(kind, [0.0]))
        for share in (0.5, 0.95):
            at = taken[min(len(taken) - 1, int(len(taken) * share))]
            yield f"{kind} p{share * 100:.0f} ms", round(at * 1000, 1)
    yield "saves", len(times.get("save", []))
