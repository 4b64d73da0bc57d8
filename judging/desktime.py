"""How long a judge looked at an entry: told by the page, bounded by the server's own clock.

The page carries a signed mark of the instant at which it was served. What it says it was in view and in use counts only as
far as time has really passed since then, and since time was last counted; a mark that was tampered with counts nothing.
"""

from datetime import UTC, datetime

from django.core import signing

from judging.actions import Spent
from judging.models import Assignment

_SIGNER = signing.Signer(salt="judging.desk.opened")
MOST = 60 * 60 * 24  # a page that stays open longer tells nothing of how long somebody looked


def opened_mark(assignment: Assignment, now: datetime) -> str:
    """What the page carries."""
    return _SIGNER.sign(f"{assignment.public_id}:{int(now.timestamp())}")


def spent(assignment: Assignment, mark: str, seconds: int | None) -> Spent | None:
    """What the page tells, or None where it tells nothing that can be believed."""
    if not seconds or seconds < 0:
        return None
    try:
        whose, _colon, instant = _SIGNER.unsign(mark).partition(":")
    except signing.BadSignature:
        return None
    if whose != assignment.public_id:
        return None
    return Spent(seconds=min(seconds, MOST), since=datetime.fromtimestamp(int(instant), UTC))
