"""Fields that several forms have: a line of text within the length of its column, and the box under the commitment."""

from typing import Any, cast

from django import forms
from django.db.models import CharField, Model
from django.utils.translation import gettext_lazy

from portal.refusals import Text
from portal.web.fields import PlainText
from submissions.values import LONGEST_TEXT


def line_for(model: type[Model], name: str, *, label: Text, **options: Any) -> PlainText:
    """A field for a text column of a model, as long as the column."""
    longest = cast("CharField", model._meta.get_field(name)).max_length
    return PlainText(lines=False, longest=longest or LONGEST_TEXT, label=label, **options)


def commitment_box() -> forms.BooleanField:
    """Every captain ticks it: who registers the team, and who takes it over."""
    return forms.BooleanField(
        label=gettext_lazy("I have read the commitment and make it for the lead organisation and the team."),
        error_messages={
            "required": gettext_lazy(
                "Read the commitment and tick the box: without it nobody can be captain of a team."
            )
        },
    )
