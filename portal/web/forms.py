"""What every form shares: where the sentence of a refusal stands."""

from django import forms
from django.core.exceptions import ValidationError

from portal.refusals import NotAllowed, Refusal


def show_refusal(form: forms.Form, refusal: Refusal) -> None:
    """Put the sentence beside the field concerned, or over the form; a hidden thing stays hidden."""
    if isinstance(refusal, NotAllowed):
        raise refusal
    field = refusal.field if refusal.field in form.fields else None
    form.add_error(field, ValidationError(str(refusal.message), code=refusal.code))
