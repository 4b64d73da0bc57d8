"""What people paste, what attackers try, and what no field was made for."""

import os

#: Every value in every field; without it each form meets every value, and each field some of them, in a fraction of the time.
THOROUGH = bool(os.environ.get("THOROUGH"))

#: Occurs nowhere but in the attacks; as an element, an attribute or a script it would be a wound.
WOUND = "zqwound"

HTML = (
    f"<script>{WOUND}</script><img src=x onerror={WOUND}><b {WOUND}=1>"
    f"\"'><a href=javascript:{WOUND} data-hx-get=/{WOUND} hx-get=/{WOUND}>x</a></textarea></title><svg/onload={WOUND}>"
)

VALUES = {
    "nothing": "",
    "blanks": " \u3000\u00a0\t",
    "nul": "a\x00b",
    "control characters": "a\x01\x07\x08\x1b[31mb\x7f\x85c",
    "directions": "invoice\u202efdp.exe\u2066\u200f\u061c",
    "invisible": "\ufeff\u200b\u2060\u00ad",
    "a megabyte": "长" * 350_000,
    "emoji": "👩‍👩‍👧‍👦🏳️‍🌈🈶" * 3,
    "combining": "Z͑ͫ̓ͪ̂ͫ̽͏̴̙̤" * 20,
    "html": HTML,
    "templates": "{{ 7|add:7 }}{% debug %}${7*7}%(name)s%s%n{0}{name}",
    "a formula": '=HYPERLINK("http://example.cn","x")',
    "a path": "../../../../etc/passwd\\..\\x",
    "sql": "x' OR 1=1; DROP TABLE accounts_user; --",
    "a header": "a@example.cn\r\nBcc: b@example.cn",
    "negative": "-1",
    "huge": "9" * 400,
    "past 64 bits": "18446744073709551616",
    "exponent": "1e999",
    "nan": "NaN",
    "infinity": "-Infinity",
    "other digits": "١٢٣",
    "a list": "[1,2,{}]",
    "long ago": "0001-01-01",
    "far ahead": "9999-12-31T23:59",
    "no such day": "2024-02-30",
    "an instant before time": "0000-00-00T00:00:00+99:99",
    "an address": "nobody@例え.テスト",
    "a script address": f"javascript:{WOUND}",
}

#: File names that try to leave their folder, their line or their page.
FILE_NAMES = (
    "../../../etc/passwd.pdf",
    "..\\..\\boot.pdf",
    "a\r\nContent-Type: text/html\r\n.pdf",
    "\u202efdp.exe.pdf",
    f"<img src=x onerror={WOUND}>.pdf",
    "x" * 500 + ".pdf",
    ".pdf",
    "CON.pdf",
    "材料",
    "a.pdf.exe",
    '";filename="b.pdf',
)
