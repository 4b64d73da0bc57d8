"""The code on a receipt that leads anybody who holds it to the public proof that the version is kept.

The code is the version's public id: sixty random bits, in an alphabet that survives being read out or typed off paper.
"""

import re
from dataclasses import dataclass

from django.conf import settings
from django.urls import reverse

from portal.printing import qr_svg
from submissions.models import EntryVersion

GROUP = 4
_CODE = re.compile("[0-9a-hj-km-np-tv-z]{12}")
#: what people read for a character that the alphabet leaves out
_MISREAD = str.maketrans("oil", "011")


def code_of(version: EntryVersion) -> str:
    """As it stands on paper: 3kf9-q2mx-07ab."""
    code = version.public_id
    return "-".join(code[place : place + GROUP] for place in range(0, len(code), GROUP))


def read_code(typed: str) -> str:
    """The public id that somebody typed off a receipt, or nothing when it can be none."""
    code = re.sub(r"[^0-9a-z]", "", typed.lower()).translate(_MISREAD)
    return code if _CODE.fullmatch(code) else ""


def address_of(version: EntryVersion) -> str:
    """The page behind the QR code, in the language in use."""
    return f"{settings.SITE_URL}{reverse('verify', args=[version.public_id])}"


@dataclass(frozen=True)
class Proof:
    """What stands beside a version so that others can check it."""

    code: str
    path: str
    url: str
    qr: str


def proof_of(version: EntryVersion) -> Proof:
    url = address_of(version)
    return Proof(code_of(version), reverse("verify", args=[version.public_id]), url, qr_svg(url))
