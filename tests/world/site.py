"""The whole: our contest, its neighbour, one above both and one below ours that nobody may see yet."""

from dataclasses import dataclass

from competition.models import Contest
from portal.accounts.models import User
from tests.competition import factories
from tests.competition.factories import NOW
from tests.world.markers import Marker
from tests.world.people import make_administrator
from tests.world.side import Side, build_side

__all__ = ["NOW", "World", "build"]

ROLES = (
    "anonymous",
    "member",
    "captain",
    "rival",  # captain of another team
    "judge",  # of the panel that has the rival's entry
    "colleague",  # judge of the other panel
    "screener",
    "organiser",
    "neighbour",  # organiser of another contest
    "supervisor",
    "observer",
    "administrator",
)


@dataclass
class World:
    ours: Side
    theirs: Side
    hidden: Contest
    hidden_mark: Marker
    administrator: User

    def person(self, role: str) -> User | None:
        """Who plays the role; nobody is anonymous."""
        if role == "anonymous":
            return None
        if role == "administrator":
            return self.administrator
        if role == "neighbour":
            return self.theirs.people["organiser"]
        return self.ours.people[role]


def build() -> World:
    administrator = make_administrator()
    above = factories.make_contest(level="national", name="全国大赛", slug="national", code="NAT")
    origin = factories.make_topic(factories.make_track(above))
    ours = build_side("our", tracks=(1, 3), administrator=administrator, code="ZQOUR", parent=above)
    theirs = build_side("their", tracks=(7, 9), administrator=administrator, code="ZQTHEIR", parent=above)
    mark = Marker("hidden")
    hidden = factories.make_contest(
        slug=mark.contest,
        name=mark.contest,
        short_name=mark.contest,
        parent=ours.contest,
        is_published=False,
        level="city",
    )
    topic = factories.make_topic(factories.make_track(hidden, name=mark.track), title=mark.topic)
    factories.make_announcement(hidden, title=mark.announcement)
    factories.make_download(hidden, title=mark.download)
    for side in (ours, theirs):
        factories.make_link(side.first.topics.order_by("number").first(), origin)
    factories.make_link(topic, ours.first.topics.order_by("number").first())
    return World(ours, theirs, hidden, mark, administrator)
