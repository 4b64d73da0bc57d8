"""Invitation tokens: the invitation's public id, signed. Nothing is stored, and nobody can guess the next one."""

from django.core.signing import BadSignature, Signer

from submissions.models import Invitation


def token_of(invitation: Invitation) -> str:
    return sign(invitation.public_id)


def sign(public_id: str) -> str:
    """The token of an invitation of which only the public id is at hand."""
    return _signer().sign(public_id)


def find_invitation(token: str) -> Invitation | None:
    """The invitation that the token names, whatever its state; None for a token that we did not make."""
    try:
        public_id = _signer().unsign(token)
    except BadSignature:
        return None
    return (
        Invitation.objects.select_related("team__contest", "team__captain", "team__lead_organisation", "invited_by")
        .filter(public_id=public_id)
        .first()
    )


def _signer() -> Signer:
    return Signer(salt="submissions.invitation", sep=".")
