"""The commitment letter: printed for exactly one content, stamped, scanned, and recognised when it comes back."""

import pypdfium2 as pdfium
import pytest
from django.conf import settings as django_settings
from django.urls import reverse

from portal.printing.reading import codes_in
from submissions.actions import upload_file
from submissions.actions.letters import enqueue_unread, read_letter
from submissions.concerns import concerns_of
from submissions.draft import load_draft
from submissions.models import Entry, LetterReading, Upload
from submissions.papers.letter import letter_pdf
from submissions.readiness import missing_in
from submissions.stamps import NO_CODE, OTHER_CONTENT, OTHER_ENTRY, OWN, READING, code_for, letters_on, read_code
from submissions.tasks import read_one_letter
from tests.competition.factories import NOW, make_topic, make_track, make_wanted_file
from tests.submissions.factories import fresh, make_complete_entry, make_member, make_open_contest, submit
from tests.submissions.files import pdf, upload

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]
HOSTILE = '#panic() $x$ *b*\n\n#import "/portal/settings.py": *'


@pytest.fixture
def topic():
    contest = make_open_contest()
    make_wanted_file(
        contest, task="commitment", key="letter", label="承诺书", required=False, letter=f"我单位承诺。\n\n{HOSTILE}"
    )
    return make_topic(make_track(contest))


def wanted_of(entry):
    return entry.contest.wanted_files.get(key="letter")


def letter_of(entry):
    return letter_pdf(load_draft(fresh(entry)), wanted_of(entry))


def hand_in(entry, content, *, read=True):
    before = entry.uploads.filter(wanted=wanted_of(entry), state="stored").first()
    stored = upload_file(
        actor=entry.team.captain,
        entry=entry,
        wanted=wanted_of(entry),
        file=upload(content, "盖章.pdf"),
        replaces=before.public_id if before else "",
        now=NOW,
    )
    if read:
        read_letter(upload=Upload.objects.get(pk=stored.pk), now=NOW)
    return stored


def stamp(entry):
    (letter,) = letters_on(load_draft(fresh(entry))).values()
    return letter["stamp"]


def scanned(content, *, dpi, turned=0):
    """The page as a grey picture inside a new PDF, as a scanner makes it."""
    source = pdfium.PdfDocument(content)
    picture = source[0].render(scale=dpi / 72, rotation=turned, grayscale=True)
    document = pdfium.PdfDocument.new()
    image = pdfium.PdfImage.new(document)
    image.set_bitmap(picture)
    size = (picture.width * 72 / dpi, picture.height * 72 / dpi)
    image.set_matrix(pdfium.PdfMatrix().scale(*size))
    page = document.new_page(*size)
    page.insert_obj(image)
    page.gen_content()
    import io

    packed = io.BytesIO()
    document.save(packed)
    for opened in (page, image, picture, document, source):
        opened.close()
    return packed.getvalue()


# ── Printing ───────────────────────────────────────────────────────────────────────────────────────────────────────
def test_the_letter_carries_the_contests_text_and_the_entrys_particulars(topic):
    entry = make_complete_entry(topic)
    document = pdfium.PdfDocument(letter_of(entry))
    text = "".join(page.get_textpage().get_text_range() for page in document)
    document.close()
    flat = text.replace(" ", "").replace("\r\n", "")
    for said in ("我单位承诺。", entry.title, entry.team.lead_organisation.uscc, '#import"/portal/settings.py":*'):
        assert said in flat


def test_the_letter_is_the_teams_alone(client, topic):
    entry, other = make_complete_entry(topic), make_complete_entry(topic)
    url = reverse("letter_paper", args=[entry.public_id, wanted_of(entry).public_id])
    client.force_login(other.team.captain)
    assert client.get(url).status_code == 404
    client.force_login(entry.team.captain)
    assert codes_in(client.get(url).content)[0].startswith(f"{django_settings.SITE_URL}/entries/{entry.public_id}/")


def test_a_file_that_is_no_letter_has_no_paper(client, topic):
    entry = make_complete_entry(topic)
    client.force_login(entry.team.captain)
    proof = entry.contest.wanted_files.get(key="proof")
    assert client.get(reverse("letter_paper", args=[entry.public_id, proof.public_id])).status_code == 404


# ── Coming back ────────────────────────────────────────────────────────────────────────────────────────────────────
@pytest.mark.parametrize(("dpi", "turned"), [(200, 0), (150, 90), (300, 180)])
def test_a_scan_of_the_letter_is_recognised(topic, dpi, turned):
    entry = make_complete_entry(topic)
    hand_in(entry, scanned(letter_of(entry), dpi=dpi, turned=turned))
    assert stamp(entry) is OWN
    assert missing_in(load_draft(fresh(entry))) == []


def test_uploading_the_letter_does_not_change_what_it_vouches_for(topic):
    entry = make_complete_entry(topic)
    hand_in(entry, letter_of(entry))
    hand_in(entry, letter_of(entry) + b"\n")
    assert stamp(entry) is OWN


def test_a_letter_stamped_before_a_change_is_shown_as_such_and_may_be_submitted(client, topic):
    entry = make_complete_entry(topic)
    hand_in(entry, letter_of(entry))
    make_member(entry)
    assert stamp(entry) is OTHER_CONTENT
    client.force_login(entry.team.captain)
    for name in ("entry_commitment", "entry_check"):
        assert "盖章后内容有改动" in client.get(reverse(name, args=[entry.public_id])).content.decode()
    assert submit(entry).number == 1


def test_the_letter_of_another_entry_cannot_be_submitted(topic):
    entry, other = make_complete_entry(topic), make_complete_entry(topic)
    hand_in(entry, letter_of(other))
    assert stamp(entry) is OTHER_ENTRY
    (missing,) = missing_in(load_draft(fresh(entry)))
    assert missing.url == f"{reverse('entry_commitment', args=[entry.public_id])}#{wanted_of(entry).public_id}"


def test_a_scan_without_a_code_is_left_to_people(topic):
    entry = make_complete_entry(topic)
    hand_in(entry, pdf(note="own letter"))
    assert stamp(entry) is NO_CODE
    assert LetterReading.objects.get().result == LetterReading.Result.NONE
    assert missing_in(load_draft(fresh(entry))) == []


def test_a_code_of_somebody_else_is_no_code_of_ours(topic):
    entry = make_complete_entry(topic)
    assert read_code(["https://example.com/", code_for(entry, "0" * 15)]) is None
    assert read_code(["x", code_for(entry, "0" * 16)]) == (entry.public_id, "0" * 16)


def test_until_it_is_read_the_page_says_so(topic):
    entry = make_complete_entry(topic)
    hand_in(entry, letter_of(entry), read=False)
    assert stamp(entry) is READING


def test_the_checker_sees_what_the_letter_belongs_to(client, topic):
    from tests.competition.factories import make_role
    from tests.submissions.factories import make_person

    entry = make_complete_entry(topic)
    hand_in(entry, letter_of(entry))
    submit(entry)
    screener = make_person()
    make_role(screener, entry.contest, "screener")
    client.force_login(screener)
    page = client.get(reverse("screening", args=[entry.contest.slug, entry.public_id]))
    assert [row.get("stamp") for row in page.context["files"] if row["letter"]] == [OWN]


def test_an_entry_is_passed_with_others_only_when_its_letter_is_known_to_be_its_own(topic):
    own, other, blurred, waiting, none = (make_complete_entry(topic) for _turn in range(5))
    hand_in(own, letter_of(own))
    hand_in(other, letter_of(other))
    Entry.objects.filter(pk=other.pk).update(title="换了名称")
    hand_in(blurred, pdf())
    hand_in(waiting, letter_of(waiting), read=False)
    entries = [fresh(submit(entry).entry) for entry in (own, other, blurred, waiting, none)]
    assert concerns_of(entries) == {
        other.pk: ["承诺书盖章后，作品内容有改动。"],
        blurred.pk: ["未能识别承诺书上的二维码。"],
        waiting.pk: ["承诺书上的二维码尚未识别完毕。"],
    }


# ── In the background ──────────────────────────────────────────────────────────────────────────────────────────────
def test_a_letter_is_read_once_and_a_file_that_broke_its_reader_is_not_tried_again(topic):
    entry = make_complete_entry(topic)
    stored = hand_in(entry, letter_of(entry), read=False)
    LetterReading.objects.create(upload=stored, read_at=NOW)  # as a reader that was killed leaves it
    read_one_letter(stored.pk)
    assert stamp(entry) is NO_CODE
    assert enqueue_unread() == []


def test_the_sweep_finds_letters_that_came_while_the_broker_was_away(topic):
    entry = make_complete_entry(topic)
    stored = hand_in(entry, letter_of(entry), read=False)
    assert enqueue_unread() == [stored.pk]
    read_one_letter(stored.pk)
    assert stamp(entry) is OWN


def test_only_letters_are_read(topic):
    entry = make_complete_entry(topic)
    assert Upload.objects.filter(entry=entry, wanted__task="evidence").exists()
    assert enqueue_unread() == []
