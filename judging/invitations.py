"""The link by which an expert comes to answer an invitation.

The token is the expert's public id with a signature over it and the invited address, so that a link dies when the
organisers correct the address. It opens a page, never an account: who answers must be signed in with that address.
"""

from django.core.signing import Signer
from django.urls import reverse
from django.utils.crypto import constant_time_compare

from judging.models import Expert

_SEPARATOR = "~"


def invitation_token(expert: Expert) -> str:
    return f"{expert.public_id}{_SEPARATOR}{_signature(expert)}"


def invitation_path(expert: Expert) -> str:
    """Where the invitation is answered."""
    return reverse("expert_invitation", args=[invitation_token(expert)])


def find_invited(token: str) -> Expert | None:
    """The expert that a token names; None for a forged one and for one sent to a former address."""
    public_id, _, signature = token.partition(_SEPARATOR)
    expert = Expert.objects.select_related("contest__parent", "organisation").filter(public_id=public_id).first()
    if expert is None or not constant_time_compare(signature, _signature(expert)):
        return None
    return expert


def _signature(expert: Expert) -> str:
    return Signer(salt="judging.invitation").signature(f"{expert.public_id}|{expert.email.lower()}")
