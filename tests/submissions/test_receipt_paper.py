"""The receipt on paper: it says what was handed in, is the same every time, and its code leads to the public proof."""

import hashlib
from io import BytesIO

import pypdfium2 as pdfium
import pytest
from django.conf import settings
from django.urls import reverse
from django.utils import translation
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from portal.printing import print_pdf
from portal.printing.reading import UnreadableError, codes_in
from submissions.papers import receipt as papers
from submissions.papers.verification import code_of, read_code
from tests.competition.factories import NOW
from tests.submissions.factories import (
    fresh,
    make_complete_entry,
    make_member,
    make_person,
    make_submitted_entry,
    submit,
)

pytestmark = pytest.mark.django_db
HOSTILE = '#panic("x") $x^2$ *b* _i_ `r` @ref <l> \\ [a] {b} "c" /* d */ // e'


def words(content):
    """The text of every page, without blanks: lines break where the paper ends."""
    document = pdfium.PdfDocument(content)
    try:
        return "".join(page.get_textpage().get_text_range() for page in document).replace(" ", "")
    finally:
        document.close()


def fetch(client, entry, number=1, *, language="", who=None):
    client.force_login(who or entry.team.captain)
    with translation.override(language or settings.LANGUAGE_CODE):
        url = reverse("receipt_paper", args=[entry.public_id, number])
    return client.get(url)


# ── What it says ───────────────────────────────────────────────────────────────────────────────────────────────────
def test_the_receipt_says_what_was_handed_in_with_every_fingerprint(client):
    entry = make_submitted_entry()
    version, file = entry.current_version, entry.current_version.files.get()
    text = words(fetch(client, entry).content)
    for said in (
        entry.number,
        entry.title,
        entry.contest.name,
        entry.topic.title,
        file.name,
        "北京时间",
        code_of(version),
    ):
        assert said.replace(" ", "") in text
    assert file.sha256 in text
    assert version.digest in text


def test_the_receipt_is_in_english_for_those_who_read_english(client):
    entry = make_submitted_entry()
    text = words(fetch(client, entry, language="en").content)
    assert "Receiptofanentry" in text
    assert "Beijingtime" in text
    assert entry.title in text


def test_the_code_on_the_paper_leads_to_the_proof_of_this_version(client):
    entry = make_submitted_entry()
    codes = codes_in(fetch(client, entry).content)
    assert codes == [f"{settings.SITE_URL}/verify/{entry.current_version.public_id}/"]
    assert client.get(codes[0].removeprefix(settings.SITE_URL)).status_code == 200


def test_the_same_version_gives_the_same_bytes(client):
    entry = make_submitted_entry()
    first, second = fetch(client, entry).content, fetch(client, entry).content
    assert hashlib.sha256(first).digest() == hashlib.sha256(second).digest()


def test_what_people_type_is_set_as_it_is_and_never_run(client):
    entry = make_complete_entry(title=HOSTILE[:60])
    submit(entry)
    assert HOSTILE[:60].replace(" ", "") in words(fetch(client, fresh(entry)).content)


@hypothesis_settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.text(max_size=400))
def test_any_text_at_all_can_be_printed(text):
    fields = dict.fromkeys(
        ["title", "author", "footer", "contest", "heading", "number_label", "number", "files_heading", "no_files",
         "digest_label", "verify_note", "verify_url", "code_label", "code", "steps_heading"], text or "x",
    )  # fmt: skip
    data = fields | {
        "facts": [[text, text]],
        "files": [{"name": text, "size": text, "sha256": [text]}],
        "sha256": [text],
        "steps": [{"when": text, "name": text, "note": text}],
        "qr": '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 1 1"/>',
        "verify_url": "https://example.cn/",
    }
    assert print_pdf(papers.TEMPLATE, data, at=NOW).startswith(b"%PDF")


# ── Who gets it ────────────────────────────────────────────────────────────────────────────────────────────────────
def test_members_have_it_and_strangers_learn_nothing(client):
    entry = make_complete_entry()
    member = make_member(entry).user
    submit(entry)
    assert fetch(client, fresh(entry), who=member)["Content-Type"] == "application/pdf"
    assert fetch(client, entry, who=make_person()).status_code == 404
    assert fetch(client, entry, 2, who=member).status_code == 404


# ── The public proof ───────────────────────────────────────────────────────────────────────────────────────────────
def prove(client, version, **query):
    return client.get(reverse("verify", args=[version.public_id]), query)


def test_the_proof_names_nobody(client):
    entry = make_submitted_entry()
    page = prove(client, entry.current_version).content.decode()
    assert entry.number in page
    for hidden in (entry.title, str(entry.team.captain), entry.team.captain.email, entry.team.lead_organisation.name):
        assert hidden not in page
    assert entry.current_version.files.get().name not in page


def test_the_proof_says_which_version_counts(client):
    entry = make_submitted_entry()
    first = entry.current_version
    assert "最新版本" in prove(client, first).content.decode()
    make_member(entry)
    second = submit(entry)
    assert "较早的版本" in prove(client, first).content.decode()
    assert "最新版本" in prove(client, second).content.decode()


def test_a_fingerprint_is_compared_without_script(client):
    version = make_submitted_entry().current_version
    file = version.files.get()
    spaced = " ".join(papers.groups(file.sha256.upper()))
    answers = {spaced: "file", version.digest: "version", "0" * 64: "none"}
    found = {typed: prove(client, version, sha256=typed).context["compared"]["kind"] for typed in answers}
    assert found == answers


def test_what_is_no_fingerprint_is_said_at_its_field(client):
    page = prove(client, make_submitted_entry().current_version, sha256="93ce")
    assert page.context["compared"] is None
    assert page.content.decode().count("这不是 SHA-256 值") == 2  # in the summary and beside the field


def test_a_code_is_read_as_people_type_it():
    version = make_submitted_entry().current_version
    typed = code_of(version).upper().replace("0", "O").replace("1", "l")
    assert read_code(f" {typed} ") == version.public_id
    assert read_code("zu") == read_code("") == read_code("x" * 13) == ""


def test_the_first_page_sends_on_to_the_proof_or_says_what_a_code_is(client):
    version = make_submitted_entry().current_version
    answer = client.get(reverse("verify_start"), {"code": code_of(version)})
    assert answer["Location"] == reverse("verify", args=[version.public_id])
    assert "cs-errors" not in client.get(reverse("verify_start")).content.decode()
    wrong = client.get(reverse("verify_start"), {"code": "abc"}).content.decode()
    assert "cs-errors" in wrong
    assert 'value="abc"' in wrong


def test_a_wrong_code_has_a_page_of_its_own_and_cannot_be_tried_for_ever(client):
    version = make_submitted_entry().current_version
    wrong = reverse("verify", args=["0" * 12])
    assert [client.get(wrong).status_code for _turn in range(31)] == [404] * 30 + [429]
    assert prove(client, version).status_code == 200


# ── Reading codes back ─────────────────────────────────────────────────────────────────────────────────────────────
def test_what_is_no_pdf_is_called_unreadable():
    for content in (b"", b"%PDF-1.7\nbroken", b"nothing"):
        with pytest.raises(UnreadableError):
            codes_in(BytesIO(content))
