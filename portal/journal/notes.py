"""Signed notes and checkpoints as texts (C2SP signed-note and tlog-checkpoint), with Ed25519.

A note is a text that ends in a line feed, an empty line, and a line per signature:

    chengshu/3f2a…          the origin: which log this is
    1204                    how many leaves
    CsUY…=                  the root, base64
    competition.contest 4x1stt750qgk 812    how many of them are of which contest, a line each

    — chengshu/3f2a… Az3g…  the signature, with the first bytes of the key's hash before it

Witnesses and tools of the transparency community read this form; lines behind the root are left to each log.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

ED25519 = b"\x01"
KEY_ID_BYTES = 4
DASH = "— "
Reference = tuple[str, str]  # of a contest: type, public id


@dataclass(frozen=True)
class Signer:
    """The key of a log, and the name under which it signs."""

    name: str
    key: Ed25519PrivateKey

    @classmethod
    def from_secret(cls, secret: str) -> Signer:
        """The key that follows from a secret; the name follows from the key, so that it cannot name another log."""
        # Here and not above: whatever writes events imports this module, and few processes sign.
        from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

        key = Ed25519PrivateKey.from_private_bytes(hashlib.sha256(b"chengshu journal key\n" + secret.encode()).digest())
        return cls(f"chengshu/{hashlib.sha256(_raw(key.public_key())).hexdigest()[:12]}", key)

    @property
    def verifier(self) -> str:
        """The key for those who check: name+id+key, as the signed-note form writes it."""
        public = _raw(self.key.public_key())
        return f"{self.name}+{key_id(self.name, public).hex()}+{base64.b64encode(ED25519 + public).decode()}"

    def sign(self, text: str) -> str:
        """The note with our signature."""
        if not text.endswith("\n"):
            raise ValueError("a note ends with a line feed")
        public = _raw(self.key.public_key())
        signature = base64.b64encode(key_id(self.name, public) + self.key.sign(text.encode())).decode()
        return f"{text}\n{DASH}{self.name} {signature}\n"


def key_id(name: str, public: bytes) -> bytes:
    return hashlib.sha256(name.encode() + b"\n" + ED25519 + public).digest()[:KEY_ID_BYTES]


def _raw(key: Ed25519PublicKey) -> bytes:
    return key.public_bytes_raw()


def checkpoint_text(origin: str, size: int, root: bytes, counts: Mapping[Reference, int]) -> str:
    counted = "".join(f"{kind} {public_id} {count}\n" for (kind, public_id), count in sorted(counts.items()))
    return f"{origin}\n{size}\n{base64.b64encode(root).decode()}\n{counted}"


def counts_in(note: str) -> dict[Reference, int]:
    """What a checkpoint of ours counts."""
    text, _gap, _signature = note.partition("\n\n")
    rows = [line.split(" ") for line in text.split("\n")[3:]]
    return {(kind, public_id): int(count) for kind, public_id, count in rows}
