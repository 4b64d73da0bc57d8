"""A message, as the sources ask for it."""

from dataclasses import dataclass, field

Key = tuple[str, str]


@dataclass
class Message:
    """One message with every file that asks for it."""

    msgid: str
    plural: str = ""
    context: str = ""
    comments: set[str] = field(default_factory=set)
    files: set[str] = field(default_factory=set)

    @property
    def key(self) -> Key:
        """What a look-up at run time goes by: context and text."""
        return (self.context, self.msgid)
