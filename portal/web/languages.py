"""Words of another language within a page: a screen reader and the browser's fonts go by the language that is named.

What organisers and teams write is Chinese, whatever the language of the page. On English pages every stretch of Chinese
in a sentence or a label is marked as such, so that “Upload the file 盖章承诺书” is read in two voices and set in two fonts.
"""

import re

from django.utils.html import conditional_escape, format_html, format_html_join
from django.utils.safestring import SafeString

from portal.web.dates import is_chinese

DATA_LANGUAGE = "zh-Hans"
_HAN = "\u3400-\u9fff\u3000-\u303f\uff00-\uffef"
#: From the first Chinese character to the last; figures, quotation marks, × and single words only between two.
CHINESE = re.compile(f"[{_HAN}]+(?:(?: ?[0-9]+ ?|[“”‘’×·A-Za-z-]+)*[{_HAN}]+)*")


def mark_chinese(text: object) -> str:
    """The text with `lang` around its Chinese, on pages in another language; markup that is ready stays as it is."""
    written = str(text)  # of what is translated late, only this says whether it is markup
    if isinstance(written, SafeString) or is_chinese():
        return conditional_escape(written)
    at, parts = 0, []
    for found in CHINESE.finditer(written):
        chinese = format_html('<span lang="{}">{}</span>', DATA_LANGUAGE, found.group())
        parts += [written[at : found.start()], chinese]
        at = found.end()
    return format_html_join("", "{}", ((part,) for part in [*parts, written[at:]]))
