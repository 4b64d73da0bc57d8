"""The lots that decide a running order, which anybody can draw again. A pure core.

First the list of teams and what will decide are published as one hash (`commitment`). Then comes a number that nobody knew
before; the seed is the hash of both, and the teams stand in the order of HMAC-SHA256(seed, "lots|" + entry number).
"""

import hashlib
import hmac
from collections.abc import Iterable

from portal.canonical import digest

FORMAT = "chengshu-lots/1"


def commitment(numbers: Iterable[str], source: str) -> str:
    """What is published before: 64 hexadecimal digits over the teams and the words for what will decide."""
    return digest({"format": FORMAT, "entries": sorted(numbers), "source": source.strip()})


def seed_of(committed: str, number: str) -> str:
    """The seed once the number is known; white space around it says nothing."""
    return hashlib.sha256(f"{committed}|{number.strip()}".encode()).hexdigest()


def running_order(numbers: Iterable[str], seed: str) -> list[str]:
    """Entry numbers in the order in which the teams go on stage; it does not matter in which order they are given."""
    return sorted(set(numbers), key=lambda number: (_lot(seed, number), number))


def _lot(seed: str, number: str) -> bytes:
    return hmac.new(bytes.fromhex(seed), f"lots|{number}".encode(), hashlib.sha256).digest()
