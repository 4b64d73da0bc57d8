"""Whether the stand-alone verifier finds every change of an export: `python -m tests.load.tampering [--edits 3000]`.

On a database of its own a panel of five judges seals its sheets on twenty entries, and the proofs are exported. Then somebody
changes the export: first as an outsider, any byte of any file; then as whoever holds the key of the portal and signs the list
of files anew, in what the journal says: bytes edited, every event deleted, every two neighbours exchanged, and the same with
every leaf. The verifier runs in this process, on files in memory. The exit code is 1 where one change goes unnoticed.
"""

import argparse
import io
import os
import random
import sys
import tempfile
import zipfile
from collections.abc import Callable, Iterator
from datetime import timedelta
from hashlib import sha256

from tests.load.report import Report

JUDGES, ENTRIES = 5, 20
SEED = 7

Files = dict[str, bytes]


def exported() -> Files:
    """The proofs of a stage that was judged, as the page hands them out."""
    from judging.actions import export_proofs
    from tests.judging.factories import NOW, make_panel, score_and_seal

    chance = random.Random(SEED)
    panel = make_panel(experts=JUDGES, entries=ENTRIES)
    for entry in panel.entries:
        for expert in panel.experts:
            marks = chance.randrange(60, 96), chance.randrange(60, 96)
            score_and_seal(panel.assignment(expert, entry), *marks)
    archive = export_proofs(actor=panel.organiser, stage=panel.stage, now=NOW + timedelta(days=10))
    with zipfile.ZipFile(io.BytesIO(archive)) as packed:
        return {name: packed.read(name) for name in packed.namelist()}


def is_noticed(files: Files) -> bool:
    from portal.journal import verify

    try:
        return any(verify.check_export(files, key_text="", check=True, checkpoints={}, receipts={}))
    except (verify.Problem, ValueError, KeyError, TypeError, IndexError, ZeroDivisionError, AttributeError):
        return True  # what cannot be read ends the script with an error


def signed_anew(files: Files) -> Files:
    """The list of files as whoever holds the key can make it again."""
    from portal.journal.checkpoints import signer

    lines = "".join(f"{sha256(files[name]).hexdigest()}  {name}\n" for name in sorted(files) if name != "MANIFEST")
    return files | {"MANIFEST": signer().sign(f"chengshu export\n{lines}").encode()}


def edited(content: bytes, chance: random.Random) -> bytes:
    """One byte has another value."""
    place = chance.randrange(len(content))
    return content[:place] + bytes([content[place] ^ chance.randrange(1, 256)]) + content[place + 1 :]


def edits(files: Files, count: int) -> Iterator[Files]:
    """One byte somewhere, in each file as often as in each other."""
    chance, names = random.Random(SEED), sorted(files)
    for turn in range(count):
        name = names[turn % len(names)]
        yield files | {name: edited(files[name], chance)}


def edits_with_the_key(files: Files, count: int) -> Iterator[Files]:
    """One byte of what the journal holds, and the list of files signed anew."""
    chance = random.Random(SEED)
    for turn in range(count):
        name = ("events.jsonl", "leaves.txt")[turn % 2]
        yield signed_anew(files | {name: edited(files[name], chance)})


def deletions(files: Files, name: str) -> Iterator[Files]:
    lines = files[name].splitlines(keepends=True)
    for place in range(len(lines)):
        yield signed_anew(files | {name: b"".join(lines[:place] + lines[place + 1 :])})


def exchanges(files: Files, name: str) -> Iterator[Files]:
    lines = files[name].splitlines(keepends=True)
    for place in range(len(lines) - 1):
        yield signed_anew(
            files | {name: b"".join([*lines[:place], lines[place + 1], lines[place], *lines[place + 2 :]])}
        )


def measure(count: int) -> bool:
    """Whether every change was noticed."""
    report, files = Report(), exported()
    untouched = is_noticed(files)
    report.say("an untouched export", "refused" if untouched else "in order", "in order", not untouched)
    untouched = is_noticed(signed_anew(files))
    report.say("  and with its list signed anew", "refused" if untouched else "in order", "in order", not untouched)
    kinds: dict[str, Callable[[], Iterator[Files]]] = {
        f"one byte, in any of {len(files)} files": lambda: edits(files, count),
        "one byte of events or leaves, by the key's holder": lambda: edits_with_the_key(files, count),
    }
    for name, what in (("events.jsonl", "event"), ("leaves.txt", "leaf")):
        kinds[f"each {what} deleted, by the key's holder"] = lambda name=name: deletions(files, name)  # type: ignore[misc]
        kinds[f"each {what} and the next exchanged, by the same"] = lambda name=name: exchanges(files, name)  # type: ignore[misc]
    for kind, changes in kinds.items():
        found = [is_noticed(changed) for changed in changes()]
        report.say(f"{kind}: unnoticed", f"{found.count(False)} of {len(found)}", "0", bool(found) and all(found))
    return report.met


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--edits", type=int, default=3000)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        os.environ |= {
            "DATA_DIR": folder,
            "DJANGO_SETTINGS_MODULE": "portal.settings",
            "CELERY_BROKER_URL": "memory://",
        }
        os.environ.pop("DATABASE_URL", None)
        import django
        from django.core.management import call_command

        django.setup()
        call_command("migrate", verbosity=0)
        return 0 if measure(given.edits) else 1


if __name__ == "__main__":
    sys.exit(main())
