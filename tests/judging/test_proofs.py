"""The journal as a tree, receipts, and the check that needs nothing of ours."""

import io
import json
import random
import subprocess
import sys
import zipfile
from copy import deepcopy
from datetime import timedelta

import pytest
import time_machine
from django.db import IntegrityError, transaction
from django.urls import reverse

from competition.models import Role
from judging.actions import close_scoring, export_proofs, record_vote, recuse_judge, reopen_sheet, undo_seals
from judging.actions.closing import _close
from judging.models import ScoringClose, Seal
from judging.proofs import VERIFIER, VERIFIERS, receipt_of
from portal.journal.actions import erase
from portal.journal.checkpoints import make_checkpoint, signer
from portal.journal.models import Checkpoint, EventBody, Leaf
from portal.notices.models import Notice
from portal.refusals import Refusal
from tests.competition.factories import make_role
from tests.judging.factories import NOW, make_panel, score, score_and_seal, seal
from tests.portal.factories import make_superuser, make_user
from tests.scenes import once_per_module

pytestmark = pytest.mark.django_db
LATER = NOW + timedelta(days=10)


def scored():
    """Three judges, three entries; one sheet was opened again, one judge left a seat, two entries tie on the score."""
    panel = make_panel(experts=3, entries=3)
    for entry, marks in zip(panel.entries, ((80, 85), (84, 81), (84, 81)), strict=True):
        for expert in panel.experts:
            if (expert, entry) != (panel.experts[2], panel.entries[2]):
                score_and_seal(panel.assignment(expert, entry), *marks)
    seat = panel.assignment(panel.experts[0], panel.entries[0])
    reopen_sheet(actor=panel.organiser, sheet=seat.sheet, revision=seat.sheet.revision, reason="笔误", now=NOW)
    seal(score(seat, 81, "85.5"))
    recuse_judge(
        actor=panel.experts[2].user,
        assignment=panel.assignment(panel.experts[2], panel.entries[2]),
        reason="曾任职",
        now=NOW,
    )
    return panel


made = once_per_module(scored)


@pytest.fixture
def panel(made):
    return deepcopy(made)


@pytest.fixture
def export(panel, tmp_path):
    """The export, unpacked."""
    archive = export_proofs(actor=panel.organiser, stage=panel.stage, now=LATER)
    folder = tmp_path / "export"
    with zipfile.ZipFile(io.BytesIO(archive)) as packed:
        packed.extractall(folder)
    (tmp_path / "export.zip").write_bytes(archive)
    return folder


def verify(path, *options, script=VERIFIER):
    """The script as an outsider runs it: alone, in an empty environment, from elsewhere."""
    done = subprocess.run(
        [sys.executable, "-I", str(script), str(path), *map(str, options)],
        cwd="/",
        env={},
        capture_output=True,
        text=True,
        check=False,
    )
    return done.returncode, done.stdout + done.stderr


def findings(files, **options):
    """The same check in this process, on files in memory."""
    from portal.journal import verify as script

    given = {"key_text": "", "check": True, "checkpoints": {}, "receipts": {}} | options
    try:
        return list(script.check_export(files, **given))
    except (script.Problem, ValueError, KeyError, TypeError, IndexError, ZeroDivisionError, AttributeError) as error:
        return [str(error) or repr(error)]


def files_of(folder):
    return {str(one.relative_to(folder)): one.read_bytes() for one in folder.rglob("*") if one.is_file()}


def signed_anew(files):
    """The manifest as whoever holds the key could make it again."""
    from hashlib import sha256

    lines = "".join(f"{sha256(files[name]).hexdigest()}  {name}\n" for name in sorted(files) if name != "MANIFEST")
    return files | {"MANIFEST": signer().sign(f"chengshu export\n{lines}").encode()}


class TestTheScript:
    def test_finds_an_untouched_export_in_order(self, export):
        code, output = verify(export)
        assert (code, "In order" in output) == (0, True), output
        assert "Not counted: 1 sheet(s): reopened" in output

    def test_reads_the_archive_as_it_was_downloaded(self, export):
        code, output = verify(export.with_suffix(".zip"), "--key", signer().verifier)
        assert code == 0, output

    def test_comes_with_the_archive_and_runs_from_there(self, export, tmp_path):
        folder = tmp_path / "elsewhere"
        folder.mkdir()
        for script in VERIFIERS:
            (folder / script.name).write_bytes((export / script.name).read_bytes())
        assert verify(export, script=folder / VERIFIER.name)[0] == 0
        (folder / "verify_ranking.py").unlink()
        code, output = verify(export, script=folder / VERIFIER.name)
        assert (code, "verify_ranking.py" in output) == (1, True), output

    def test_imports_nothing_but_the_standard_library(self):
        import ast

        nodes = [node for script in VERIFIERS for node in ast.walk(ast.parse(script.read_text()))]
        names = {
            alias.name.partition(".")[0] for node in nodes if isinstance(node, ast.Import) for alias in node.names
        } | {node.module.partition(".")[0] for node in nodes if isinstance(node, ast.ImportFrom)}
        assert names <= sys.stdlib_module_names

    def test_finds_any_edit_of_one_byte(self, export):
        files, chance = files_of(export), random.Random(7)
        for name in sorted(files):
            content = files[name]
            places = {0, len(content) - 1} | {chance.randrange(len(content)) for _turn in range(12)}
            for place in places:
                edited = bytearray(content)
                edited[place] ^= chance.choice([1, 2, 4, 8, 16, 32])
                assert findings(files | {name: bytes(edited)}), (name, place)

    def test_finds_any_file_taken_out_or_put_in(self, export):
        files = files_of(export)
        for name in files:
            assert findings({other: content for other, content in files.items() if other != name}), name
        assert findings(files | {"extra.txt": b"x"})

    def test_finds_every_event_deleted_edited_or_moved_even_when_the_manifest_is_signed_anew(self, export):
        files = files_of(export)
        lines = files["events.jsonl"].splitlines(keepends=True)
        for place, line in enumerate(lines):
            without = lines[:place] + lines[place + 1 :]
            assert findings(signed_anew(files | {"events.jsonl": b"".join(without)})), line
        for place in (place for place, line in enumerate(lines) if b"judging.sheet_sealed" in line):
            edited = [*lines[:place], lines[place].replace(b'"C1":"8', b'"C1":"9'), *lines[place + 1 :]]
            assert findings(signed_anew(files | {"events.jsonl": b"".join(edited)}))
        moved = [*lines[:-2], lines[-1], lines[-2]]
        assert findings(signed_anew(files | {"events.jsonl": b"".join(moved)}))

    def test_takes_what_was_erased_for_no_deletion_and_says_so(self, panel, tmp_path):
        plan = EventBody.objects.filter(event__kind="judging.plan_drafted").get()
        erase(actor=make_superuser(), sequences=[plan.event_id], reason="R-1", now=NOW)
        assert "content of 1 was erased" in self._checked(panel, tmp_path)
        make_checkpoint(now=NOW)
        sheet = EventBody.objects.filter(event__kind="entries.frozen").get()
        erase(actor=make_superuser(), sequences=[sheet.event_id], reason="R-2", now=NOW)
        assert "content of 2 was erased" in self._checked(panel, tmp_path)

    def _checked(self, panel, tmp_path):
        path = tmp_path / "export.zip"
        path.write_bytes(export_proofs(actor=panel.organiser, stage=panel.stage, now=LATER))
        code, output = verify(path)
        assert code == 0, output
        return output

    def test_finds_leaves_deleted_or_reordered_by_whoever_holds_the_key(self, export):
        files = files_of(export)
        leaves = files["leaves.txt"].splitlines(keepends=True)
        assert findings(signed_anew(files | {"leaves.txt": b"".join(leaves[:-1])}))
        assert findings(signed_anew(files | {"leaves.txt": b"".join([leaves[1], leaves[0], *leaves[2:]])}))

    def test_finds_a_ranking_that_the_marks_do_not_give(self, export):
        files = files_of(export)
        facts = json.loads(files["stage.json"])
        for change in (
            lambda: facts["results"][0].update(score="99"),
            lambda: facts["results"][0].update(rank=3),
            lambda: facts["results"].pop(),
            lambda: facts["rules"].update(trim_from=3),
            lambda: facts["sheets"].pop(0),
            lambda: facts["sheets"][0].update(counts=False, why="withdrawn"),
            lambda: facts["rubric"]["criteria"][0].update(weight="41"),
        ):
            facts.update(json.loads(files["stage.json"]))
            change()
            assert findings(signed_anew(files | {"stage.json": json.dumps(facts).encode()}))

    def test_a_checkpoint_that_was_mailed_finds_a_journal_made_anew(self, export, tmp_path):
        mailed = tmp_path / "mailed.txt"
        mailed.write_text(Checkpoint.objects.latest("size").note, "utf-8")
        assert verify(export, "--checkpoint", mailed)[0] == 0
        from portal.journal.notes import checkpoint_text

        other = signer().sign(checkpoint_text(signer().name, 3, bytes(32), {}))
        mailed.write_text(other, "utf-8")
        code, output = verify(export, "--checkpoint", mailed)
        assert code == 1
        assert "something was changed" in output

    def test_another_key_is_told(self, export):
        from portal.journal.notes import Signer

        code, output = verify(export, "--key", Signer.from_secret("another").verifier)
        assert (code, "not the key that you know" in output) == (1, True)

    def test_checks_the_tree_without_signatures_too(self, export):
        assert verify(export, "--no-signatures")[0] == 0


class TestVotes:
    """Two entries share a rank; the committee has put the second first."""

    @pytest.fixture
    def files(self, tmp_path):
        panel = make_panel(experts=3, entries=2)
        for entry in panel.entries:
            for expert in panel.experts:
                score_and_seal(panel.assignment(expert, entry), 80, 80)
        first, second = (entry.number for entry in panel.entries)
        record_vote(
            actor=panel.organiser,
            stage=panel.stage,
            track=panel.track,
            entries=[first, second],
            ballots={expert.code: [second, first] for expert in panel.experts},
            minutes="到会三人",
            held_on=LATER.date(),
            now=LATER,
        )
        archive = export_proofs(actor=panel.organiser, stage=panel.stage, now=LATER)
        (tmp_path / "export.zip").write_bytes(archive)
        with zipfile.ZipFile(io.BytesIO(archive)) as packed:
            return {name: packed.read(name) for name in packed.namelist()}

    def test_part_a_shared_rank_for_the_script_too(self, files, tmp_path):
        ranks = {one["rank"] for one in json.loads(files["stage.json"])["results"]}
        assert ranks == {1, 2}
        code, output = verify(tmp_path / "export.zip")
        assert code == 0, output


class TestReceipts:
    def test_prove_that_the_sheet_stands_in_the_journal(self, panel, export, tmp_path):
        receipt = tmp_path / "receipt.json"
        receipt.write_text(json.dumps(receipt_of(Seal.objects.latest("pk"))), "utf-8")
        assert verify(export, "--receipt", receipt)[0] == 0

    def test_promise_it_before_the_next_checkpoint(self, panel):
        found = receipt_of(Seal.objects.latest("pk"))
        assert found["proof"] is None
        assert found["leaf"] in found["promise"]

    def test_of_a_sheet_that_was_removed_is_told(self, panel, export, tmp_path):
        receipt = receipt_of(Seal.objects.latest("pk"))
        other = receipt | {"leaf": "0" * 64, "event": None, "proof": None}
        other["promise"] = signer().sign(f"chengshu receipt\n{'0' * 64}\n")
        path = tmp_path / "receipt.json"
        path.write_text(json.dumps(other), "utf-8")
        assert "not in this journal" in verify(export, "--receipt", path)[1]

    def test_belong_to_their_judge_alone(self, client, panel):
        given = Seal.objects.filter(sheet__assignment__expert=panel.experts[0]).first()
        stage = panel.stage.public_id
        with time_machine.travel(NOW, tick=False):
            client.force_login(panel.experts[0].user)
            assert client.get(reverse("seal_receipts", args=[stage])).status_code == 200
            assert client.get(reverse("seal_receipt", args=[stage, given.public_id])).json()["leaf"] == given.leaf
            client.force_login(panel.experts[1].user)
            assert client.get(reverse("seal_receipt", args=[stage, given.public_id])).status_code == 404


class TestCheckpoints:
    def test_give_every_event_one_place_for_ever(self, panel):
        first = make_checkpoint(now=NOW)
        places = list(Leaf.objects.values_list("index", "event_id"))
        assert make_checkpoint(now=LATER) == first
        make_panel(experts=1, entries=1)
        second = make_checkpoint(now=LATER)
        assert second.size > first.size
        assert list(Leaf.objects.filter(index__lt=first.size).values_list("index", "event_id")) == places

    def test_are_never_changed_nor_deleted(self, panel):
        made = make_checkpoint(now=NOW)
        for change in (lambda: Checkpoint.objects.filter(pk=made.pk).update(root="0" * 64), made.delete):
            with pytest.raises(IntegrityError), transaction.atomic():
                change()

    def test_are_signed_and_mailed_when_scoring_closes(self, panel):
        supervisor = make_user(name="监督")
        make_role(supervisor, panel.contest, Role.Name.SUPERVISOR)
        assert close_scoring(now=panel.stage.closes_at - timedelta(seconds=1)) == []
        (closing,) = close_scoring(now=panel.stage.closes_at)
        assert close_scoring(now=LATER) == []
        assert Checkpoint.objects.get(size=closing.size).note
        told = Notice.objects.filter(kind="judging.scoring_closed", channel="mail")
        assert {notice.recipient for notice in told} == {supervisor, *(expert.user for expert in panel.experts)}
        assert ScoringClose.objects.count() == 1

    def test_page_shows_the_latest_to_everybody(self, client, panel):
        assert client.get(reverse("checkpoint_text")).status_code == 404
        assert client.get(reverse("checkpoint")).status_code == 200
        made = make_checkpoint(now=NOW)
        assert client.get(reverse("checkpoint_text")).content.decode() == made.note
        assert signer().verifier.encode() in client.get(reverse("checkpoint")).content

    def test_are_not_mailed_twice_by_two_workers(self, panel):
        """The second had looked before the first was done."""
        at = panel.stage.closes_at
        first = _close(panel.stage, at)
        told = Notice.objects.count()
        assert _close(panel.stage, LATER) == first
        assert (Notice.objects.count(), ScoringClose.objects.get().at) == (told, at)

    def test_are_no_export_where_nobody_judges(self):
        panel = make_panel(experts=1, entries=1, publish=False)
        with pytest.raises(Refusal) as caught:
            export_proofs(actor=panel.organiser, stage=panel.stage, now=NOW)
        assert caught.value.code == "no_seats"
        assert not Checkpoint.objects.exists()


def test_undoing_keeps_what_was_sealed(panel):
    seat = panel.assignment(panel.experts[1], panel.entries[1])
    given = Seal.objects.get(sheet=seat.sheet)
    undo_seals(actor=panel.experts[1].user, stage=panel.stage, seals=[given.public_id], now=NOW)
    assert Seal.objects.get(pk=given.pk).marks == {"C1": "84", "C2": "81"}
