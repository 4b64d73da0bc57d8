"""Reads a published topic guide, in either of the two shapes in which they are published.

Vocabulary. A *guide* is a text: front matter, then *tracks* (赛道), each followed by its *topics* (赛题). The shapes:

- one line to a topic, with a number, a title and after the first colon the text:
  `- 1· **提升服务型制造能力**：加强产品全生命周期……`
- a heading to a topic, with its text on the lines below: `赛题1：提升服务型制造能力`.

Invariants. What is emitted stands in the document to the character, less list marks, emphasis marks (`**`), blank
space at the ends of lines and the words that all names of tracks share (数据要素×, 领域赛题指南). Nothing is lost
silently: each line that is not blank and follows the first track is emitted, or a `Problem` names it or the heading
of its topic. A heading that cannot be read ends what was open before it, so that its topics never slip into the track
above.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

MAXIMUM_BYTES = 2 * 1024 * 1024


def gettext_noop(text: str) -> str:
    """Marks a sentence for the catalogues; who shows it translates it."""
    return text


MESSAGES = {
    "no_track": gettext_noop("No track was found. A track begins with a line like “赛道一：数据要素×工业制造”."),
    "track_heading": gettext_noop(
        "This heading of a track cannot be read. Write a number, a colon and a name: “赛道一：数据要素×工业制造”."
    ),
    "track_repeated": gettext_noop(
        "Another track with this number came before. Give each track a number of its own: what follows was left out."
    ),
    "track_continued": gettext_noop("This track was named before. The topics that follow were added to it."),
    "topic_heading": gettext_noop(
        "This heading of a topic cannot be read. Write a number, a colon and a title: “赛题1：提升多式联运效能”."
    ),
    "topic_repeated": gettext_noop("A topic with this number came before in its track. Give it a number of its own."),
    "topic_without_title": gettext_noop("This topic has no title. Write the title between the number and the colon."),
    "topic_without_text": gettext_noop("This topic has no text. Write the text after the title and a colon."),
    "outside_track": gettext_noop("This topic stands under no track that could be read."),
    "not_understood": gettext_noop("This line is neither a track nor a topic."),
}

UNREADABLE = {
    "too_large": gettext_noop("The file is larger than 2 MB. A guide is a plain text of a few pages."),
    "binary": gettext_noop("The file is not a plain text. Save the guide as a text file (UTF-8) and try again."),
    "encoding": gettext_noop("The file is neither UTF-8 nor GB18030. Save it as UTF-8 and try again."),
    "missing": gettext_noop("There is no such file."),
    "directory": gettext_noop("This is a folder. Name the file of the guide."),
    "unreadable": gettext_noop("The file cannot be opened for reading."),
}


class Unreadable(Exception):
    """The file is no text at all, so nothing can be said about its lines."""

    def __init__(self, code: str) -> None:
        super().__init__(UNREADABLE[code])
        self.code = code
        self.message = UNREADABLE[code]


@dataclass(frozen=True)
class Topic:
    """赛题: its number within the track, its title and its text, whose lines are joined by a newline."""

    number: int
    title: str
    description: str


@dataclass(frozen=True)
class Track:
    """赛道: its number within the guide, and its name less the words that all names share."""

    number: int
    name: str
    topics: tuple[Topic, ...]


@dataclass(frozen=True)
class Problem:
    """A line (counted from 1) that could not be used; `code` is stable, `message` is the sentence in English."""

    line: int
    text: str
    code: str

    @property
    def message(self) -> str:
        return MESSAGES[self.code]


@dataclass(frozen=True)
class Guide:
    """What a guide says, in the order in which it says it."""

    title: str
    tracks: tuple[Track, ...]
    problems: tuple[Problem, ...]

    @property
    def topic_count(self) -> int:
        return sum(len(track.topics) for track in self.tracks)


NUMERALS = "0-9\uff10-\uff19〇零一二三四五六七八九十"
NUMBER = f"[{NUMERALS}]{{1,3}}"
COLON = "[：:]"
MARKS = re.compile(r"^#{1,6}\s+|\*\*")
BULLET = re.compile(r"^[-*+•●]\s+")
ATTACHMENT = re.compile(rf"^附\s*件\s*(?:{NUMBER})?\s*(?:{COLON}\s*|$)")
TRACK = re.compile(rf"^赛道\s*({NUMBER})\s*{COLON}\s*(.*)$")
TOPIC = re.compile(rf"^赛题\s*({NUMBER})\s*{COLON}\s*(.*)$")
# Meant as a heading, whether or not it can be read: a number after the word, or a short label and a colon.
NUMBERED_TRACK = re.compile(rf"^赛道\s*[{NUMERALS}百千]+\s*(?:{COLON}|\s|$|[“\"]?数据要素)")
LABELLED_TRACK = re.compile(rf"^赛道\s*[^\s：:，。；、]{{0,2}}\s*{COLON}")
MEANT_AS_TOPIC = re.compile(rf"^赛题\s*(?:[{NUMERALS}百千]+\s*(?:{COLON}|\s|$)|[^\s：:，。；、]{{0,2}}\s*{COLON})")
# A dot between two digits is a decimal point, not the end of a number.
NUMBERED = re.compile(rf"^({NUMBER})\s*(?:[·•・‧、)\uff09]|[.\uff0e](?![0-9\uff10-\uff19]))\s*(.*)$")
PREFIX = re.compile(r"^[“\"]?数据要素\s*[×xX✕]\s*[”\"]?\s*")
SUFFIX = re.compile(r"\s*领域赛题指南$")

DIGITS = {numeral: value for value, numeral in enumerate("〇一二三四五六七八九")} | {"零": 0}
NARROW = {0xFF10 + digit: str(digit) for digit in range(10)}


def number_of(word: str) -> int | None:
    """The number that a word writes: digits (also full-width) or Chinese numerals up to 99; None for anything else."""
    if (plain := word.translate(NARROW)).isascii():
        return int(plain) or None if plain.isdecimal() else None
    tens, ten, units = word.rpartition("十")
    if len(tens) > 1 or len(units) > 1 or not set(tens + units) <= DIGITS.keys():
        return None
    if not ten:
        return DIGITS[units] or None
    if tens in {"〇", "零"} or units in {"〇", "零"}:
        return None
    return (DIGITS[tens] if tens else 1) * 10 + (DIGITS[units] if units else 0)


def split_at_colon(text: str) -> tuple[str, str]:
    """What stands before and after the first colon of either width; the second is empty when there is no colon."""
    title, *rest = re.split(COLON, text, maxsplit=1)
    return title.strip(), rest[0].strip() if rest else ""


def track_name(words: str) -> str:
    """The name of a track as written, less the words that all names share."""
    return SUFFIX.sub("", PREFIX.sub("", words.strip())).strip()


def plain(line: str) -> str:
    """A line without blank space at its ends, heading marks and emphasis."""
    return MARKS.sub("", line.strip()).strip()


@dataclass
class _OpenTopic:
    line: int
    heading: str
    number: int
    title: str
    description: list[str]


@dataclass
class _OpenTrack:
    number: int
    name: str
    topics: list[Topic] = field(default_factory=list)

    def closed(self) -> Track:
        return Track(self.number, self.name, tuple(self.topics))


class _Reader:
    """Walks down the lines; `track` and `topic` are what a line would belong to now.

    `topic` is set below a `赛题N：` heading that could be read, `headed` below any such heading of this track: there a
    line with a number is part of a text, not a topic.
    """

    def __init__(self) -> None:
        self.front: list[str] = []
        self.tracks: list[_OpenTrack] = []
        self.problems: list[Problem] = []
        self.begun = False
        self.headed = False
        self.track: _OpenTrack | None = None
        self.topic: _OpenTopic | None = None

    def problem(self, line: int, text: str, code: str) -> None:
        self.problems.append(Problem(line, text, code))

    def read(self, line: int, text: str) -> None:
        words = plain(text)
        if not words:
            return
        bare = BULLET.sub("", words)
        if NUMBERED_TRACK.match(bare) or (self.begun and LABELLED_TRACK.match(bare)):
            self.open_track(line, text, bare)
        elif not self.begun:
            self.front.append(words)
        elif MEANT_AS_TOPIC.match(bare):
            self.open_topic(line, text, bare)
        elif self.topic is not None:
            self.topic.description.append(words)
        elif (match := NUMBERED.match(bare)) and not self.headed:
            self.one_line_topic(line, text, match)
        else:
            self.problem(line, text, "not_understood")

    def open_track(self, line: int, text: str, words: str) -> None:
        self.close_topic()
        self.begun, self.headed, self.track = True, False, None
        match = TRACK.match(words)
        number = number_of(match[1]) if match else None
        name = track_name(match[2]) if match else ""
        if number is None or not name:
            self.problem(line, text, "track_heading")
            return
        before = next((track for track in self.tracks if track.number == number), None)
        if before is None:
            self.track = _OpenTrack(number, name)
            self.tracks.append(self.track)
        elif before.name == name:  # a table of contents, or a heading repeated at the top of a page
            self.problem(line, text, "track_continued")
            self.track = before
        else:
            self.problem(line, text, "track_repeated")

    def open_topic(self, line: int, text: str, words: str) -> None:
        self.close_topic()
        self.headed = True
        match = TOPIC.match(words)
        number = number_of(match[1]) if match else None
        if match is None or number is None:
            self.problem(line, text, "topic_heading")
            return
        title, description = split_at_colon(match[2])
        self.topic = _OpenTopic(line, text, number, title, [description] if description else [])

    def one_line_topic(self, line: int, text: str, match: re.Match[str]) -> None:
        number = number_of(match[1])
        if number is None:
            self.problem(line, text, "not_understood")
            return
        title, description = split_at_colon(match[2])
        self.topic = _OpenTopic(line, text, number, title, [description] if description else [])
        self.close_topic()

    def close_topic(self) -> None:
        """Emit the open topic, or say why not."""
        topic, self.topic = self.topic, None
        if topic is None:
            return
        if self.track is None:
            self.problem(topic.line, topic.heading, "outside_track")
        elif not topic.title:
            self.problem(topic.line, topic.heading, "topic_without_title")
        elif not topic.description:
            self.problem(topic.line, topic.heading, "topic_without_text")
        elif any(other.number == topic.number for other in self.track.topics):
            self.problem(topic.line, topic.heading, "topic_repeated")
        else:
            self.track.topics.append(Topic(topic.number, topic.title, "\n".join(topic.description)))

    def result(self) -> Guide:
        self.close_topic()
        if not self.begun:
            self.problem(1, self.front[0] if self.front else "", "no_track")
        return Guide(
            title=next((words for line in self.front if (words := ATTACHMENT.sub("", line).strip())), ""),
            tracks=tuple(track.closed() for track in self.tracks),
            problems=tuple(sorted(self.problems, key=lambda problem: problem.line)),
        )


def lines_of(text: str) -> Iterator[tuple[int, str]]:
    """The lines as an editor numbers them, without their ends; all three kinds of line end are known."""
    unified = text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n")
    for number, line in enumerate(unified.split("\n"), 1):
        yield number, line.strip()


def parse(text: str) -> Guide:
    """The guide that a text holds; what could not be used is among its problems, in the order of the lines."""
    reader = _Reader()
    for line, words in lines_of(text):
        reader.read(line, words)
    return reader.result()


def decode(data: bytes) -> str:
    """The text of a file in UTF-8 (with or without a mark at its start) or GB18030; raises Unreadable."""
    if len(data) > MAXIMUM_BYTES:
        raise Unreadable("too_large")
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        if re.search(r"[\x00-\x08\x0e-\x1f\x7f]", text):
            raise Unreadable("binary")
        return text
    raise Unreadable("binary" if b"\x00" in data else "encoding")


def read(path: Path) -> str:
    """The text of the file at a path; raises Unreadable."""
    try:
        with path.open("rb") as file:
            return decode(file.read(MAXIMUM_BYTES + 1))
    except FileNotFoundError as error:
        raise Unreadable("missing") from error
    except IsADirectoryError as error:
        raise Unreadable("directory") from error
    except OSError as error:
        raise Unreadable("unreadable") from error
