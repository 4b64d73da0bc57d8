"""Comparing an entry with the others of its contest, in the background. It finds cases; deciding on them is for people.

Whoever compares first makes what the entry carries findable, in a transaction of its own, and only then looks for others:
of two entries that are compared at the same time, at least the later one sees the other. What a pair shares is read anew
under the lock of its case, so that whoever writes last has seen the most. `manage.py find_duplicates` compares a whole
contest by the same steps.
"""

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from itertools import combinations
from math import ceil
from typing import Any

import structlog
from django.db import transaction
from django.db.models import Count, Exists, F, Min, OuterRef, Q, QuerySet

from competition.models import Contest
from portal.journal.kinds import EventKind
from portal.journal.recording import record
from submissions import events, signs
from submissions.models import Case, CaseVerdict, CommonMark, Comparison, Entry, Sign, SignKind, Trace
from submissions.signs import (
    LEAST_SAMPLES,
    Carried,
    Found,
    carried,
    is_common,
    label_of,
    new_evidence,
    signs_between,
)

log = structlog.get_logger(__name__)
Status = Case.Status
BATCH = 500
LONGEST_LABEL = 200
#: So many entries may be made findable at the same instant without one being missed at the bound of what is common.
AT_ONCE = 4
#: What was disqualified is compared all the same: a copy of it is still a copy.
OUT = (Entry.Status.DRAFT, Entry.Status.WITHDRAWN)
RELATED = ("contest", "topic__track__parent", "current_version")


@dataclass(frozen=True)
class Made:
    """An entry that can be found now: the values that came and went, and the asking that this answers."""

    came: Collection[int]
    went: Collection[int]
    asked: int
    version: int | None


def expect_comparison(entry: Entry) -> None:
    """Have the entry compared once the change is safe: it was submitted or withdrawn."""
    transaction.on_commit(lambda: enqueue_comparisons([entry.pk]), robust=True)


def enqueue_comparisons(ids: Iterable[int]) -> None:
    """Hand entries to the worker; where the broker is away the sweep finds them."""
    from submissions.tasks import compare

    waiting = list(ids)
    for pk in waiting:
        try:
            compare.apply_async((pk,), retry=False, ignore_result=True)
        except (compare.OperationalError, OSError) as error:
            log.warning("comparisons.broker_away", waiting=len(waiting), error=str(error)[:200])
            return


def awaited_comparisons() -> list[int]:
    """Entries whose current version was not compared, and withdrawn ones that can still be found."""
    done = Comparison.objects.filter(entry=OuterRef("pk"), version=OuterRef("current_version"))
    found = Entry.objects.filter(
        ~Q(status__in=OUT) & ~Exists(done) | Q(status__in=OUT) & Exists(Trace.objects.filter(entry=OuterRef("pk")))
    )
    return list(found.order_by("pk").values_list("pk", flat=True)[:BATCH])


def compare_entry(*, pk: int, now: datetime) -> None:
    """Make the entry findable, find those that share something with it, and bring their cases up to date."""
    made = make_findable(pk=pk)
    if made is None:
        return
    again = (_at_the_bound(made) | _left_without_head(pk, made)) - {pk}
    Comparison.objects.filter(entry__in=again).update(version=None, asked=F("asked") + 1)
    _mark_done(pk, made, settle_cases(pk=pk, now=now), now=now)
    enqueue_comparisons(sorted(again))


def compare_all(*, contest: Contest, now: datetime, say: Callable[[str], None] = lambda line: None) -> int:
    """The whole contest anew, with progress; returns how many cases it has then.

    Finds the pairs to be looked at closely in one go, by the same rule as one entry does, and settles them in the same way.
    """
    submitted = Entry.objects.filter(contest=contest).exclude(current_version=None).order_by("pk")
    keys = list(submitted.values_list("pk", flat=True))
    done = {}
    for place, pk in enumerate(keys, 1):
        if made := make_findable(pk=pk):
            done[pk] = made
        _tell(say, "made findable", place, len(keys))
    pairs = sorted(_pairs(contest))
    for place, (one, other) in enumerate(pairs, 1):
        settle_pair(one=one, other=other, now=now)
        _tell(say, "looked at closely", place, len(pairs), "pairs")
    _mark_all_done(contest, done, now=now)
    say(f"compared: {len(done)} entries")
    return Case.objects.filter(contest=contest).count()


def _pairs(contest: Contest) -> set[tuple[int, int]]:
    """What `_others` says of every entry: three queries."""
    traces = Trace.objects.filter(entry__contest=contest)
    rare = traces.values("value").annotate(n=Count("pk")).filter(n__gt=1, n__lte=signs.MOST_ENTRIES).order_by()
    holders: dict[int, list[tuple[int, str]]] = {}
    for value, entry, kind in _having(rare).values_list("value", "entry", "kind"):
        holders.setdefault(value, []).append((entry, kind))
    shared: Counter[tuple[int, int, str]] = Counter(
        (one, other, kind) for held in holders.values() for (one, kind), (other, _kind) in combinations(sorted(held), 2)
    )
    known = set(Case.objects.filter(contest=contest).values_list("first", "second"))
    whole, parts = _texts_per_entry(traces), _texts_per_entry(_having(_often(contest)))
    for pk in (pk for pk, count in parts.items() if count >= signs.COMMONLY * whole[pk]):
        if head := _head_of_ring(pk, counts_of(Trace.objects.filter(entry=pk).values("value"))):
            known.add((head, pk))
    return known | {(one, other) for (one, other, kind), count in shared.items() if _is_close(kind, count)}


def _having(values: QuerySet) -> QuerySet[Trace]:
    """The traces with these values. A value is of one contest: asking for the contest as well would have the database look
    up every value for every entry.
    """
    return Trace.objects.filter(value__in=values.values("value")).order_by()


def _often(contest: Contest) -> QuerySet:
    """The values that are common, with how often they are there."""
    traces = Trace.objects.filter(entry__contest=contest)
    return traces.values_list("value").annotate(n=Count("pk")).filter(n__gt=signs.MOST_ENTRIES).order_by()


def _texts_per_entry(traces: QuerySet[Trace]) -> dict[int, int]:
    return dict(traces.filter(kind=SignKind.TEXT).order_by().values_list("entry").annotate(n=Count("pk")))


def _is_close(kind: str, shared: int) -> bool:
    """Is so much of a kind enough to read both versions?"""
    return kind != SignKind.TEXT or shared >= LEAST_SAMPLES


def _mark_all_done(contest: Contest, done: Mapping[int, Made], *, now: datetime) -> None:
    traces = Trace.objects.filter(entry__contest=contest)
    often = _often(contest)
    common = dict(often)
    whole = _texts_per_entry(traces)
    parts = _texts_per_entry(_having(often))
    for pk, made in done.items():
        share = round(parts.get(pk, 0) * 100 / whole[pk]) if pk in whole else 0
        _close(pk, made, share, now=now)
    CommonMark.objects.filter(contest=contest).exclude(value__in=list(common)).delete()
    named = _having(often).exclude(kind=SignKind.TEXT)
    for pk in set(named.values_list("value").annotate(entry=Min("entry")).values_list("entry", flat=True)):
        _tell_common(pk, common)


def _tell(say: Callable[[str], None], what: str, place: int, whole: int, things: str = "entries") -> None:
    if place % BATCH == 0 or place == whole:
        say(f"{what}: {place} of {whole} {things}")


# ── The index ──────────────────────────────────────────────────────────────────────────────────────────────────────
@transaction.atomic
def make_findable(*, pk: int) -> Made | None:
    """Bring the traces of the entry in line with its current version; None for an entry that is gone."""
    entry = Entry.objects.select_related(*RELATED).filter(pk=pk).first()
    if entry is None:
        return None
    Comparison.objects.get_or_create(entry=entry)
    comparison = Comparison.objects.lock(entry=entry)
    here = _carried(entry)
    wanted = here.values if here else {}
    held = set(Trace.objects.filter(entry=entry).values_list("value", flat=True))
    came, went = wanted.keys() - held, held - wanted.keys()
    if went:
        Trace.objects.filter(entry=entry, value__in=went).delete()
    Trace.objects.bulk_create([Trace(entry=entry, kind=wanted[value], value=value) for value in sorted(came)])
    return Made(came, went, comparison.asked, entry.current_version_id if here else None)


def _carried(entry: Entry, *, text: bool = True) -> Carried | None:
    """None for a draft and for what was withdrawn."""
    if entry.current_version is None or entry.status in OUT:
        return None
    return carried(entry, entry.current_version, text=text)


def counts_of(values: Iterable[int] | QuerySet) -> dict[int, int]:
    """In how many entries each value stands."""
    return dict(Trace.objects.filter(value__in=values).values_list("value").annotate(n=Count("pk")).order_by())


def _at_the_bound(made: Made) -> set[int]:
    """The entries that carry what has just become common, or is no longer: their signs are others now."""
    crossed = [
        v for v, count in counts_of(made.came).items() if signs.MOST_ENTRIES < count <= signs.MOST_ENTRIES + AT_ONCE
    ]
    crossed += [
        v for v, count in counts_of(made.went).items() if signs.MOST_ENTRIES - AT_ONCE < count <= signs.MOST_ENTRIES
    ]
    return set(Trace.objects.filter(value__in=crossed).values_list("entry", flat=True)) if crossed else set()


def _head_of_ring(pk: int, counts: Mapping[int, int]) -> int | None:
    """The first entry that says nearly all that this one says, where most of that is common; None for the head itself."""
    texts = set(Trace.objects.filter(entry=pk, kind=SignKind.TEXT).values_list("value", flat=True))
    common = sum(is_common(value, counts) for value in texts)
    if len(texts) < LEAST_SAMPLES or common < signs.COMMONLY * len(texts):
        return None
    shared = Trace.objects.filter(value__in=texts, entry__lt=pk).values_list("entry").annotate(n=Count("pk"))
    alike = dict(shared.filter(n__gte=ceil(signs.COPIED * len(texts))).order_by())
    whole = _texts_per_entry(Trace.objects.filter(entry__in=alike))
    return min((entry for entry, n in alike.items() if n >= signs.COPIED * whole[entry]), default=None)


def _left_without_head(pk: int, made: Made) -> set[int]:
    """Later entries of a ring of which this one has become the head, or was the head until now."""
    counts = counts_of({*made.came, *made.went})
    common = [value for value, count in counts.items() if count >= signs.MOST_ENTRIES]
    if len(common) < LEAST_SAMPLES:
        return set()
    held = Trace.objects.filter(value__in=common, kind=SignKind.TEXT).values_list("entry").annotate(n=Count("pk"))
    ring = set(held.filter(n__gte=LEAST_SAMPLES).order_by().values_list("entry", flat=True))
    return {entry for entry in ring if entry > pk} if not any(entry < pk for entry in ring) else set()


def _mark_done(pk: int, made: Made, counts: Mapping[int, int], *, now: datetime) -> None:
    """The entry is compared, and what of it is common is told."""
    kinds = dict(Trace.objects.filter(entry=pk).values_list("value", "kind"))
    common = {value: count for value, count in counts.items() if is_common(value, counts)}
    texts = [value for value, kind in kinds.items() if kind == SignKind.TEXT]
    if any(kinds.get(value) != SignKind.TEXT for value in common):
        _tell_common(pk, common)
    if made.went:
        still = {value for value, count in counts_of(made.went).items() if count > signs.MOST_ENTRIES}
        CommonMark.objects.filter(value__in=set(made.went) - still).delete()
    _close(pk, made, round(sum(value in common for value in texts) * 100 / len(texts)) if texts else 0, now=now)


def _close(pk: int, made: Made, common: int, *, now: datetime) -> None:
    """Unless somebody asked for it again meanwhile."""
    done = Comparison.objects.filter(entry=pk, asked=made.asked)
    done.update(version=made.version, common=common, compared_at=now)


def _tell_common(pk: int, common: Mapping[int, int]) -> None:
    """Files, people and organisations by name; of texts the comparison says how much."""
    entry = Entry.objects.select_related(*RELATED).get(pk=pk)
    here = _carried(entry, text=False)
    if here is None:
        return
    told = [
        CommonMark(contest=entry.contest, kind=kind, value=value, label=label[:LONGEST_LABEL], entries=common[value])
        for (kind, mark), value in here.hashes.items()
        if value in common and (label := label_of(kind, mark, here.content))
    ]
    CommonMark.objects.bulk_create(
        told, update_conflicts=True, unique_fields=["value"], update_fields=["entries", "label"]
    )


# ── Cases ──────────────────────────────────────────────────────────────────────────────────────────────────────────
def settle_cases(*, pk: int, now: datetime) -> dict[int, int]:
    """Each pair of which this entry is one, and that shares something or did; returns in how many entries each of its
    values stands.
    """
    counts = counts_of(Trace.objects.filter(entry=pk).values("value"))
    for other in sorted(_others(pk, counts)):
        settle_pair(one=pk, other=other, now=now)
    return counts


def _others(pk: int, counts: Mapping[int, int]) -> set[int]:
    """Those with which the entry shares enough to be looked at closely, or has a case already: three queries, and two more for
    what is mostly common.
    """
    rare = [value for value, count in counts.items() if 1 < count <= signs.MOST_ENTRIES]
    shared: Counter[tuple[int, str]] = Counter(
        Trace.objects.filter(value__in=rare).exclude(entry=pk).values_list("entry", "kind") if rare else []
    )
    found = {other for (other, kind), count in shared.items() if _is_close(kind, count)}
    if head := _head_of_ring(pk, counts):
        found.add(head)
    known = Case.objects.filter(Q(first=pk) | Q(second=pk)).values_list("first", "second")
    return found | {key for pair in known for key in pair} - {pk}


@transaction.atomic
def settle_pair(*, one: int, other: int, now: datetime) -> Case | None:
    """Bring the case of two entries in line with what they share; None where there is none and need not be."""
    case = _locked(one, other)
    pair = [Entry.objects.select_related(*RELATED).get(pk=pk) for pk in sorted((one, other))]
    found = _shared(pair)
    if case is None:
        return _open_case(pair, found, now) if found else None
    if not found:
        if case.status == Status.OPEN:
            _change(case, status=Status.GONE)
            _record(events.CASE_GONE, case, pair, now)
        return case
    _renew(case, pair, found, now)
    return case


def _locked(one: int, other: int) -> Case | None:
    known = Case.objects.between(one, other).only("pk").first()
    return Case.objects.lock(pk=known.pk) if known else None


def _shared(pair: list[Entry]) -> list[Found]:
    one, other = (_carried(entry) for entry in pair)
    if one is None or other is None:
        return []
    counts = counts_of({*one.values, *other.values})
    first, second = (entry.pk for entry in pair)
    return signs_between(one, other, counts, stands_for_ring=_head_of_ring(second, counts) == first)


def _open_case(pair: list[Entry], found: list[Found], now: datetime) -> Case | None:
    first, second = pair
    case, is_new = Case.objects.get_or_create(
        first=first,
        second=second,
        defaults={
            "contest": first.contest,
            **_versions(pair),
            "strength": _strongest(found),
            "found_at": now,
            "changed_at": now,
        },
    )
    if not is_new:  # somebody else was faster, and may have seen less
        return settle_pair(one=first.pk, other=second.pk, now=now)
    _keep_signs(case, found)
    _record(events.CASE_FOUND, case, pair, now, signs=sorted(sign.kind for sign in found))
    return case


def _renew(case: Case, pair: list[Entry], found: list[Found], now: datetime) -> None:
    known = {sign.kind: sign for sign in case.signs.all()}
    marks = {sign.kind: list(sign.marks) for sign in found}
    strengths = {sign.kind: sign.strength for sign in found}
    versions = [entry.current_version_id for entry in pair]
    is_other = marks != {kind: sign.marks for kind, sign in known.items()}
    if not is_other and case.status != Status.GONE and versions == [case.first_version_id, case.second_version_id]:
        if strengths != {kind: sign.strength for kind, sign in known.items()}:
            _keep_signs(case, found)
            Case.objects.filter(pk=case.pk).update(strength=_strongest(found))
        return
    _keep_signs(case, found)
    changes: dict[str, Any] = {
        **_versions(pair),
        "strength": _strongest(found),
    }
    if is_other:
        changes["changed_at"] = now
    if case.status == Status.GONE:
        changes["status"] = Status.OPEN
    elif case.status in Case.DECIDED and new_evidence(found, _known_at_verdict(case)):
        changes |= {"status": Status.OPEN, "verdict": None, "reopened_at": now}
    _change(case, **changes)
    if "status" in changes:
        _record(events.CASE_OPEN_AGAIN, case, pair, now, signs=sorted(sign.kind for sign in found))


def _versions(pair: list[Entry]) -> dict[str, Any]:
    first, second = pair
    return {"first_version": first.current_version, "second_version": second.current_version}


def _known_at_verdict(case: Case) -> dict[str, list[str]]:
    verdict = CaseVerdict.objects.filter(case=case).order_by("-number").first()
    return verdict.marks if verdict else {}


def _keep_signs(case: Case, found: list[Found]) -> None:
    """What is shared now, and nothing else."""
    Sign.objects.filter(case=case).delete()
    Sign.objects.bulk_create(
        Sign(case=case, kind=sign.kind, strength=sign.strength, marks=list(sign.marks)) for sign in found
    )


def _strongest(found: list[Found]) -> int:
    return max(sign.strength for sign in found)


def _change(case: Case, **changes: Any) -> None:
    case.revision = Case.objects.compare_and_set(pk=case.pk, revision=case.revision, **changes)
    for name, value in changes.items():
        setattr(case, name, value)


def _record(kind: EventKind, case: Case, pair: list[Entry], now: datetime, **payload: Any) -> None:
    record(
        kind,
        actor=None,
        now=now,
        contest=pair[0].contest,
        subject=case,
        entries=[entry.public_id for entry in pair],
        **payload,
    )
