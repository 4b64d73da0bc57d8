"""Looking at a signed PDF as a reader does: with pyHanko's validator, trusting the certificates named."""

from io import BytesIO

from asn1crypto import x509 as asn1
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.validation import EmbeddedPdfSignature, PdfSignatureStatus, validate_pdf_signature
from pyhanko_certvalidator import ValidationContext


def signatures_in(pdf: bytes) -> list[EmbeddedPdfSignature]:
    return PdfFileReader(BytesIO(pdf)).embedded_signatures


def status_of(pdf: bytes, *trusted: x509.Certificate) -> PdfSignatureStatus:
    """What a reader says of the one signature in the file."""
    (signature,) = signatures_in(pdf)
    roots = [asn1.Certificate.load(certificate.public_bytes(Encoding.DER)) for certificate in trusted]
    return validate_pdf_signature(signature, ValidationContext(trust_roots=roots))
