"""Signing one PDF as PAdES (baseline B): an invisible signature of the site over the whole file.

It certifies: afterwards the file may be signed by others, and nothing else in it may change. Imported where a paper is
printed and nowhere else, for pyHanko takes time and memory to load.
"""

import asyncio
from datetime import datetime
from hashlib import sha256
from io import BytesIO

from asn1crypto import x509
from cryptography.hazmat.primitives.asymmetric.ec import ECDSA
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding
from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.fields import MDPPerm, SigFieldSpec, SigSeedSubFilter
from pyhanko.sign.signers.cms_embedder import PdfCMSEmbedder, SigIOSetup, SigMDPSetup, SigObjSetup
from pyhanko.sign.signers.constants import ESIC_EXTENSION_1
from pyhanko.sign.signers.pdf_byterange import SignatureObject
from pyhanko.sign.signers.pdf_cms import Signer
from pyhanko_certvalidator.registry import SimpleCertificateStore

from portal.printing.identity import Identity

FIELD = "Signature"
DIGEST = "sha256"
#: what a signature takes beside its certificates, with room to spare
BYTES = 4096


class SiteSigner(Signer):
    """Signs with the key in memory; pyHanko's own reads and checks it anew each time, which takes 0.1 s."""

    def __init__(self, identity: Identity) -> None:
        self.identity = identity
        registry = SimpleCertificateStore()
        registry.register_multiple([x509.Certificate.load(more.public_bytes(Encoding.DER)) for more in identity.chain])
        super().__init__(signing_cert=x509.Certificate.load(identity.der), cert_registry=registry)

    async def async_sign_raw(self, data: bytes, digest_algorithm: str, dry_run: bool = False) -> bytes:
        key = self.identity.key
        if isinstance(key, RSAPrivateKey):
            return key.sign(data, PKCS1v15(), SHA256())
        return key.sign(data, ECDSA(SHA256(), deterministic_signing=True))


class SignatureWriter(IncrementalPdfFileWriter):
    """Adds a signature and nothing else: pyHanko's own adds the clock's date and a random name, other bytes each time."""

    def _update_meta(self) -> None:
        pass

    @classmethod
    def _handle_id(cls, prev: PdfFileReader) -> generic.ArrayObject:
        first, _second = prev.trailer["/ID"]
        return generic.ArrayObject([first, generic.ByteStringObject(sha256(prev.stream.getvalue()).digest()[:16])])


def sign_pdf(pdf: bytes, identity: Identity, *, at: datetime) -> bytes:
    """The same file with a signature at its end; the same file, identity and instant give the same bytes.

    Where the certificate is younger than the paper, its first instant counts: readers refuse an earlier one.
    """
    at = max(at, identity.begins_at)
    writer = SignatureWriter(BytesIO(pdf))
    writer.register_extension(ESIC_EXTENSION_1)
    certificates = (identity.certificate, *identity.chain)
    room = 2 * (BYTES + sum(len(each.public_bytes(Encoding.DER)) for each in certificates))  # it is written in hex
    field = PdfCMSEmbedder(new_field_spec=SigFieldSpec(FIELD)).write_cms(field_name=FIELD, writer=writer)
    next(field)
    empty = SignatureObject(timestamp=at, subfilter=SigSeedSubFilter.PADES, bytes_reserved=room)
    certifies = SigMDPSetup(md_algorithm=DIGEST, certify=True, docmdp_perms=MDPPerm.FILL_FORMS)
    field.send(SigObjSetup(sig_placeholder=empty, mdp_setup=certifies))
    prepared, output = field.send(SigIOSetup(md_algorithm=DIGEST, in_place=True))
    signature = asyncio.run(SiteSigner(identity).async_sign(prepared.document_digest, DIGEST, use_pades=True))
    field.send(signature)
    return bytes(output.getvalue())
