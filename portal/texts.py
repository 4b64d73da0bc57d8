"""What people type and paste, made clean, and counted as people count. No framework.

*Clean* text has `\\n` as its only line end, no control characters, no invisible marks that change what is read, no white
space at the ends. A *character* is a Unicode character; a line end counts as one. The browser counts in the same way.
"""

import re
import unicodedata

# Word's soft line break, form feed, Unicode's own line and paragraph separators, and the old ends of a line.
_LINE_ENDS = re.compile("\r\n|[\r\v\f\x85\u2028\u2029]")
# Zero-width space, word joiner, byte order mark, soft hyphen: nobody meant to type them. Joiners of emoji stay.
_INVISIBLE = re.compile("[\u200b\u2060\ufeff\u00ad]")
# Marks and overrides of writing direction: they let a text read differently from what it says.
_DIRECTION = re.compile("[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]")
_CONTROL = re.compile("[\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f\ud800-\udfff]")
# The symbol fonts of Word put their bullets into the private use area.
_BULLETS = {"\uf0b7": "•", "\uf0a7": "▪", "\uf0d8": "➢", "\uf0fc": "✓", "\uf06c": "●", "\uf06e": "■", "\uf075": "◆"}
_SPACES = re.compile("[\t\u00a0\u2000-\u200a\u202f\u205f]")


def without_marks(raw: str) -> str:
    """The text without what is not seen and changes what is read; its lines stay where they are."""
    return _CONTROL.sub("", _DIRECTION.sub("", _INVISIBLE.sub("", raw)))


def clean_text(raw: str) -> str:
    """Several lines, cleaned."""
    text = _LINE_ENDS.sub("\n", raw)
    for pasted, meant in _BULLETS.items():
        text = text.replace(pasted, meant)
    text = _SPACES.sub(" ", without_marks(text))
    text = unicodedata.normalize("NFC", text)
    return "\n".join(line.rstrip() for line in text.split("\n")).strip("\n").strip(" ")


def clean_line(raw: str) -> str:
    """One line, cleaned: line ends and runs of spaces become one space."""
    return re.sub("[ \n]+", " ", clean_text(raw)).strip()


def count_characters(text: str) -> int:
    """How many characters (code points) the text has; a line end is one. Answers of teams count as people do: `counting.py`."""
    return len(_LINE_ENDS.sub("\n", text))


def clean_file_name(raw: str, *, longest: int) -> str:
    """A file's name without its path and without what a file system or a header would trip over; its extension stays."""
    name = clean_line(re.split(r"[/\\]", raw)[-1])
    name = re.sub(r'[<>:"|?*]', "_", name).lstrip(". ").rstrip(". ")
    stem, dot, extension = name.rpartition(".")
    if not dot:
        return name[:longest]
    return f"{stem[: longest - len(extension) - 1]}.{extension}"[:longest]
