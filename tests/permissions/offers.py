"""Links and buttons: a page offers no door that is shut to its reader."""

from urllib.parse import urlsplit

from django.urls import Resolver404, resolve

from tests.permissions.addresses import Address
from tests.permissions.policy import Cells

SHUT = {"404", "403", "405"}
#: Here not the place but what is posted there decides; the forms of the style page are samples.
UNDECIDED = {"notices_read", "style"}


class Offers:
    """What the policy says of a place that a page leads to."""

    def __init__(self, site: dict[str, Address], policy: dict[str, dict[str, Cells]]) -> None:
        self._rows = {
            address.url.partition("?")[0]: policy[key] for key, address in site.items() if key not in UNDECIDED
        }

    def shut(self, role: str, method: str, url: str) -> bool:
        """Is this very place shut to the role?"""
        parts = urlsplit(url)
        row = self._rows.get(parts.path) if parts.netloc in {"", "testserver"} else None
        return row is not None and row[method][role] in SHUT


def route_of(url: str) -> str:
    """The route that serves the address, empty for none."""
    try:
        return resolve(urlsplit(url).path).route
    except Resolver404:
        return ""
