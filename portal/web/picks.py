"""A row of a table that can be chosen together with others."""

from dataclasses import dataclass

from portal.refusals import Text


@dataclass(frozen=True)
class Pick:
    """The cell that heads such a row: a link, and a box that sends `value` as `name` with the form around the table."""

    label: Text
    url: str
    name: str
    value: str
