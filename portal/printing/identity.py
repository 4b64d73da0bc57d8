"""Who signs the papers: the site's key, and the certificate that goes with it into every file.

It is the operator's own (`SIGNING_CERTIFICATE`), or one that is made once in DATA_DIR and vouches for itself: then readers
compare its fingerprint with the one on the public page. RSA, because every reader knows it and because the same paper
then gives the same bytes, signature and all.
"""

import hashlib
import logging
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path
from urllib.parse import urlsplit

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePrivateKey
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, generate_private_key
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
    pkcs12,
)
from django.conf import settings
from django.utils.translation import gettext_lazy as _

from portal import clock
from portal.environment import MisconfiguredError, damaged, made_once
from portal.refusals import Refusal

BITS = 3072
#: Receipts are looked at long after a contest; the certificate can be replaced at any time.
LIFE = timedelta(days=20 * 365)
#: what a common name may hold
LONGEST_NAME = 64

logger = logging.getLogger(__name__)


class CannotSign(Refusal):
    """No paper can be made, because what signs it cannot be read; the operator's doctor says why."""

    status = 503


@dataclass(frozen=True)
class Identity:
    """A key, its certificate, and what stands between that and a root."""

    key: RSAPrivateKey | EllipticCurvePrivateKey
    certificate: x509.Certificate
    chain: tuple[x509.Certificate, ...] = ()

    @property
    def name(self) -> str:
        """Whom readers see as the signer."""
        names = self.certificate.subject.get_attributes_for_oid(x509.NameOID.COMMON_NAME)
        return str(names[0].value) if names else self.certificate.subject.rfc4514_string()

    @property
    def der(self) -> bytes:
        return self.certificate.public_bytes(Encoding.DER)

    @property
    def fingerprint(self) -> str:
        """SHA-256 of the certificate, as every reader shows it."""
        return hashlib.sha256(self.der).hexdigest()

    @property
    def begins_at(self) -> datetime:
        return self.certificate.not_valid_before_utc

    @property
    def ends_at(self) -> datetime:
        return self.certificate.not_valid_after_utc

    @property
    def vouches_for_itself(self) -> bool:
        return self.certificate.issuer == self.certificate.subject


def site_identity() -> Identity:
    """For pages and papers: what cannot be read is a refusal to the person, and a line in the log."""
    try:
        return kept_identity()
    except MisconfiguredError as error:
        logger.error("papers cannot be signed: %s", error)
        raise CannotSign(
            _("Papers cannot be signed at the moment, so none are issued. Please try again later."), code="cannot_sign"
        ) from error


@cache
def kept_identity() -> Identity:
    """The operator's, or our own, made on first use; raises MisconfiguredError with one sentence for the operator."""
    environment = settings.ENVIRONMENT
    if environment.signing_certificate is not None:
        return given_identity(environment.signing_certificate, environment.signing_passphrase)
    return own_identity(environment.data_dir / "paper_key", urlsplit(settings.SITE_URL).hostname or "localhost")


def given_identity(path: Path, passphrase: str) -> Identity:
    """What an operator had issued, in a PKCS#12 file."""
    try:
        kept = pkcs12.load_pkcs12(path.read_bytes(), passphrase.encode() or None)
    except OSError as error:
        raise MisconfiguredError(f"SIGNING_CERTIFICATE: {path} cannot be read ({error.strerror}).") from error
    except (ValueError, UnsupportedAlgorithm) as error:
        raise MisconfiguredError(
            f"SIGNING_CERTIFICATE: {path} does not open. It must be a PKCS#12 file (.p12, .pfx), and SIGNING_PASSPHRASE its passphrase."
        ) from error
    key, certificate = kept.key, kept.cert
    if certificate is None or not isinstance(key, RSAPrivateKey | EllipticCurvePrivateKey):
        raise MisconfiguredError(
            f"SIGNING_CERTIFICATE: {path} must hold a certificate together with its RSA or EC private key."
        )
    return Identity(key, certificate.certificate, tuple(more.certificate for more in kept.additional_certs))


def own_identity(path: Path, name: str) -> Identity:
    """Ours, from the file at `path`, made there where none is."""
    content = made_once(path, lambda: _made(name))
    try:
        # Whether its primes are primes was seen when it was made; to see it again takes 0.1 s.
        key = load_pem_private_key(content, None, unsafe_skip_rsa_key_validation=True)
        certificate = x509.load_pem_x509_certificate(content)
    except (ValueError, UnsupportedAlgorithm) as error:
        raise damaged(path) from error
    if not isinstance(key, RSAPrivateKey) or key.public_key() != certificate.public_key():
        raise damaged(path)
    return Identity(key, certificate)


def _made(name: str) -> bytes:
    """A key and the certificate that it signs itself, as one PEM text."""
    key = generate_private_key(65537, BITS)
    subject = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, name[:LONGEST_NAME])])
    begins_at = clock.now()  # no paper's instant: this happens once in the life of an installation
    signs = x509.KeyUsage(
        digital_signature=True,
        content_commitment=True,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=False,
        crl_sign=False,
        encipher_only=False,
        decipher_only=False,
    )
    certificate = (
        x509.CertificateBuilder(subject_name=subject, issuer_name=subject, public_key=key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(begins_at)
        .not_valid_after(begins_at + LIFE)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(signs, critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .sign(key, hashes.SHA256())
    )
    secret = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    return secret + certificate.public_bytes(Encoding.PEM)
