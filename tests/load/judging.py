"""A whole judging, from the pool to the verified export: `python -m tests.load.judging [--entries 900] [--judges 60] [--at-once 8]`.

On a database of its own (SQLite unless DATABASE_URL names another) a panel is drawn, with commitment and reveal, and its
plan drafted and published. The portal's own web server is started, and simulated judges sign, read, score and seal through its
addresses, several at once. One judge drops out half-way: a substitute moves up and takes over. Scoring closes, an entry gets a
third opinion, a shared rank is voted on, the ranking is read, and the proofs are exported from the page and verified by
verify.py alone, under a bare `python3 -I`. Every official score and place is compared with a computation of its own from what
the judges sent. Anything that is not as it must be ends the scene with an error; printed are seconds and answers' times.
"""

import argparse
import io
import json
import os
import queue
import subprocess
import sys
import tempfile
import threading
import time
import zipfile
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from fractions import Fraction
from pathlib import Path
from typing import Any

from tests.living_site import free_port
from tests.load.autosave import ROOT, _wait_for
from tests.load.judged_contest import SEATS, WEIGHTS, Scene, build
from tests.load.judges import CODES, Judge, Marks, Visitor, figures
from tests.load.recomputed import places_of

TRIM_FROM = 5
PACE = 0.5  # seconds that the organiser takes at least between two seats
ANNOUNCED = {"kind": "public", "announced": "次日上证指数收盘点位（保留两位小数）"}


class Judging:
    """The scene: each step is one method, and `say` keeps what it took."""

    def __init__(self, *, entries: int, judges: int, at_once: int, port: int, folder: Path) -> None:
        self.entries, self.judges, self.at_once = entries, judges, at_once
        self.port, self.folder = port, folder
        self.figures: dict[str, Any] = {}
        self.people: dict[str, Judge] = {}
        self.left: set[tuple[int, str]] = set()  # seats whose sheet does not count, or never will be
        self.votes: list[list[int]] = []
        self.failures: list[str] = []

    @contextmanager
    def timed(self, what: str) -> Iterator[None]:
        began = time.monotonic()
        yield
        self.figures[f"{what} seconds"] = round(time.monotonic() - began, 1)

    def prepare(self) -> None:
        """Rows, draw and plan: before the server is there."""
        from portal import clock

        with self.timed("build"):
            self.scene: Scene = build(entries=self.entries, judges=self.judges, now=clock.now())
        with self.timed("draw"):
            self.draw()
        with self.timed("assign"):
            self.assign()

    def draw(self) -> None:
        """Commit, reveal, and invite those who were drawn; all accept. Anybody can repeat it."""
        from judging import draw as core
        from judging.actions import commit_draw, prepare_draw, reveal_draw
        from judging.reading.drawn import export_of, read_pool
        from portal import clock

        organiser, contest = self.scene.organiser, self.scene.contest
        made = prepare_draw(
            actor=organiser,
            contest=contest,
            title="网络评审专家",
            seats={"*": self.judges},
            per_organisation=1,
            per_region=None,
            source=ANNOUNCED,
            now=clock.now(),
        )
        made = commit_draw(actor=organiser, draw=made, seen=core.pool_hash(read_pool(contest)), now=clock.now())
        self.drawn = reveal_draw(actor=organiser, draw=made, revealed=["3102.77"], now=clock.now())
        assert not core.replay(export_of(self.drawn)).differences, "the draw cannot be repeated"
        codes = self.drawn.result[0]["drawn"]
        assert len(set(codes)) == self.judges, "not everybody was drawn"
        self.appoint(codes)

    def appoint(self, codes: list[str]) -> None:
        """Invited, accepted, and ready to sit down."""
        from judging.actions import accept_invitation, invite_experts
        from judging.models import Expert
        from portal import clock
        from portal.accounts.models import User

        contest = self.scene.contest
        wanted = Expert.objects.filter(contest=contest, code__in=codes).values_list("public_id", flat=True)
        for expert in invite_experts(
            actor=self.scene.organiser, contest=contest, experts=list(wanted), now=clock.now()
        ):
            user = User.objects.get(email=expert.email)
            accept_invitation(actor=user, expert=expert, pledged=True, now=clock.now())
            self.people[expert.code] = self.judge(expert.code, user)

    def judge(self, code: str, user: Any) -> Judge:
        twins = frozenset({0, len(self.scene.tracks)})
        return Judge(code, user.name, session_of(user), self.scene.stage.public_id, self.port, twins)

    def assign(self) -> None:
        from judging.actions import draft_plan, publish_plan
        from portal import clock

        organiser, stage = self.scene.organiser, self.scene.stage
        drafted = draft_plan(actor=organiser, stage=stage, seed="scene", now=clock.now())
        assert not drafted.result["unfilled"], drafted.result["unfilled"]
        self.plan = publish_plan(actor=organiser, plan=drafted, revision=drafted.revision, now=clock.now())
        self.figures["seats"] = len(self.plan.seats)

    def score(self) -> None:
        """All judges through HTTP, several at once; the first of them drops out half-way, while the others go on."""
        with self.timed("judging"):
            self.leaving = next(iter(self.people))
            self.all_at_once({self.leaving: self.drop_out} | dict.fromkeys([*self.people][1:], Judge.work))
            # Whoever was done before the seats of the one who left came to them sits down again.
            self.all_at_once(dict.fromkeys(self.waiting(), Judge.work))
        assert not self.waiting(), "somebody is not done"

    def all_at_once(self, work: dict[str, Any]) -> None:
        """So many judges at a time, each on a connection of their own."""
        from django.db import connection

        waiting: queue.SimpleQueue[tuple[str, Any]] = queue.SimpleQueue()
        for one in work.items():
            waiting.put(one)

        def take() -> None:
            try:
                while not self.failures:
                    code, task = waiting.get_nowait()
                    task(self.people[code])
            except queue.Empty:
                pass
            except BaseException as error:  # noqa: BLE001 - a thread's error ends the scene, not the thread alone
                self.failures.append(f"{type(error).__name__}: {error}")
            finally:
                connection.close()

        threads = [threading.Thread(target=take) for _place in range(self.at_once)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        if self.failures:
            raise SystemExit("\n".join(self.failures))

    def waiting(self) -> list[str]:
        """Judges with a seat whose sheet is not sealed."""
        from judging.models import Assignment, ScoreSheet

        open_seats = Assignment.objects.active().filter(stage=self.scene.stage)
        open_seats = open_seats.exclude(sheet__state=ScoreSheet.State.SEALED)
        return sorted(set(open_seats.values_list("expert__code", flat=True)))

    def drop_out(self, judge: Judge) -> None:
        """Half the queue is sealed; the next entry is left through its page, one sealed sheet is quarantined by a finding that
        comes late, and every other seat is taken over. A substitute moves up from the draw."""
        from judging.actions import pin_pair, replace_drawn
        from judging.models import Assignment, Expert, ScoreSheet
        from portal import clock

        mine = Assignment.objects.active().filter(stage=self.scene.stage, expert__code=judge.code).order_by("position")
        judge.work(most=mine.count() // 2)
        unsealed = mine.exclude(sheet__state=ScoreSheet.State.SEALED).select_related("entry")
        recused, *others = unsealed
        judge.recuse(f"/judging/assignments/{recused.public_id}/")
        sealed = mine.filter(sheet__state=ScoreSheet.State.SEALED).select_related("entry").first()
        assert sealed is not None, "the judge sealed nothing before they left"
        expert, organiser = Expert.objects.get(contest=self.scene.contest, code=judge.code), self.scene.organiser
        pin_pair(
            actor=organiser,
            contest=self.scene.contest,
            expert=expert,
            entry=sealed.entry,
            reason="亲属",
            now=clock.now(),
        )
        change = replace_drawn(actor=organiser, draw=self.drawn, leaving=judge.code, reason="因病退出", now=clock.now())
        assert change.came, "nobody is left to move up"
        self.appoint([change.came])
        for seat in (recused, sealed, *others):
            time.sleep(PACE)
            self.left.add((number_of(seat.title), judge.code))
            self.fill(seat.entry, change.came, instead=judge.code if seat in others else "")
        self.figures["seats taken over"] = len(others) + 2

    def fill(self, entry: Any, substitute: str, instead: str) -> None:
        """The substitute where the rules allow it, else an alternate of the plan."""
        from judging.actions import give_seat
        from portal import clock
        from portal.refusals import Refusal

        obstacles = []
        for code in (substitute, *self.plan.alternates.get(entry.public_id, [])):
            try:
                give_seat(
                    actor=self.scene.organiser,
                    plan=self.plan,
                    entry=entry.public_id,
                    judge=code,
                    instead=instead,
                    reason="评委退出",
                    now=clock.now(),
                )
            except Refusal as refusal:
                obstacles.append(f"{code}: {refusal}")
            else:
                return
        raise AssertionError(f"nobody can take over {entry.number}: {obstacles}")

    def settle(self) -> None:
        """Scoring closes; the widest range gets a third opinion, shared ranks are voted on."""
        from judging.actions import close_scoring
        from portal import clock

        with self.timed("settling"):
            stage = self.scene.stage = self.scene.stage.refreshed()
            stage.closes_at = clock.now()
            stage.save(update_fields=["closes_at"])
            closed = close_scoring(now=clock.now())
            assert len(closed) == 1, "the close of scoring was not signed"
            self.arbitrate()
            for track in self.scene.tracks:
                self.vote(track)
        self.figures["votes"] = len(self.votes)

    def arbitrate(self) -> None:
        """A third opinion on the most disputed entry, judged at the desk after the close."""
        from django.urls import reverse

        from judging.actions import open_arbitration
        from judging.models import EntryScore
        from judging.reading.disputes import read_disputes, signs_of
        from judging.reading.third_opinions import third_judges
        from portal import clock

        stage, now = self.scene.stage, clock.now()
        found = [row.number for track in self.scene.tracks for row in read_disputes(stage, track, now).rows]
        self.figures["disputed entries"] = len(found)
        assert found, "no entry is disputed"
        score = EntryScore.objects.select_related("entry", "stage__contest", "track").get(
            stage=stage, entry__number=found[0]
        )
        score.stage = stage
        before = Fraction(score.score)
        third = next(one for one in third_judges(score, []) if one.code != self.leaving)
        opened = open_arbitration(
            actor=self.scene.organiser,
            score=score,
            judge=third.code,
            signs=signs_of(stage, score),
            reason="分差过大",
            due_at=now + timedelta(days=1),
            now=now,
        )
        judge = self.people[third.code]
        judge.score(reverse("desk", args=[opened.assignment.public_id]))
        judge.seal()
        judge.connection.close()
        score.refresh_from_db(fields=["score", "sheets"])
        assert score.sheets == SEATS + 1, "the third opinion does not count"
        self.figures["third opinion"] = f"{float(before):.2f} → {float(Fraction(score.score)):.2f}"

    def vote(self, track: Any) -> None:
        """Every shared rank that a vote may part; all vote for the higher number."""
        from judging.actions import record_vote
        from judging.reading.ties import shared_ranks
        from judging.reading.voters import voters_of
        from judging.voting import MOST_ENTRIES
        from portal import clock

        stage, now = self.scene.stage, clock.now()
        for group in shared_ranks(stage, track):
            if len(group.numbers) > MOST_ENTRIES:
                continue
            order = sorted(group.numbers, reverse=True)
            record_vote(
                actor=self.scene.organiser,
                stage=stage,
                track=track,
                entries=group.numbers,
                ballots={voter.code: order for voter in voters_of(stage, track, group.numbers)[:5]},
                minutes="到会五人，投票。",
                held_on=now.date(),
                now=now,
            )
            self.votes.append([int(number.rpartition("-")[2]) for number in order])

    def prove(self) -> None:
        """The ranking is read, the proofs are taken from their page and checked by the script alone."""
        from judging.models import ScoringClose
        from judging.proofs import VERIFIER, VERIFIERS
        from portal.journal.checkpoints import signer
        from portal.journal.models import Checkpoint

        stage, slug = self.scene.stage, self.scene.contest.slug
        organiser = Visitor(session_of(self.scene.organiser), self.port)
        with self.timed("ranking and export"):
            for track in self.scene.tracks:
                organiser.ask(
                    "ranking", f"/contests/{slug}/ranking/{stage.public_id}/?track={track.number}", wanted=200
                )
            address = f"/contests/{slug}/ranking/{stage.public_id}/proofs/"
            archive = organiser.ask("proofs", address, {}, wanted=200).content
            judge = self.people[next(code for code in self.people if code != self.leaving)]
            receipt = judge.receipt()
            judge.connection.close()
            organiser.connection.close()
        closing = ScoringClose.objects.get(stage=stage)
        (self.folder / "export.zip").write_bytes(archive)
        (self.folder / "receipt.json").write_bytes(receipt)
        (self.folder / "checkpoint.txt").write_text(Checkpoint.objects.get(size=closing.size).note, "utf-8")
        with zipfile.ZipFile(io.BytesIO(archive)) as packed:
            for script in VERIFIERS:
                (self.folder / script.name).write_bytes(packed.read(script.name))
            self.facts = json.loads(packed.read("stage.json"))
        assert (self.folder / "verify.py").read_bytes() == VERIFIER.read_bytes(), "another script was exported"
        options = ["--checkpoint", "checkpoint.txt", "--receipt", "receipt.json", "--key", signer().verifier]
        with self.timed("verification"):
            done = subprocess.run(
                ["/usr/bin/env", "-i", bare_python(), "-I", "verify.py", "export.zip", *options],
                cwd=self.folder,
                capture_output=True,
                text=True,
                check=False,
            )
        assert done.returncode == 0, done.stdout + done.stderr
        self.figures["verified"] = done.stdout.splitlines()[0]
        assert "Drawn again: 1 draws of experts" in done.stdout, "the draw was not repeated"
        self.figures["archive KB"] = round(len(archive) / 1024)

    def compare(self) -> None:
        """Every official score and place, against what the judges sent; and the invariants of the whole."""
        from django.core.management import call_command

        from judging.models import EntryScore

        with self.timed("comparison"):
            sheets: dict[int, list[Marks]] = defaultdict(list)
            for code, judge in self.people.items():
                assert not judge.sent, f"judge {code} left sheets unsealed"
                for number, marks in judge.sealed.items():
                    if (number, code) not in self.left:
                        sheets[number].append(marks)
            expected = places_of(
                sheets,
                weights=dict(zip(CODES, WEIGHTS, strict=True)),
                trim_from=TRIM_FROM,
                tracks=len(self.scene.tracks),
                votes=self.votes,
            )
            assert len(expected) == self.entries, "an entry has no score"
            stored = EntryScore.objects.filter(stage=self.scene.stage).values_list("entry__number", "score", "sheets")
            kept = {serial(number): (Fraction(score), count) for number, score, count in stored}
            assert kept == {number: (expected[number][2], len(sheets[number])) for number in expected}
            published = {
                serial(one["entry"]): (one["track"], one["rank"], Fraction(one["score"]))
                for one in self.facts["results"]
            }
            assert published == expected, set(published.items()) ^ set(expected.items())
            self.figures["scores compared"] = len(kept)
            self.figures["sheets that count"] = sum(map(len, sheets.values()))
        with self.timed("invariants"):
            said = io.StringIO()
            call_command("check_invariants", stdout=said)
            self.figures["invariants"] = said.getvalue().splitlines()[-1]

    def answers(self) -> None:
        everybody = list(self.people.values())
        self.figures |= figures(everybody, self.figures["judging seconds"] or 0.1)
        self.figures["desk KB"] = round(max(judge.desk_kb for judge in everybody), 1)
        assert self.figures["errors"] == 0, self.figures["statuses"]
        assert len(everybody) == self.judges + 1, "nobody moved up"


def session_of(user: Any) -> str:
    """A session, as after signing in."""
    from django.conf import settings
    from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
    from django.contrib.sessions.backends.db import SessionStore

    session = SessionStore()
    session[SESSION_KEY] = str(user.pk)
    session[BACKEND_SESSION_KEY] = settings.AUTHENTICATION_BACKENDS[1]
    session[HASH_SESSION_KEY] = user.get_session_auth_hash()
    session.create()
    return str(session.session_key)


def serial(number: str) -> int:
    """The scene's own number of an entry: the end of the official one."""
    return int(number.rpartition("-")[2])


def number_of(title: str) -> int:
    return int(title.removeprefix("作品"))


def bare_python() -> str:
    """The interpreter under the virtual environment: it knows the standard library alone."""
    return os.path.realpath(sys.executable)


def run(*, entries: int, judges: int, at_once: int, folder: Path, port: int) -> dict[str, Any]:
    """The scene on the database of the environment; returns its figures."""
    import django

    django.setup()
    from django.core.management import call_command
    from django.db import connection

    call_command("migrate", verbosity=0)
    scene = Judging(entries=entries, judges=judges, at_once=at_once, port=port, folder=folder)
    scene.figures |= {"database": connection.vendor, "cores": os.cpu_count(), "load before": os.getloadavg()[0]}
    scene.prepare()
    with (folder / "web.log").open("wb") as log:
        server = subprocess.Popen([sys.executable, "-m", "portal.supervisor.web"], cwd=ROOT, stdout=log, stderr=log)
        try:
            _wait_for(port)
            scene.score()
            scene.answers()
            scene.settle()
            scene.prove()
        except BaseException:
            said = [line for line in (folder / "web.log").read_text("utf-8", "replace").splitlines() if "Error" in line]
            print("the server said:", *said[-20:], sep="\n", file=sys.stderr)
            raise
        finally:
            server.terminate()
            server.wait(timeout=10)
    scene.compare()
    return scene.figures


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--entries", type=int, default=900)
    parser.add_argument("--judges", type=int, default=60)
    parser.add_argument("--at-once", type=int, default=8)
    parser.add_argument("--json", action="store_true", help="print the figures as one JSON object")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        port = free_port()
        os.environ |= {
            "DATA_DIR": folder,
            "PORT": str(port),
            "DJANGO_SETTINGS_MODULE": "portal.settings",
            "CELERY_BROKER_URL": os.environ.get("CELERY_BROKER_URL", "memory://"),
            "CACHE_URL": os.environ.get("CACHE_URL", "locmem://"),
            "PYTHONWARNINGS": "ignore",
        }
        subprocess.run(
            [sys.executable, "manage.py", "collectstatic", "--noinput", "--verbosity", "0"], cwd=ROOT, check=True
        )
        found = run(
            entries=options.entries, judges=options.judges, at_once=options.at_once, folder=Path(folder), port=port
        )
    if options.json:
        print(json.dumps(found, ensure_ascii=False))
        return
    for name, figure in found.items():
        print(f"{name:>28}  {figure}")


if __name__ == "__main__":
    main()
