"""How many characters a text has, as people in China count them (字数), the way a word processor does. No framework.

A Chinese character, a Chinese punctuation mark and any other full-width sign count one each; a run of anything else — an
English word, a number, an address — counts one as a whole; spaces, line ends and invisible marks count nothing. So
“数据要素×” is 5, “5G 网络，2024年” is 6, and “don’t” is 1.

`static/portal/counter.js` counts in the browser with the same three lists, written in the same words; a test compares
the lists, and both are given the same cases.
"""

import re
import unicodedata

# What nobody sees: soft hyphen, marks of direction, joiners and selectors of emoji, controls that are no white space.
INVISIBLE = "0-8 e-1b 7f-84 86-9f ad 61c 200b-200f 202a-202e 2060-206f fe00-fe0f feff e0100-e01ef 1f3fb-1f3ff"
SPACES = "9-d 1c-20 85 a0 1680 2000-200a 2028 2029 202f 205f 3000"
# One each: Chinese, Japanese and Korean script, their punctuation and full-width forms; dashes, quotation marks and dots
# that Chinese texts set full width; arrows, mathematics, numbered and geometric signs, bullets of office programs, emoji.
SINGLE = (
    "b7 d7 2014 2015 2018 2019 201c 201d 2020-2022 2025 2026 203b 2103 2116 2150-218b 2190-23ff 2460-27bf 2b00-2bff"
    " 2e80-2fff 3001-a4cf a960-a97f ac00-d7ff e000-faff fe10-fe1f fe30-fe6f ff01-ffef 1f000-1f3fa 1f400-1faff 20000-3fffd"
)
APOSTROPHE = "’"


def _class(ranges: str) -> str:
    """The inside of a character class."""
    ends = (part.partition("-")[::2] for part in ranges.split())
    return "".join(
        re.escape(chr(int(low, 16))) + (f"-{re.escape(chr(int(high, 16)))}" if high else "") for low, high in ends
    )


_INVISIBLE = re.compile(f"[{_class(INVISIBLE)}]")
_WORD = f"[^{_class(SPACES)}{_class(SINGLE)}]+"
_COUNTED = re.compile(f"{_WORD}(?:{APOSTROPHE}{_WORD})*|[{_class(SINGLE)}]")


def count_text(text: str) -> int:
    """The number that stands before “/ 3,000 字”."""
    visible = unicodedata.normalize("NFC", _INVISIBLE.sub("", text))
    return sum(1 for _found in _COUNTED.finditer(visible))
