"""A person with a browser that knows links, forms and cookies, but needs no Chromium: the faults are tried everywhere."""

import http.cookiejar
import re
import time
import urllib.error
import urllib.parse
import urllib.request
import uuid
from dataclasses import dataclass, field
from html.parser import HTMLParser

from tests.living_site import LivingSite


@dataclass
class Form:
    """A form as the page offers it, with what is filled in already."""

    action: str
    fields: dict[str, str] = field(default_factory=dict)
    buttons: list[tuple[str, str]] = field(default_factory=list)


class _Forms(HTMLParser):
    """Collects the forms that are sent by POST."""

    def __init__(self) -> None:
        super().__init__()
        self.forms: list[Form] = []
        self._open: Form | None = None
        self._text: str | None = None
        self._select: str | None = None

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        values = {name: value or "" for name, value in attributes}
        name = values.get("name", "")
        if tag == "form":
            self._open = Form(values.get("action", "")) if values.get("method", "").lower() == "post" else None
            if self._open:
                self.forms.append(self._open)
        elif self._open is None or not name:
            return
        elif tag == "input":
            kind = values.get("type", "text")
            if kind in {"submit", "button"}:
                self._open.buttons.append((name, values.get("value", "")))
            elif kind not in {"checkbox", "radio", "file"} or "checked" in values:
                self._open.fields[name] = values.get("value", "on" if kind == "checkbox" else "")
        elif tag == "button":
            self._open.buttons.append((name, values.get("value", "")))
        elif tag == "textarea":
            self._text = name
            self._open.fields[name] = ""
        elif tag == "select":
            self._select = name
        elif tag == "option" and self._select and "selected" in values:
            self._open.fields[self._select] = values.get("value", "")

    def handle_data(self, data: str) -> None:
        if self._open is not None and self._text is not None:
            self._open.fields[self._text] += data

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self._open = None
        elif tag == "textarea":
            self._text = None
        elif tag == "select":
            self._select = None


@dataclass(frozen=True)
class Page:
    """An answer: where one ended up, with what, and after how long."""

    url: str
    status: int
    text: str
    seconds: float

    @property
    def path(self) -> str:
        return urllib.parse.urlsplit(self.url).path

    def form(self, containing: str = "") -> Form:
        """The first form whose action or fields contain the words."""
        parser = _Forms()
        parser.feed(self.text)
        for form in parser.forms:
            if containing in form.action or containing in form.fields or not containing:
                return form
        raise AssertionError(f"no form with “{containing}” on {self.url}: {self.words()[:800]}")

    def link(self, pattern: str) -> str:
        """The first link whose address matches the pattern."""
        found = re.search(rf'href="({pattern})"', self.text)
        assert found, f"no link like {pattern} on {self.url}"
        return found.group(1)

    def words(self) -> str:
        """What one reads on the page."""
        plain = re.sub(r"(?s)<(script|style|head)\b.*?</\1>|<[^>]+>", " ", self.text)
        return " ".join(plain.split())


class Person:
    """Somebody who uses the site."""

    def __init__(self, site: LivingSite) -> None:
        self.site = site
        self.opener = urllib.request.build_opener(
            urllib.request.ProxyHandler({}), urllib.request.HTTPCookieProcessor(http.cookiejar.CookieJar())
        )

    def get(self, path: str) -> Page:
        return self._open(urllib.request.Request(urllib.parse.urljoin(self.site.url, path)))

    def send(
        self, page: Page, containing: str = "", files: dict[str, tuple[str, bytes]] | None = None, **values: str
    ) -> Page:
        """Fill in and send the form of a page that contains the words."""
        form = page.form(containing)
        fields = form.fields | values
        body, kind = _multipart(fields, files) if files else (urllib.parse.urlencode(fields).encode(), "")
        headers = {"Referer": page.url, "Origin": self.site.url}
        headers["Content-Type"] = kind or "application/x-www-form-urlencoded"
        target = urllib.parse.urljoin(page.url, form.action)
        return self._open(urllib.request.Request(target, data=body, headers=headers))

    def sign_in(self, email: str, password: str) -> Page:
        page = self.send(self.get("/accounts/login/"), "password", login=email, password=password)
        assert page.status == 200, page.words()[:400]
        assert "/accounts/" not in page.path, page.words()[:400]
        return page

    def _open(self, request: urllib.request.Request) -> Page:
        began = time.monotonic()
        try:
            with self.opener.open(request, timeout=30) as answer:
                text = answer.read().decode("utf-8", "replace")
                return Page(answer.url, answer.status, text, time.monotonic() - began)
        except urllib.error.HTTPError as error:
            return Page(error.url, error.code, error.read().decode("utf-8", "replace"), time.monotonic() - began)


def _multipart(fields: dict[str, str], files: dict[str, tuple[str, bytes]]) -> tuple[bytes, str]:
    edge = uuid.uuid4().hex
    parts = [
        f'--{edge}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'.encode()
        for name, value in fields.items()
    ]
    for name, (filename, content) in files.items():
        head = f'--{edge}\r\nContent-Disposition: form-data; name="{name}"; filename="{filename}"\r\n'
        parts.append(f"{head}Content-Type: application/octet-stream\r\n\r\n".encode() + content + b"\r\n")
    return b"".join([*parts, f"--{edge}--\r\n".encode()]), f"multipart/form-data; boundary={edge}"
