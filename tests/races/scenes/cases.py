"""Races around possible duplicates: finding them at the same instant, and deciding on them."""

from portal.accounts.models import User
from submissions.actions import compare_entry, decide_case
from submissions.models import Case, CaseVerdict, Entry
from tests.competition.factories import NOW, make_role
from tests.submissions import factories
from tests.submissions.copying import make_entry_saying, paragraphs


def copies(entries: int) -> dict:
    """So many submitted entries with one text, compared by nobody yet; and somebody who checks them."""
    topic = factories.make_open_topic()
    found = [make_entry_saying("\n".join(paragraphs("copied", 8)), topic).pk for _turn in range(entries)]
    screener = factories.make_person()
    make_role(screener, topic.track.contest, "screener")
    return {"entries": found, "screener": screener.pk}


def compare(entry: int) -> str:
    compare_entry(pk=entry, now=NOW)
    return "compared"


def found() -> list:
    """Every case: its pair, its status and its signs."""
    return [
        [case.first_id, case.second_id, case.status, [sign.kind for sign in case.signs.all()]]
        for case in Case.objects.order_by("first", "second")
    ]


def one_case() -> dict:
    scene = copies(2)
    for pk in scene["entries"]:
        compare_entry(pk=pk, now=NOW)
    case = Case.objects.get()
    return {"case": case.pk, "revision": case.revision, "screener": scene["screener"]}


def decide(case: int, revision: int, screener: int, verdict: str) -> str:
    decide_case(
        actor=User.objects.get(pk=screener),
        case=Case.objects.get(pk=case),
        verdict=verdict,
        reason="逐段比对",
        revision=revision,
        now=NOW,
    )
    return verdict


def decided(case: int) -> dict:
    found = Case.objects.get(pk=case)
    return {
        "status": found.status,
        "verdicts": list(CaseVerdict.objects.filter(case=case).values_list("verdict", flat=True)),
        "entries": sorted(set(Entry.objects.values_list("status", flat=True))),
    }
