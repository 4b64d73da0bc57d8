"""Who may read which word: `[secrets]` of the policy, turned into the set of words that a role must never meet."""

from collections.abc import Iterable

from tests.permissions.policy import TABLE
from tests.world import World, words_in
from tests.world.side import Side
from tests.world.site import ROLES

SECRETS = TABLE["secrets"]
SEES_ALL = "administrator"
#: Pages of the administration on which organisations are found.
ORGANISATIONS = ("organisation ", "search for a choice", "expert ", "index")
FRONT_PAGE = "home"


def readers(kind: str) -> frozenset[str]:
    """The roles that may read the words of this kind; everybody's own name and address are theirs."""
    groups = SECRETS["groups"]
    named = {role for word in SECRETS["readers"][kind].split() for role in groups.get(word, word).split()}
    assert named <= set(ROLES), f"{kind}: unknown role among {named}"
    return frozenset(named | {kind.removesuffix("name").removesuffix("mail")})


def unlisted(side: Side) -> set[str]:
    """Kinds of words that the policy does not know, and those that it names in vain."""
    return (side.mark.kinds | {"number"}) ^ (set(SECRETS["public"]) | set(SECRETS["readers"]))


class Secrets:
    """Words that must not be met: by role and address."""

    def __init__(self, world: World) -> None:
        self.world = world
        self._ours = _words(world.ours)
        self._theirs = _words(world.theirs)
        self._hidden = {word: f"unpublished {kind}" for kind, word in _named(world.hidden_mark).items()}

    def met(self, role: str, address: str, words: Iterable[str]) -> list[str]:
        """Which secrets are among the words, named."""
        if role == SEES_ALL:
            return []
        found = set(words)
        return sorted(name for word, name in self._forbidden(role, address).items() if word in found)

    def met_by(self, email: str, address: str, words: Iterable[str], *, by: str) -> list[str]:
        """The same for whoever a mail or notice went to; one without a role is a stranger. The sender's name may stand there."""
        person = self.world.person(by)
        sender = words_in(person.name) if person else set()
        own = words_in(email.partition("@")[0].removesuffix("mail") + "name")
        return self.met(self._role_of(email), f"{address} (told)", set(words) - sender - own)

    def _role_of(self, email: str) -> str:
        people = {role: self.world.person(role) for role in ROLES}
        return next((role for role, person in people.items() if person and person.email == email), "anonymous")

    def _forbidden(self, role: str, address: str) -> dict[str, str]:
        told = set(SECRETS["told"].get(address, []))
        if role in {"organiser", "neighbour", "supervisor", "observer"} and address.startswith(ORGANISATIONS):
            told |= set(SECRETS["shared"])
        mine, foreign = (self._theirs, self._ours) if role == "neighbour" else (self._ours, self._theirs)
        forbidden = {word: name for word, (kind, name) in foreign.items() if kind not in told}
        if address == FRONT_PAGE or role == "neighbour":
            # Our contest is published: the neighbour may read what every visitor reads.
            forbidden = {word: name for word, name in forbidden.items() if foreign[word][0] not in SECRETS["public"]}
        if role != "neighbour":
            forbidden |= {
                word: name
                for word, (kind, name) in mine.items()
                if kind not in SECRETS["public"] and kind not in told and role not in readers(kind)
            }
        return forbidden | self._hidden | ({} if "id" in told else self._ids(role))

    def _ids(self, role: str) -> dict[str, str]:
        foreign = self.world.ours if role == "neighbour" else self.world.theirs
        return dict.fromkeys(foreign.ids, f"a public id of {foreign.mark.side} contest")


def _named(mark: object) -> dict[str, str]:
    return {kind: getattr(mark, kind) for kind in mark.kinds}  # type: ignore[attr-defined]


def _words(side: Side) -> dict[str, tuple[str, str]]:
    """Word → its kind, and its name in a complaint."""
    found = {word: (kind, f"{side.mark.side} {kind}") for kind, word in _named(side.mark).items()}
    found[side.contest.code.lower()] = ("number", f"{side.mark.side} number")
    return found
