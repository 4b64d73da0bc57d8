"""What finding duplicates costs, and what it finds: `python -m tests.load.duplicates [--entries 25000] [--characters 4000]`.

Makes submitted entries of one contest on a database of its own (SQLite unless DATABASE_URL names another), straight as
rows: as many as asked for, whose texts are drawn from invented words, a tenth of it a template that everybody was given.
Of every hundred, one was copied whole, one with a paragraph changed, one with its paragraphs in another order, one by half
— each from an entry of its own. Printed are the time and the memory of `compare_all`, the time of one more submission, the
size of the index, and how many of the copies and of the rest became cases. Run it on a machine that does nothing else.
"""

import argparse
import os
import random
import resource
import statistics
import tempfile
import time
from collections import Counter
from itertools import accumulate
from pathlib import Path
from typing import Any

COPIES = ("whole", "paragraph changed", "shuffled", "half")
EVERY = 100
TEMPLATE_SHARE = 0.1
PARAGRAPHS = 10
BATCH = 1000
MIB = 1 << 20


def words(chance: random.Random) -> list[str]:
    """Invented words of two to four characters, of which a text uses the common ones more often."""
    from tests.submissions.copying import CHARACTERS

    return ["".join(chance.choices(CHARACTERS, k=chance.choice((2, 2, 2, 3, 4)))) for _turn in range(8000)]


class Author:
    """Writes texts; the same seed writes the same."""

    def __init__(self, seed: int, characters: int) -> None:
        self.chance = random.Random(seed)
        self.words = words(self.chance)
        self.weights = list(accumulate(1 / (place + 8) for place in range(len(self.words))))
        self.length = int(characters * (1 - TEMPLATE_SHARE) / PARAGRAPHS)
        self.template = self._paragraph(int(characters * TEMPLATE_SHARE))

    def own(self) -> list[str]:
        return [self._paragraph(self.length) for _turn in range(PARAGRAPHS)]

    def copy(self, kind: str, original: list[str]) -> list[str]:
        if kind == "paragraph changed":
            return [*original[:4], self._paragraph(self.length), *original[5:]]
        if kind == "shuffled":
            return self.chance.sample(original, len(original))
        if kind == "half":
            return [*original[: PARAGRAPHS // 2], *self.own()[PARAGRAPHS // 2 :]]
        return list(original)

    def _paragraph(self, length: int) -> str:
        found = self.chance.choices(self.words, cum_weights=self.weights, k=length // 2)
        return "，".join("".join(found[at : at + 6]) for at in range(0, len(found), 6))[:length] + "。"


def prepare(entries: int, characters: int) -> tuple[Any, dict[tuple[int, int], str]]:
    """The contest, and the pairs of keys that were copied with how."""
    import django

    django.setup()
    from django.core.management import call_command

    from tests.competition.factories import make_topic, make_track
    from tests.submissions.factories import make_open_contest

    call_command("migrate", verbosity=0)
    topic = make_topic(make_track(make_open_contest()))
    author = Author(2024, characters)
    originals: dict[int, list[str]] = {}
    planted: list[tuple[int, int, str]] = []
    texts: list[list[str]] = []
    for place in range(entries):
        kind = COPIES[place % EVERY - EVERY + len(COPIES)] if place % EVERY >= EVERY - len(COPIES) else ""
        if kind:
            source = place - place % EVERY + COPIES.index(kind) * 7
            texts.append(author.copy(kind, originals[source]))
            planted.append((source, place, kind))
        else:
            own = author.own()
            texts.append(own)
            if place % EVERY in {number * 7 for number in range(len(COPIES))}:
                originals[place] = own
        if len(texts) == BATCH:
            _store(topic, author.template, texts, place + 1 - len(texts))
            texts.clear()
    _store(topic, author.template, texts, entries - len(texts))
    from submissions.models import Entry

    keys = list(Entry.objects.order_by("pk").values_list("pk", flat=True))
    return topic.track.contest, {(keys[source], keys[copy]): kind for source, copy, kind in planted}


def _store(topic: Any, template: str, texts: list[list[str]], first: int) -> None:
    """Rows without the actions that make them: those have a benchmark of their own elsewhere."""
    from portal.accounts.models import Organisation, User
    from submissions.models import Entry, EntryVersion, Membership, Team, scope_key
    from tests.competition.factories import NOW

    numbers = range(first, first + len(texts))
    users = User.objects.bulk_create(User(email=f"captain{n}@example.cn", name=f"队长{n}") for n in numbers)
    leads = Organisation.objects.bulk_create(
        Organisation(uscc=f"9142{n:014d}", name=f"单位{n}", kind="enterprise", region="42") for n in numbers
    )
    teams = Team.objects.bulk_create(
        Team(
            contest=topic.track.contest, captain=user, lead_organisation=lead, created_at=NOW,
            organisations_saved_at=NOW, members_saved_at=NOW,
        )
        for user, lead in zip(users, leads, strict=True)
    )  # fmt: skip
    scope = scope_key(topic.track.contest, topic)
    Membership.objects.bulk_create(
        Membership(team=team, user=user, scope_key=scope, phone=f"138{n:08d}", joined_at=NOW)
        for team, user, n in zip(teams, users, numbers, strict=True)
    )
    entries = Entry.objects.bulk_create(
        Entry(team=team, contest=topic.track.contest, topic=topic, title=f"项目{n}", created_at=NOW)
        for team, n in zip(teams, numbers, strict=True)
    )
    versions = EntryVersion.objects.bulk_create(
        EntryVersion(
            entry=entry, number=1, draft_revision=0, digest="0" * 64, submitted_at=NOW, submitted_by=user,
            content=_content(entry, lead, user, [template, *own], n),
        )
        for entry, lead, user, own, n in zip(entries, leads, users, texts, numbers, strict=True)
    )  # fmt: skip
    for entry, version, n in zip(entries, versions, numbers, strict=True):
        entry.status, entry.current_version, entry.number, entry.submitted_at = "submitted", version, f"B-{n}", NOW
    Entry.objects.bulk_update(entries, ["status", "current_version", "number", "submitted_at"])


def _content(entry: Any, lead: Any, user: Any, paragraphs: list[str], number: int) -> dict[str, Any]:
    """What of a frozen version is compared; everybody hands in the blank template, and a file of their own."""
    files = [("template", 0), ("proof", number + 1)]
    return {
        "entry": {"public_id": entry.public_id, "title": entry.title},
        "version": 1,
        "lead_organisation": {"uscc": lead.uscc, "name": lead.name},
        "partners": [],
        "members": [{"public_id": user.public_id, "name": user.name, "employer": lead.name, "post": ""}],
        "files": [
            {"key": key, "label": key, "name": f"{key}.pdf", "upload": "", "sha256": f"{value:064x}"}
            for key, value in files
        ],
        "sections": [
            {
                "task": "application",
                "title": "申报书",
                "answers": [{"key": "text", "label": "正文", "kind": "long_text", "value": "\n".join(paragraphs)}],
            }
        ],
    }


def measure(contest: Any, planted: dict[tuple[int, int], str]) -> None:
    from django.db import connection
    from django.db.models import Count

    from submissions.actions import compare_all, compare_entry
    from submissions.models import Case, Comparison, Sign, Trace
    from tests.competition.factories import NOW

    print(f"{'machine':>34}  {os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}, {connection.vendor}")
    before, began, processor = _peak(), time.monotonic(), time.process_time()
    found = compare_all(contest=contest, now=NOW, say=lambda line: print(f"{'':>34}  {line}", end="\r"))
    print()
    _say("compare_all, seconds", f"{time.monotonic() - began:.0f} ({time.process_time() - processor:.0f} of processor)")
    _say("memory, MB", f"{before:.0f} → {_peak():.0f} at its peak")
    entries = Comparison.objects.count()
    traces = dict(Trace.objects.values_list("kind").annotate(n=Count("pk")).order_by())
    _say("entries, traces", f"{entries}, {sum(traces.values())} ({traces.get('text', 0) / entries:.0f} of text each)")
    pairs = {(first, second) for first, second in Case.objects.values_list("first", "second")}
    by_text = set(Sign.objects.filter(kind="text").values_list("case__first", "case__second"))
    for kind in COPIES:
        wanted = {pair for pair, how in planted.items() if how == kind}
        strengths = [
            sign.strength
            for sign in Sign.objects.filter(kind="text").select_related("case")
            if (sign.case.first_id, sign.case.second_id) in wanted
        ]
        middle = f"strength {statistics.median(strengths):.0f} in the middle" if strengths else ""
        _say(f"copies found, {kind}", f"{len(wanted & by_text)} of {len(wanted)}, {middle}")
    related = _families(planted)
    wrong = pairs - related
    _say("precision", f"{len(pairs & related) / max(1, len(pairs)):.4f} ({found} cases, {len(wrong)} not planted)")
    times = []
    for pk in list(Comparison.objects.order_by("-pk").values_list("entry", flat=True)[:50]):
        Trace.objects.filter(entry=pk).delete()
        start = time.monotonic()
        compare_entry(pk=pk, now=NOW)
        times.append((time.monotonic() - start) * 1000)
    _say("one more submission, ms", f"{statistics.median(times):.0f} in the middle, {max(times):.0f} at most")
    _say("kinds of what is carried", str(dict(Counter(traces))))


def _families(planted: dict[tuple[int, int], str]) -> set[tuple[int, int]]:
    """Pairs that were copied; each original was copied once."""
    return {(min(pair), max(pair)) for pair in planted}


def _say(name: str, figure: str) -> None:
    print(f"{name:>34}  {figure}")


def _peak() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--entries", type=int, default=25_000)
    parser.add_argument("--characters", type=int, default=4000)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(dir=os.environ.get("DATA_DIR")) as folder:
        os.environ |= {
            "DATA_DIR": folder,
            "DJANGO_SETTINGS_MODULE": "portal.settings",
            "CELERY_BROKER_URL": "memory://",
            "CACHE_URL": "locmem://",
            "PYTHONWARNINGS": "ignore",
        }
        contest, planted = prepare(options.entries, options.characters)
        measure(contest, planted)
        databases = [file for file in Path(folder).iterdir() if file.suffix in {".sqlite3", ".db"}]
        _say("database, MB", ", ".join(f"{file.stat().st_size / MIB:.0f}" for file in databases))


if __name__ == "__main__":
    main()
