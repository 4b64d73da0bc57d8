"""Whether seats that somebody chose are allowed, with the sentence that says why not."""

from collections import Counter, defaultdict
from collections.abc import Iterable

from judging.assignment.model import Judge, Pair, Problem, gettext_noop

OBSTACLES = {
    "unknown": gettext_noop("This entry or this judge is not part of the stage."),
    "not_qualified": gettext_noop("The judge is not qualified for the track of this entry."),
    "conflict": gettext_noop("The judge is recused from this entry."),
    "seated": gettext_noop("The judge has this entry already."),
    "full": gettext_noop("The entry has all its judges."),
    "organisation": gettext_noop("Another judge of this entry comes from the same organisation."),
    "region": gettext_noop("The entry has as many judges of this region as the rules allow."),
    "load": gettext_noop("The judge has as many entries as are allowed."),
}


class Table:
    """The seats of a problem as they fill: the pinned ones first, then whatever is taken."""

    def __init__(self, problem: Problem, seats: Iterable[Pair] = ()) -> None:
        self.problem = problem
        self.entries = {entry.code: entry for entry in problem.entries}
        self.judges = {judge.code: judge for judge in problem.judges}
        self.panel: dict[str, list[Judge]] = defaultdict(list)
        self.load: Counter[str] = Counter()
        for entry, judge in {*problem.pinned, *seats}:
            self.take(entry, judge)

    def take(self, entry: str, judge: str) -> None:
        if judge in self.judges:
            self.panel[entry].append(self.judges[judge])
            self.load[judge] += 1

    def obstacle(self, entry: str, judge: str) -> str:
        """The code of what stands in the way of one more seat; empty where nothing does."""
        problem, rules = self.problem, self.problem.rules
        if entry not in self.entries or judge not in self.judges:
            return "unknown"
        person, panel = self.judges[judge], self.panel[entry]
        if (entry, judge) in problem.conflicts:
            return "conflict"
        if (entry, judge) not in problem.affinity:
            return "not_qualified"
        if person in panel:
            return "seated"
        if len(panel) >= self.entries[entry].seats:
            return "full"
        if rules.one_per_organisation and any(other.organisation == person.organisation for other in panel):
            return "organisation"
        most = rules.most_per_region
        if most is not None and person.region and sum(other.region == person.region for other in panel) >= most:
            return "region"
        if person.high is not None and self.load[judge] >= person.high:
            return "load"
        return ""


def illegal_seats(problem: Problem, seats: Iterable[Pair]) -> list[Pair]:
    """Of new seats, those that this problem does not allow: the plan was made for another situation."""
    table, wrong = Table(problem), []
    for entry, judge in seats:
        if table.obstacle(entry, judge):
            wrong.append((entry, judge))
        else:
            table.take(entry, judge)
    return wrong
