"""May this person do this thing, now? A decision is yes, or no with the reason.

The same decision drives the button (`if decision`), the sentence beside it (`decision.reason`) and the guard inside the
action (`decision.require()`).
"""

from dataclasses import dataclass
from typing import Self

from portal.refusals import NotAllowed, Refusal, Text


@dataclass(frozen=True)
class Decision:
    """Truthy when allowed; otherwise carries the refusal that says why."""

    refusal: Refusal | None = None

    def __bool__(self) -> bool:
        return self.refusal is None

    @property
    def reason(self) -> Text:
        return self.refusal.message if self.refusal else ""

    def require(self) -> None:
        """Raise the refusal, if there is one."""
        if self.refusal is not None:
            raise self.refusal

    def and_then(self, other: Self) -> "Decision":
        """This refusal if there is one, else the other decision."""
        return self if self.refusal is not None else other


ALLOWED = Decision()


def refused(message: Text, *, code: str, field: str | None = None) -> Decision:
    """No, with a sentence that the person may read."""
    return Decision(Refusal(message, code=code, field=field))


def hidden() -> Decision:
    """No, and the person must not learn that the thing exists."""
    return Decision(NotAllowed())
