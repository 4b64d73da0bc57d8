"""What an organiser may do first with what the statistics found: each a proposal, none done by itself."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from judging.reading import explaining
from judging.reading.explaining import share, signed

MOST_ADVICE, MOST_PROPOSED, MOST_FLAGGED = 6, 12, 12
DOUBT = (0.05, 0.95)  # P(top n) between which the statistics cannot place an entry


@dataclass(frozen=True)
class Advice:
    """An entry, what to do with it, and why."""

    number: str
    title: str
    url: str
    what: str
    why: str


class Advising:
    """Proposals from the findings on a track; `places_of` are the official places, `rows` the stored aggregates by number."""

    def __init__(
        self,
        found: Mapping[str, Any],
        *,
        places_of: Mapping[str, int | None],
        places: int,
        rows: Mapping[str, Mapping[str, Any]],
    ) -> None:
        self.found, self.places_of, self.places, self.rows = found, places_of, places, rows
        self.entries: Mapping[str, Mapping[str, Any]] = found.get("entries", {})
        self.flags = [flag for flag in found.get("entry_flags", ()) if flag["entry"] in rows]

    def entry_flags(self) -> list[Advice]:
        """The entries on which judges disagree, the worst first."""
        return [
            self._advice(
                flag["entry"], _("place {n}").format(n=self._place(flag["entry"])), explaining.entry_words(flag)
            )
            for flag in self.flags[:MOST_FLAGGED]
        ]

    def advice(self) -> list[Advice]:
        """Third-party scores where judges disagree near the line; then entries on different sides of it."""
        found = []
        for flag in self.flags:
            entry = self.entries.get(flag["entry"])
            near = entry is not None and DOUBT[0] <= entry["p_top"] <= DOUBT[1]
            if flag["wide"] or near:
                why = _("place {n}; {why}").format(n=self._place(flag["entry"]), why=explaining.entry_words(flag))
                if entry is not None:
                    why = _("{why}; P(first {n}) {share}%").format(why=why, n=self.places, share=share(entry["p_top"]))
                found.append((not near, self._advice(flag["entry"], _("add a third-party score"), why)))
        found.sort(key=lambda pair: pair[0])
        told = [advice for _far, advice in found]
        known = {advice.number for advice in told[: MOST_ADVICE - 2]}
        return (
            told[: MOST_ADVICE - 2] + [self._crossing(number) for number in self._crossed() if number not in known]
        )[:MOST_ADVICE]

    def _crossed(self) -> list[str]:
        """Entries that one ranking places inside the line and the other outside, the furthest apart first."""
        apart = []
        for number, entry in self.entries.items():
            place = self.places_of.get(number)
            if place is not None and (place <= self.places) != (entry["rank"] <= self.places):
                apart.append((-abs(entry["p_top"] - (place <= self.places)), number))
        return [number for _distance, number in sorted(apart)]

    def _crossing(self, number: str) -> Advice:
        entry = self.entries[number]
        why = _("official {place}, advisory {rank}; its judges are {points} points from the average").format(
            place=self._place(number), rank=entry["rank"], points=signed(entry["panel"])
        )
        return self._advice(number, _("discuss in the panel"), why)

    def proposal(self) -> dict[str, Any] | None:
        """Where extra judges pay: what a second round would cost and bring, and its first entries."""
        proposal = self.found.get("proposal")
        if not proposal or not proposal["entries"]:
            return None
        entries = [
            self._advice(number, share(p), "")
            for number, p in zip(proposal["entries"][:MOST_PROPOSED], proposal["p_top"][:MOST_PROPOSED], strict=True)
        ]
        return {
            "entries": entries,
            "count": len(proposal["entries"]),
            "more": len(proposal["entries"]) - len(entries),
            "extra": proposal["extra"],
            "seats": len(proposal["entries"]) * proposal["extra"],
            "now": f"{proposal['now'] * 100:.0f}",
            "then": f"{proposal['then'] * 100:.0f}",
        }

    def _place(self, number: str) -> int | str:
        return self.places_of.get(number) or explaining.NONE

    def _advice(self, number: str, what: str, why: str) -> Advice:
        row = self.rows[number]
        url = reverse("receipt", args=[row["entry__public_id"], row["entry__current_version__number"]])
        return Advice(number, row["entry__title"], url, what, why)
