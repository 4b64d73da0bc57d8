"""Markdown of announcements and answers as HTML that can be trusted: the one place where text becomes markup.

Raw HTML in the text is shown as text, not obeyed; what markdown-it writes is cleaned by nh3 down to the elements and
attributes named here, so that neither a script nor a style nor an address of another kind passes.
"""

from functools import cache
from typing import TYPE_CHECKING

import nh3
from django.utils.safestring import SafeString

if TYPE_CHECKING:
    from markdown_it import MarkdownIt

ELEMENTS = {
    *("p", "br", "hr", "blockquote", "pre", "code", "strong", "em", "s"),
    *("ul", "ol", "li", "h2", "h3", "h4", "h5", "h6", "a"),
    *("table", "thead", "tbody", "tr", "th", "td"),
}
ATTRIBUTES = {"a": {"href", "title"}, "ol": {"start"}}
SCHEMES = {"http", "https", "mailto", "tel"}
DEEPEST = 6


def render_markdown(text: str) -> SafeString:
    """The text as HTML; its headings begin at the second level, because the page's title is the first."""
    parser = _parser()
    tokens = parser.parse(text)
    for token in tokens:
        if token.type in {"heading_open", "heading_close"}:
            token.tag = f"h{min(DEEPEST, int(token.tag[1]) + 1)}"
    html = parser.renderer.render(tokens, parser.options, {})
    return SafeString(
        nh3.clean(
            html, tags=ELEMENTS, attributes=ATTRIBUTES, url_schemes=SCHEMES, link_rel="noopener noreferrer nofollow"
        )
    )


@cache
def _parser() -> "MarkdownIt":
    from markdown_it import MarkdownIt  # here, because most processes never need it

    return MarkdownIt("commonmark", {"html": False}).enable(["table", "strikethrough"])
