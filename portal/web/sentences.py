"""Small rules of setting sentences, the same in every list and page."""

import re

from django.utils.translation import get_language

SENTENCE_END = re.compile(r"。|\.(?=\s|$)")


def instruction(message: object) -> str:
    """In a list of errors one sentence stands without its full stop, as a heading does; several keep theirs."""
    text = str(message)
    return text[:-1] if text.endswith(("。", ".")) and len(SENTENCE_END.findall(text)) == 1 else text


def gap() -> str:
    """What stands between two sentences: a space, in Chinese nothing."""
    return "" if (get_language() or "").startswith("zh") else " "
