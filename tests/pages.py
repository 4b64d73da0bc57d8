"""An answered page, parsed: its links, its forms with their fields as a browser would send them, its elements."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Any

VOID = {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"}
UNSENT = {"submit", "button", "image", "reset"}

Attributes = dict[str, str]


@dataclass
class Field:
    """One control: `values` is what a browser sends if nobody touches it."""

    name: str
    kind: str
    values: list[str] = field(default_factory=list)
    options: list[str] = field(default_factory=list)


@dataclass
class Form:
    action: str
    method: str
    enctype: str
    fields: list[Field] = field(default_factory=list)
    buttons: list[tuple[str, str]] = field(default_factory=list)
    has_button: bool = False

    def data(self) -> dict[str, Any]:
        """What a browser sends, without files and without a button."""
        sent: dict[str, Any] = {}
        for one in self.fields:
            if one.kind != "file":
                sent.setdefault(one.name, []).extend(one.values)
        return {name: values[0] if len(values) == 1 else values for name, values in sent.items() if values}

    def names(self) -> list[str]:
        return list(dict.fromkeys(one.name for one in self.fields))


class Page(HTMLParser):
    """`elements` are (tag, attributes) in their order."""

    def __init__(self, html: str) -> None:
        super().__init__(convert_charrefs=True)
        self.elements: list[tuple[str, Attributes]] = []
        self.forms: list[Form] = []
        self.text: list[str] = []
        self._form: Form | None = None
        self._select: Field | None = None
        self._area: Field | None = None
        self._raw = ""
        self.feed(html)
        self.close()

    # ── What it holds ──────────────────────────────────────────────────────────────────────────────────────────
    def links(self) -> Iterator[str]:
        """Where one can go by a link."""
        return (attributes["href"] for tag, attributes in self.elements if tag == "a" and attributes.get("href"))

    def posting_forms(self) -> list[Form]:
        return [form for form in self.forms if form.method == "post"]

    # ── Reading ────────────────────────────────────────────────────────────────────────────────────────────────
    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        attributes = {name: value or "" for name, value in attrs}
        self.elements.append((tag, attributes))
        self._raw = tag if tag in {"script", "style"} else self._raw
        if tag == "form":
            self._form = Form(
                attributes.get("action", ""),
                attributes.get("method", "get").lower(),
                attributes.get("enctype", "application/x-www-form-urlencoded"),
            )
            self.forms.append(self._form)
        elif tag == "option" and self._select is not None:
            value = attributes.get("value", "")
            self._select.options.append(value)
            if "selected" in attributes:
                self._select.values.append(value)
        elif tag in {"input", "select", "textarea", "button"}:
            self._control(tag, attributes)

    def _control(self, tag: str, attributes: Attributes) -> None:
        form, name = self._owner(attributes), attributes.get("name", "")
        kind = attributes.get("type", "text" if tag == "input" else tag).lower()
        if tag == "button" or kind in UNSENT:
            sends = kind in {"submit", "image"} or (tag == "button" and "type" not in attributes)
            if form is not None and sends:
                form.has_button = True
                form.buttons += [(name, attributes.get("value", ""))] if name else []
            return
        control = Field(name, kind)
        if kind in {"checkbox", "radio"}:
            control.options.append(attributes.get("value", "on"))
            control.values += control.options if "checked" in attributes else []
        elif tag == "input" and kind != "file":
            control.values.append(attributes.get("value", ""))
        if form is not None and name and "disabled" not in attributes:
            form.fields.append(control)
        self._select = control if tag == "select" else self._select
        self._area = control if tag == "textarea" else self._area
        if tag == "textarea":
            control.values.append("")

    def _owner(self, attributes: Attributes) -> Form | None:
        if self._form is not None or "form" not in attributes:
            return self._form
        return None  # controls outside their form are not used on this site

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self._form = None
        elif tag == "select":
            if self._select is not None and not self._select.values and self._select.options:
                self._select.values.append(self._select.options[0])
            self._select = None
        elif tag == "textarea":
            self._area = None
        elif tag == self._raw:
            self._raw = ""

    def handle_data(self, data: str) -> None:
        if self._area is not None:
            self._area.values[0] += data
        elif not self._raw:
            self.text.append(data)
