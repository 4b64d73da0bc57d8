"""What the templates of the administration (templates/admin) need beyond Django's own."""

from collections.abc import Iterator
from typing import Any

from django import template
from django.template.context import Context

from portal.templatetags.cs_forms import summary_rows
from portal.web.administration import NOTHING
from portal.web.sentences import instruction

register = template.Library()


@register.simple_tag
def nothing() -> str:
    """What stands where there is no value."""
    return NOTHING


@register.inclusion_tag("portal/components/error_summary.html", takes_context=True)
def admin_error_summary(context: Context) -> dict[str, Any]:
    """Every error of the form and of the rows below it, with a link to its field."""
    form = context["adminform"].form
    rows = [*summary_rows(form), *_rows_below(context["inline_admin_formsets"])]
    return {"rows": rows, "form": form, "summary_id": "errors-form"}


def _rows_below(inlines: Any) -> Iterator[tuple[str, str]]:
    """The errors of inline rows; each says of which row it speaks."""
    for inline in inlines:
        name = str(inline.opts.verbose_name)
        for message in inline.formset.non_form_errors():
            yield "", f"{name} · {instruction(message)}"
        for number, form in enumerate(inline.formset.forms, 1):
            for target, message in summary_rows(form):
                yield target, f"{name} {number} · {message}"
