"""Words that occur nowhere else: `zq`, the side, the kind of secret. They survive escaping, addresses and workbooks."""

import json
import re
from io import BytesIO
from typing import Any
from urllib.parse import unquote
from zipfile import ZipFile

from openpyxl import load_workbook

WORD = re.compile(r"[0-9A-Za-z]+")


class Marker:
    """The words of one side; `marker.title` is `zqourtitle` and the kind `title` is noted as in use."""

    def __init__(self, side: str) -> None:
        self.side = side
        self.kinds: set[str] = set()

    def __getattr__(self, kind: str) -> str:
        if kind.startswith("_"):
            raise AttributeError(kind)
        self.kinds.add(kind)
        return f"zq{self.side}{kind}"

    def email(self, kind: str) -> str:
        return f"{getattr(self, kind)}@example.cn"


def words_in(*texts: str) -> set[str]:
    """Every word, in lower case."""
    return {word.lower() for text in texts for word in WORD.findall(text)}


def words_of_response(response: Any) -> set[str]:
    """Every word that an answer carries: body, whatever its format, and headers."""
    headers = unquote(" ".join(str(value) for value in response.headers.values()))
    body = b"".join(response.streaming_content) if response.streaming else response.content
    kind = response.headers.get("Content-Type", "")
    if "spreadsheetml" in kind:
        return words_in(headers, workbook_text(body))
    if "json" in kind:
        return words_in(headers, json.dumps(json.loads(body), ensure_ascii=False))
    return words_in(headers, body.decode("utf-8", "replace"))


def workbook_text(content: bytes) -> str:
    """Every cell and sheet name of a workbook, and the raw text of its parts: comments and properties count too."""
    book = load_workbook(BytesIO(content))
    cells = [
        str(cell) for sheet in book for row in sheet.iter_rows(values_only=True) for cell in row if cell is not None
    ]
    with ZipFile(BytesIO(content)) as archive:
        parts = [archive.read(name).decode("utf-8", "replace") for name in archive.namelist() if name.endswith(".xml")]
    return " ".join([*book.sheetnames, *cells, *parts])
