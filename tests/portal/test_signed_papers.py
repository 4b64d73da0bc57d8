"""Signed papers: a reader finds them whole and ours, finds any byte that was changed, and a broken key is a sentence."""

import os
import stat
import subprocess
import sys
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519
from cryptography.hazmat.primitives.serialization import BestAvailableEncryption, Encoding, pkcs12
from django.conf import settings as django_settings
from django.core.management import CommandError, call_command
from django.urls import reverse
from pyhanko.pdf_utils.misc import PdfError
from pyhanko.sign.fields import MDPPerm
from pyhanko.sign.general import SigningError
from pyhanko.sign.validation.errors import SignatureValidationError
from pyhanko.sign.validation.status import SignatureCoverageLevel

from portal.environment import MisconfiguredError
from portal.printing import print_pdf, print_signed
from portal.printing.checks import papers_can_be_signed
from portal.printing.identity import given_identity, kept_identity, own_identity
from portal.printing.signing import sign_pdf
from tests.budgets import check_page
from tests.portal.factories import NOW
from tests.signatures import signatures_in, status_of
from tests.submissions.test_receipt_paper import words

ROOT = Path(__file__).resolve().parents[2]
TEMPLATE = ROOT / "judging" / "papers" / "appointment.typ"
DATA = {
    "title": "聘书", "author": "示例大赛", "footer": "聘书", "contest": "示例大赛", "heading": "聘书", "number": "1",
    "greeting": "某某：", "paragraphs": ["特此聘任。"], "facts": [], "issuers": ["组委会"], "date": "7月17日", "stamp": "（章）",
}  # fmt: skip
PASSPHRASE = "开 sesame"


def certificate_of(subject, key, *, issuer="", by=None, begins_at=NOW - timedelta(days=30), days=3650):
    """A certificate by an authority, or by itself."""
    usage = dict.fromkeys(
        [
            "digital_signature",
            "key_encipherment",
            "data_encipherment",
            "key_agreement",
            "encipher_only",
            "decipher_only",
        ],
        False,
    )
    signs = x509.KeyUsage(**usage, content_commitment=True, key_cert_sign=by is None, crl_sign=by is None)
    names = [x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, name)]) for name in (subject, issuer or subject)]
    return (
        x509.CertificateBuilder(subject_name=names[0], issuer_name=names[1], public_key=key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(begins_at)
        .not_valid_after(begins_at + timedelta(days=days))
        .add_extension(x509.BasicConstraints(ca=by is None, path_length=None), critical=True)
        .add_extension(signs, critical=True)
        .sign(by or key, hashes.SHA256())
    )


def issued(folder, **dates):
    """The file an authority hands out, and the authority's certificate."""
    authority, key = (ec.generate_private_key(ec.SECP256R1()) for _each in range(2))
    root = certificate_of("某某根证书", authority)
    mine = certificate_of("某某大赛组委会", key, issuer="某某根证书", by=authority, **dates)
    path = folder / "organiser.p12"
    lock = BestAvailableEncryption(PASSPHRASE.encode())
    path.write_bytes(pkcs12.serialize_key_and_certificates(b"organiser", key, mine, [root], lock))
    return path, root


@pytest.fixture
def given(settings, tmp_path):
    """Set what the operator gave; what the process remembers is forgotten before and after."""
    kept_identity.cache_clear()

    def give(path, passphrase=PASSPHRASE):
        settings.ENVIRONMENT = replace(
            settings.ENVIRONMENT, signing_certificate=path, signing_passphrase=passphrase, data_dir=tmp_path
        )

    yield give
    kept_identity.cache_clear()


@pytest.fixture(scope="module")
def paper():
    return print_signed(TEMPLATE, DATA, at=NOW)


# ── What a reader finds ────────────────────────────────────────────────────────────────────────────────────────────
def test_a_reader_who_trusts_the_certificate_finds_the_whole_file_signed(paper):
    status = status_of(paper, kept_identity().certificate)
    assert status.bottom_line
    assert status.coverage == SignatureCoverageLevel.ENTIRE_FILE
    assert signatures_in(paper)[0].sig_object["/SubFilter"] == "/ETSI.CAdES.detached"


def test_it_certifies_that_nothing_but_further_signatures_is_added(paper):
    assert signatures_in(paper)[0].docmdp_level == MDPPerm.FILL_FORMS


def test_whoever_trusts_somebody_else_finds_it_unknown_and_not_broken(paper, tmp_path):
    status = status_of(paper, issued(tmp_path)[1])
    assert (status.intact, status.valid, status.trusted) == (True, True, False)


@pytest.mark.parametrize("place", [0.05, 0.3, 0.5, 0.8])
def test_one_changed_byte_is_found(paper, place):
    signature = signatures_in(paper)[0]
    at = int(signature.byte_range[1] * place)
    changed = paper[:at] + bytes([paper[at] ^ 1]) + paper[at + 1 :]
    # What no longer reads as a PDF with a signature is found as well.
    with suppress(PdfError, SignatureValidationError, SigningError, ValueError):
        assert not status_of(changed, kept_identity().certificate).intact


def test_what_is_added_behind_the_signature_is_found(paper):
    added = paper + b"\n% and more\n"
    assert status_of(added, kept_identity().certificate).coverage != SignatureCoverageLevel.ENTIRE_FILE


def test_the_same_paper_gives_the_same_bytes(paper):
    assert print_signed(TEMPLATE, DATA, at=NOW) == paper


def test_the_foot_says_that_it_is_signed_and_where_to_check(paper):
    assert f"{django_settings.SITE_URL}{reverse('papers')}" in words(paper)


def test_the_signature_names_the_site_and_nobody_else(paper):
    signature = signatures_in(paper)[0]
    assert not {"/Name", "/Reason", "/Location", "/ContactInfo"} & set(signature.sig_object)
    assert signature.signer_cert.subject.native == {"common_name": kept_identity().name}


def test_the_instant_is_the_papers_own_or_the_certificates_first(tmp_path):
    path, root = issued(tmp_path, begins_at=NOW)
    identity = given_identity(path, PASSPHRASE)
    plain = print_pdf(TEMPLATE, DATA, at=NOW)
    for at, said in ((NOW + timedelta(days=5), NOW + timedelta(days=5)), (NOW - timedelta(days=5), NOW)):
        signed = sign_pdf(plain, identity, at=at)
        assert signatures_in(signed)[0].self_reported_timestamp == said
        assert status_of(signed, root).bottom_line


# ── Whose key it is ────────────────────────────────────────────────────────────────────────────────────────────────
def test_processes_that_start_at_once_sign_with_the_same_certificate(tmp_path):
    script = "from portal.printing.identity import kept_identity; print(kept_identity().fingerprint)"
    environment = {**os.environ, "DATA_DIR": str(tmp_path), "DJANGO_SETTINGS_MODULE": "portal.settings"}
    running = [
        subprocess.Popen([sys.executable, "-c", script], cwd=ROOT, env=environment, stdout=subprocess.PIPE, text=True)
        for _each in range(3)
    ]
    said = [process.communicate()[0].strip() for process in running]
    assert [process.returncode for process in running] == [0, 0, 0]
    assert len(set(said)) == 1
    assert len(said[0]) == 64
    assert stat.S_IMODE((tmp_path / "paper_key").stat().st_mode) == 0o600


def test_our_own_certificate_is_in_the_sites_name_and_lasts(tmp_path):
    identity = own_identity(tmp_path / "paper_key", "contest.example.cn")
    again = own_identity(tmp_path / "paper_key", "another.example.cn")
    assert identity.name == again.name == "contest.example.cn"
    assert identity.vouches_for_itself
    assert identity.key.key_size == 3072
    assert identity.ends_at > datetime.now(UTC) + timedelta(days=19 * 365)


def test_an_organisers_certificate_signs_with_all_that_leads_to_its_root(tmp_path):
    path, root = issued(tmp_path)
    identity = given_identity(path, PASSPHRASE)
    plain = print_pdf(TEMPLATE, DATA, at=NOW)
    signed = sign_pdf(plain, identity, at=NOW)
    assert status_of(signed, root).bottom_line
    assert identity.name == "某某大赛组委会"
    assert not identity.vouches_for_itself
    assert sign_pdf(plain, identity, at=NOW) == signed


# ── What cannot sign ───────────────────────────────────────────────────────────────────────────────────────────────
def unsuited(folder):
    """Files that do not sign, each with what is said of it."""
    path, _root = issued(folder)
    rubbish, keyless, other = (folder / name for name in ("rubbish.p12", "keyless.p12", "other.p12"))
    rubbish.write_bytes(b"no certificate")
    lock = BestAvailableEncryption(PASSPHRASE.encode())
    key = ed25519.Ed25519PrivateKey.generate()
    certificate = given_identity(path, PASSPHRASE).certificate
    keyless.write_bytes(pkcs12.serialize_key_and_certificates(None, None, None, [certificate], lock))
    ca = ec.generate_private_key(ec.SECP256R1())
    signed = certificate_of("某某", key, issuer="根", by=ca)
    other.write_bytes(pkcs12.serialize_key_and_certificates(None, key, signed, None, lock))
    return [
        (path, "wrong", "does not open"),
        (path, "", "does not open"),
        (rubbish, PASSPHRASE, "does not open"),
        (keyless, PASSPHRASE, "RSA or EC"),
        (other, PASSPHRASE, "RSA or EC"),
        (folder, PASSPHRASE, "cannot be read"),
    ]


def test_a_certificate_that_cannot_sign_is_a_sentence_to_the_operator(tmp_path):
    for path, passphrase, sentence in unsuited(tmp_path):
        with pytest.raises(MisconfiguredError, match=sentence) as caught:
            given_identity(path, passphrase)
        assert str(path) in str(caught.value)


def test_a_damaged_key_of_our_own_is_a_sentence_and_stays_as_it_is(tmp_path):
    path = tmp_path / "paper_key"
    own_identity(path, "a.example.cn")
    foreign = own_identity(tmp_path / "other", "b.example.cn").certificate
    whole = path.read_bytes()
    begin = whole.index(b"-----BEGIN CERTIFICATE")
    for content in (b"short", whole[:begin], whole[begin:], whole[:begin] + foreign.public_bytes(Encoding.PEM)):
        path.write_bytes(content)
        with pytest.raises(MisconfiguredError, match="damaged"):
            own_identity(path, "a.example.cn")
        assert path.read_bytes() == content


def test_check_and_up_say_it_before_anybody_waits_for_a_paper(given, tmp_path, transactional_db):
    path, _root = issued(tmp_path)
    given(path, "wrong")
    assert [error.id for error in papers_can_be_signed(None)] == ["portal.E002"]
    with pytest.raises(CommandError, match="does not open"):
        call_command("up")


@pytest.mark.parametrize(
    ("begun", "days", "said"),
    [(-10, 100, []), (-10, 20, ["portal.W001"]), (-10, 5, ["portal.E003"]), (5, 100, ["portal.E003"])],
)
def test_check_says_when_a_certificate_ends(given, tmp_path, begun, days, said):
    path, _root = issued(tmp_path, begins_at=datetime.now(UTC) + timedelta(days=begun), days=days)
    given(path)
    assert [message.id for message in papers_can_be_signed(None)] == said


def test_check_makes_no_key(given, tmp_path):
    given(None)
    assert papers_can_be_signed(None) == []
    assert list(tmp_path.iterdir()) == []


@pytest.mark.django_db
def test_a_person_gets_a_sentence_and_not_an_error_while_nothing_can_be_signed(client, given, tmp_path):
    given(issued(tmp_path)[0], "wrong")
    answer = client.get(reverse("papers"))
    assert answer.status_code == 503
    assert "目前无法为文件签名" in answer.content.decode()


# ── The public page ────────────────────────────────────────────────────────────────────────────────────────────────
@pytest.mark.django_db
def test_everybody_finds_the_certificate_and_its_fingerprint(client, paper):
    page = client.get(reverse("papers")).content.decode()
    kept = client.get(reverse("papers_certificate"))
    assert kept_identity().fingerprint in page.replace(" ", "")
    certificate = x509.load_der_x509_certificate(kept.content)
    assert certificate == kept_identity().certificate
    assert status_of(paper, certificate).bottom_line


@pytest.mark.django_db
def test_only_a_certificate_of_our_own_is_called_unknown(client, given, tmp_path):
    unknown = "自行生成"
    assert unknown in client.get(reverse("papers")).content.decode()
    given(issued(tmp_path)[0])
    kept_identity.cache_clear()
    page = client.get(reverse("papers")).content.decode()
    assert unknown not in page
    assert "某某大赛组委会" in page


@pytest.mark.django_db
def test_the_page_keeps_its_budget(client):
    assert check_page(client, reverse("papers"), "papers") == 0
