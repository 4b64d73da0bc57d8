"""Files with hostile names, without bytes, and with the bytes of something else, at every place that takes a file."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile, UploadedFile

from tests.fuzz.attacks import Attacker
from tests.fuzz.forms import POLICY, Forms, Target
from tests.fuzz.values import FILE_NAMES, HTML
from tests.permissions.addresses import Address
from tests.permissions.visiting import Visitors

pytestmark = pytest.mark.django_db

#: What a file is not: nothing at all, text, the beginning of a PDF, of an archive, a workbook's head and no more.
CONTENTS = {
    "no bytes": b"",
    "html": HTML.encode(),
    "half a pdf": b"%PDF-1.7\n1 0 obj <</Type /Catalog",
    "half an archive": b"PK\x03\x04" + b"\x00" * 40,
    "nul": b"\x00" * 2000,
    "no utf-8": "赛道九".encode("utf-16") + b"\xff\xfe",
    "lines": b"\r\n\t" * 5000,
}
TYPES = ("application/pdf", "text/html", "", "../../x", "a" * 300)


def taking_files(forms: Forms, site: dict[str, Address]) -> dict[str, tuple[Target, str]]:
    """Each place with the name of its control."""
    return {
        key: (target, name)
        for key in POLICY
        for name, value in site[key].post().items()
        if isinstance(value, UploadedFile) and (target := forms(key))
    }


def test_a_file_name_never_leaves_its_folder_its_line_or_its_page(
    visitors: Visitors, forms: Forms, site: dict[str, Address]
):
    attacker, wrong = Attacker(visitors), []
    for key, (target, name) in taking_files(forms, site).items():
        good = target.body()[name].read()
        for file_name in FILE_NAMES:
            body = target.body() | {name: SimpleUploadedFile("x", good, "application/pdf")}
            body[name]._name = file_name  # a browser's words, not yet Django's
            wrong += [
                f"{key} {file_name[:40]!a}: {fault}" for fault in attacker.send(target.role, "POST", target.url, body)
            ]
    assert not wrong, "\n".join(wrong)


def test_what_is_no_file_of_its_kind_is_refused_in_a_sentence(
    visitors: Visitors, forms: Forms, site: dict[str, Address]
):
    attacker, wrong, places = Attacker(visitors), [], taking_files(forms, site)
    for key, (target, name) in places.items():
        for turn, (what, content) in enumerate(CONTENTS.items()):
            given = target.body()[name].name
            body = target.body() | {name: SimpleUploadedFile(given, content, TYPES[turn % len(TYPES)])}
            wrong += [f"{key} {what}: {fault}" for fault in attacker.send(target.role, "POST", target.url, body)]
    assert not wrong, "\n".join(wrong)
    assert len(places) >= 6
