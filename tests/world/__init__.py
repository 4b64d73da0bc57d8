"""Two contests side by side in which everything has happened, for tests that walk the whole site.

`build()` makes our contest, its neighbour and an unpublished one below ours, each with teams, entries, judges, sheets,
files, roles and notices, through the real actions. Every word in them is a marker such as `zqourtitle`, so that a test can
say whose secret it found.
"""

from tests.world.markers import Marker, words_in
from tests.world.site import NOW, World, build

__all__ = ["NOW", "Marker", "World", "build", "words_in"]
