"""The proofs of a stage as one archive: what anybody needs to check the journal and the official ranking without us.

    leaves.txt        every leaf of the journal in order, hexadecimal
    checkpoints/N.txt the signed checkpoint of N leaves
    consistency.json  that each checkpoint begins with the one before it
    events.jsonl      what the events of this contest say, with their places in the tree
    erased.json       the places of events, of any contest, whose content was erased
    stage.json        the rubric, the rules, which sealed sheet counts and why not, which entry is ranked and why not, in
                      which track scores are standard scores and why not, the committee's votes, and the official ranking
    draws/ID.json     each draw of experts, as its page hands it out
    key.txt           the key of the journal
    verify.py         the check, with verify_ranking.py and verify_draws.py beside it: the standard library alone
    MANIFEST          the fingerprint of each of these, signed

Nothing of other contests is in it but their leaves, which tell nothing without their salts.
"""

import base64
import io
import itertools
import json
import zipfile
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path
from typing import Any

from competition.models import Contest, Stage
from judging.events import VOTE_RECORDED
from judging.models import Assignment, Draw, EntryScore, PanelVote, Seal
from judging.reading.drawn import export_of
from judging.reading.results import RankedTrack, Ranking, read_rankings, tracks_and_criteria
from judging.rubrics import described, rules_described
from judging.scoring import criteria_of
from portal.canonical import canonical_json
from portal.journal.checkpoints import proof_of, signer, stored_hashes
from portal.journal.models import Checkpoint, Event, Leaf
from portal.journal.recording import parts_of
from portal.journal.tree import consistency_proof
from submissions.models import Entry

VERIFIER = Path(__file__).resolve().parent.parent / "portal" / "journal" / "verify.py"
VERIFIERS = (VERIFIER, VERIFIER.with_name("verify_ranking.py"), VERIFIER.with_name("verify_draws.py"))
BATCH = 2000


def is_signed_for(contest: Contest) -> bool:
    """Whether every event of the contest has its place under a checkpoint."""
    kind, public_id = contest.reference
    waiting = Event.objects.filter(body__contest_type=kind, body__contest_id=public_id, leaf__isnull=True)
    return not waiting.exists()


def read_proofs(stage: Stage) -> dict[str, bytes]:
    """Every file of the archive that comes from the database, up to the latest checkpoint.

    In one snapshot in which the contest `is_signed_for`: else a mark could stand in one part and not in another.
    """
    notes = list(Checkpoint.objects.filter(size__gt=0).order_by("size"))
    size = notes[-1].size if notes else 0
    erased = Event.objects.filter(erasure__isnull=False).order_by("leaf__index")
    files = {
        "leaves.txt": _leaves(size),
        "events.jsonl": b"".join(_events(stage, size)),
        "erased.json": _pretty(list(erased.filter(leaf__index__lt=size).values_list("leaf__index", flat=True))),
        "stage.json": _pretty(stage_facts(stage, size)),
        "consistency.json": _pretty(_consistency(notes)),
    }
    for draw in Draw.objects.filter(contest=stage.contest, status=Draw.Status.DRAWN):
        files[f"draws/{draw.public_id}.json"] = _pretty(export_of(draw))
    return files | {f"checkpoints/{checkpoint.size}.txt": checkpoint.note.encode() for checkpoint in notes}


def pack_proofs(files: dict[str, bytes]) -> bytes:
    """The archive of these files, with key, verifier and manifest."""
    files = files | {"key.txt": f"{signer().verifier}\n".encode()}
    files |= {script.name: script.read_bytes() for script in VERIFIERS}
    lines = "".join(f"{sha256(content).hexdigest()}  {name}\n" for name, content in sorted(files.items()))
    files["MANIFEST"] = signer().sign(f"chengshu export\n{lines}").encode()
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in sorted(files.items()):
            archive.writestr(zipfile.ZipInfo(name, (2024, 1, 1, 0, 0, 0)), content, zipfile.ZIP_DEFLATED)
    return written.getvalue()


def _leaves(size: int) -> bytes:
    rows = Leaf.objects.filter(index__lt=size).order_by("index").values_list("event__leaf_hash", flat=True)
    return b"".join(f"{leaf}\n".encode() for leaf in rows.iterator(chunk_size=BATCH))


def _consistency(notes: list[Checkpoint]) -> list[dict[str, Any]]:
    hashes = stored_hashes()
    return [
        {
            "old": old.size,
            "new": new.size,
            "proof": [base64.b64encode(part).decode() for part in consistency_proof(hashes, old.size, new.size)],
        }
        for old, new in itertools.pairwise(notes)
    ]


def _events(stage: Stage, size: int) -> Iterator[bytes]:
    """What the events of the contest say, those that were erased left out."""
    kind, contest = stage.contest.reference
    rows = (
        Event.objects.filter(
            body__contest_type=kind, body__contest_id=contest, leaf__isnull=False, leaf__index__lt=size
        )
        .select_related("body", "leaf")
        .order_by("leaf__index")
    )
    for event in rows.iterator(chunk_size=BATCH):
        yield canonical_json({"index": event.leaf.index, "event": parts_of(event, event.body)}) + b"\n"


def stage_facts(stage: Stage, size: int) -> dict[str, Any]:
    """What the ranking is computed from, and what it was computed to."""
    assert stage.rubric is not None, "the page asks for it"  # noqa: S101 - narrows the type
    criteria = criteria_of(stage.rubric)
    tracks, names = tracks_and_criteria(stage)
    rankings = read_rankings(stage, names)
    return {
        "format": 3,
        "contest": stage.contest.public_id,
        "stage": stage.public_id,
        "name": f"{stage.contest.name} {stage.label}",
        "rubric": described(stage.rubric, criteria),
        "rules": rules_described(stage, criteria),
        "tracks": [_scores_of(track, rankings[track.pk]) for track in tracks if track.pk in rankings],
        "entries": _entries(stage),
        "sheets": list(_sheets(stage, size)),
        "votes": _votes(stage, size),
        "results": [
            {"track": track.number, "entry": row.number, "rank": row.rank, "score": row.exact}
            for track in tracks
            if track.pk in rankings
            for row in rankings[track.pk].rows
        ],
    }


def _scores_of(track: RankedTrack, found: Ranking) -> dict[str, Any]:
    """What the scores of a track are; `why` there are no standard scores although the rules ask for them, and whose doing it is."""
    refusal = found.refusal
    return {
        "track": track.number,
        "scores": Stage.Scoring.STANDARD if found.is_standard else Stage.Scoring.MEAN,
        "why": refusal.code if refusal else "",
        "judges": list(refusal.judges) if refusal else [],
    }


def _entries(stage: Stage) -> list[dict[str, Any]]:
    rows = EntryScore.objects.filter(stage=stage).order_by("track__number", "entry__number")
    columns = ("entry__public_id", "entry__number", "track__number", "entry__status")
    return [
        {
            "id": public_id,
            "number": number,
            "track": track,
            "ranked": status == Entry.Status.SUBMITTED,
            "why": "" if status == Entry.Status.SUBMITTED else status,
        }
        for public_id, number, track, status in rows.values_list(*columns)
    ]


def _votes(stage: Stage, size: int) -> list[dict[str, Any]]:
    """Every vote of the committee in the order in which they were recorded, with its place in the tree."""
    votes = list(PanelVote.objects.filter(stage=stage).select_related("track").order_by("pk"))
    places = dict(
        Event.objects.filter(
            kind=VOTE_RECORDED.key,
            body__subject_type=PanelVote._meta.label_lower,
            body__subject_id__in=[vote.public_id for vote in votes],
            leaf__index__lt=size,
        ).values_list("body__subject_id", "leaf__index")
    )
    return [{"index": places.get(vote.public_id), "track": vote.track.number, "points": vote.points} for vote in votes]


def _sheets(stage: Stage, size: int) -> Iterator[dict[str, Any]]:
    """Every seal that ever was, with its place in the tree, and whether it counts."""
    rows = (
        Seal.objects.filter(sheet__assignment__stage=stage)
        .select_related("sheet__assignment__expert", "sheet__assignment__entry", "reopening")
        .order_by("pk")
    )
    places = dict(
        Leaf.objects.filter(event__leaf_hash__in=rows.values("leaf"), index__lt=size).values_list(
            "event__leaf_hash", "index"
        )
    )
    for seal in rows.iterator(chunk_size=BATCH):
        seat = seal.sheet.assignment
        yield {
            "index": places.get(seal.leaf),
            "seat": seat.public_id,
            "judge": seat.expert.code,
            "entry": seat.entry.public_id,
            "counts": _why_not(seal, seat) == "",
            "why": _why_not(seal, seat),
        }


def _why_not(seal: Seal, seat: Assignment) -> str:
    if hasattr(seal, "reopening"):
        return "reopened"
    return "" if seat.status == Assignment.Status.ACTIVE else seat.status


def _pretty(value: Any) -> bytes:
    return json.dumps(value, ensure_ascii=False, indent=1, sort_keys=True).encode() + b"\n"


def receipt_of(seal: Seal) -> dict[str, Any]:
    """What a judge holds of one seal: the event with its salt, our signature under its leaf, and the proof once there is one."""
    event = Event.objects.select_related("body").get(leaf_hash=seal.leaf)
    proof = proof_of(seal.leaf)
    body = getattr(event, "body", None)
    return {
        "format": 1,
        "leaf": seal.leaf,
        "event": parts_of(event, body) if body else None,
        "promise": signer().sign(f"chengshu receipt\n{seal.leaf}\n"),
        "key": signer().verifier,
        "proof": None
        if proof is None
        else {"index": proof.index, "checkpoint": proof.checkpoint.note, "path": proof.lines},
    }
