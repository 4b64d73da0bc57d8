"""What is said of a file that cannot be taken, and what is known of one that can."""

from dataclasses import dataclass
from typing import BinaryIO, cast

from django.core.files.base import File
from django.utils.translation import gettext as _

from competition.models import WantedFile
from competition.words import enumeration
from portal.refusals import Refusal
from portal.texts import clean_file_name
from portal.web import sizes
from submissions.models import Upload
from submissions.sniffing import MIB, BadFile, Problem, sniff
from submissions.storing import sha256_of

LONGEST_NAME = Upload._meta.get_field("name").max_length or 200
EXTENSIONS = {"pdf": ("pdf",), "pptx": ("pptx",), "ppt": ("ppt",), "docx": ("docx",), "mp4": ("mp4", "m4v")}
MEDIA_TYPES = {
    "pdf": "application/pdf",
    "pptx": "application/vnd.openxmlformats-officedocument.presentationml.presentation",
    "ppt": "application/vnd.ms-powerpoint",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "mp4": "video/mp4",
}


@dataclass(frozen=True)
class CheckedFile:
    """A file that was looked at and found good."""

    file: File
    name: str
    kind: str
    size: int
    sha256: str


def check_file(file: File, wanted: WantedFile) -> CheckedFile:
    """What the file is; raises Refusal with the sentence that tells the sender what to do."""
    name = clean_file_name(file.name or "", longest=LONGEST_NAME)
    size = file.size or 0
    refuse_size(name, size, wanted)
    try:
        kind = sniff(cast("BinaryIO", file), size)
    except BadFile as error:
        if error.problem == Problem.UNKNOWN and error.kind:
            raise _wrong_kind(name, error.kind, wanted) from error
        raise _bad(error.problem, _why(error, name, wanted)) from error
    extension = name.rpartition(".")[2].lower()
    if kind not in wanted.kinds:
        raise _wrong_kind(name, kind, wanted)
    if extension not in EXTENSIONS[kind]:
        raise _bad(
            "mislabelled",
            _(
                "“%(name)s” is a %(kind)s file by its content, but its name does not end in .%(extension)s. Rename it and upload it again."
            )
            % {"name": name, "kind": kind.upper(), "extension": EXTENSIONS[kind][0]},
        )
    return CheckedFile(file=file, name=name, kind=kind, size=size, sha256=sha256_of(file))


def check_promise(name: str, size: int, wanted: WantedFile) -> str:
    """Refuse by name and size alone, before a byte is sent; returns the name under which the file may come."""
    name = clean_file_name(name, longest=LONGEST_NAME)
    if size == 0:
        raise _bad(Problem.EMPTY, _why(BadFile(Problem.EMPTY), name, wanted))
    refuse_size(name, size, wanted)
    extension = name.rpartition(".")[2].lower()
    if not any(extension in EXTENSIONS[kind] for kind in wanted.kinds):
        sentence = _(
            "“%(name)s” cannot be taken. Here we ask for %(wanted)s: save it in that format and upload it again."
        )
        raise _bad("wrong_kind", sentence % {"name": name, "wanted": words_for(wanted.kinds)})
    return name


def refuse_size(name: str, size: int, wanted: WantedFile) -> None:
    """Larger than the contest takes?"""
    if size > wanted.max_mb * MIB:
        raise _bad(
            "too_large",
            _("“%(name)s” has %(size)s; the limit is %(limit)d MB. Compress it or split it, then upload it again.")
            % {"name": name, "size": sizes.size(size), "limit": wanted.max_mb},
        )


def words_for(kinds: list[str]) -> str:
    """PDF, PPTX or PPT, in the reader's language."""
    names = [kind.upper() for kind in kinds]
    if len(names) < 2:
        return "".join(names)
    return _("%(others)s or %(last)s") % {"others": enumeration(names[:-1]), "last": names[-1]}


def accepted(kinds: list[str]) -> str:
    """The extensions for a file control's `accept`."""
    return ",".join(f".{extension}" for kind in kinds for extension in EXTENSIONS[kind])


def _wrong_kind(name: str, kind: str, wanted: WantedFile) -> Refusal:
    sentence = _(
        "“%(name)s” is a %(kind)s file. Here we ask for %(wanted)s: save it in that format and upload it again."
    )
    return _bad("wrong_kind", sentence % {"name": name, "kind": kind.upper(), "wanted": words_for(wanted.kinds)})


def _why(error: BadFile, name: str, wanted: WantedFile) -> str:
    sentences = {
        Problem.EMPTY: _("“%(name)s” is empty (0 bytes). Check the file on your computer and upload it again."),
        Problem.TRUNCATED: _(
            "“%(name)s” is incomplete or damaged. Open it on your computer, save it again and upload the new file."
        ),
        Problem.ENCRYPTED: _(
            "“%(name)s” is protected by a password or by restrictions. Save a copy without protection and upload that."
        ),
        Problem.MACROS: _("“%(name)s” contains macros. Save it without macros, or as PDF, and upload that."),
        Problem.BOMB: _(
            "“%(name)s” unpacks to far more than a document would. Save it again with your office program and upload that."
        ),
        Problem.UNKNOWN: _(
            "“%(name)s” is not what its name says. Here we ask for %(wanted)s: save it in that format and upload it again."
        ),
    }
    return sentences[error.problem] % {"name": name, "wanted": words_for(wanted.kinds)}


def _bad(code: str, sentence: str) -> Refusal:
    return Refusal(sentence, code=code, field="file")
