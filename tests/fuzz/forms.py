"""Every form of the site: who may send it, what it holds when it is right, and what can be made wrong about it."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from http.cookies import SimpleCookie
from math import ceil
from typing import Any
from urllib.parse import urljoin
from zlib import crc32

from django.core.files.uploadedfile import UploadedFile

from tests.fuzz.values import THOROUGH, VALUES
from tests.pages import Form, Page
from tests.permissions.addresses import Address
from tests.permissions.policy import policy
from tests.permissions.visiting import Visitors

#: Whoever gets through, the most ordinary first: the administrator is asked last.
PEOPLE = ("anonymous", "captain", "member", "judge", "screener", "organiser", "administrator")
STRIDE = 5  # no divisor of the number of values
ROUNDS, WIDE_ROUNDS = (len(VALUES), 9) if THOROUGH else (5, 3)
MOST_SINGLY, SINGLE_TURNS = (8, 4) if THOROUGH else (4, 1)
THROUGH = ("yes", "ok", "go")
POLICY = policy()


@dataclass(frozen=True)
class Target:
    """One form: `right` is what goes through, `names` what a hostile value can stand in."""

    key: str
    role: str
    address: Address
    right: dict[str, Any]
    names: tuple[str, ...]

    @property
    def is_wide(self) -> bool:
        """The pages of the administration are large and all made alike: fewer rounds suffice."""
        return self.url.startswith("/admin/")

    @property
    def url(self) -> str:
        return self.address.url

    def body(self) -> dict[str, Any]:
        """What goes through, with fresh files."""
        return self.right | self.address.post()


#: The form at an address; nothing where only people beside the ordinary ones get through. Each is looked at once.
Forms = Callable[[str], Target | None]


def target(visitors: Visitors, key: str, address: Address) -> Target | None:
    """For an address at which somebody gets through with a POST."""
    rows = POLICY[key]["POST"]
    roles = (role for word in THROUGH for role in PEOPLE if rows[role] == word)
    role = next(roles, "")
    return _target(visitors, key, role, address) if role else None


def _target(visitors: Visitors, key: str, role: str, address: Address) -> Target:
    form = _form_of(visitors, role, address.url)
    drawn = form.data() if form else {}
    drawn.pop("csrfmiddlewaretoken", None)
    posted = address.post()
    names = dict.fromkeys([*(form.names() if form else ()), *posted])
    files = {name for name, value in posted.items() if isinstance(value, UploadedFile)}
    asked = tuple(
        name for name in names if name not in files and name != "csrfmiddlewaretoken" and "__prefix__" not in name
    )
    return Target(key, role, address, drawn, asked)


def _form_of(visitors: Visitors, role: str, url: str) -> Form | None:
    """The largest form on the page that posts to the page itself."""
    visitors.client.cookies = SimpleCookie(visitors.cookies[role])
    response = visitors.client.get(url)
    if response.status_code != 200 or not response.headers["Content-Type"].startswith("text/html"):
        return None
    forms = [form for form in Page(response.content.decode()).posting_forms() if urljoin(url, form.action) == url]
    return max(forms, key=lambda form: len(form.fields), default=None)


def wrong_bodies(target: Target) -> Iterator[tuple[str, dict[str, Any]]]:
    """Bodies with something wrong, each with its name.

    In each round every field holds another value, so that after all rounds the form has met them all. Then fields are wrong
    one by one, missing or there twice, while the others are right; and some stand there that nobody asked for.
    """
    kinds, names, rounds = list(VALUES), target.names, _rounds(target)
    stride = rounds % len(kinds) or STRIDE  # so that few rounds of many fields leave no value out
    for turn in range(rounds):
        wrong = {name: VALUES[kinds[(turn + place * stride) % len(kinds)]] for place, name in enumerate(names)}
        yield f"round {turn}", target.body() | wrong
    first = crc32(target.key.encode())  # at each form another value
    for place, name in enumerate(names[:: 1 + len(names) // MOST_SINGLY]):
        for turn in range(1 if target.is_wide else SINGLE_TURNS):
            kind = kinds[(first + place * STRIDE + turn * 9) % len(kinds)]
            yield f"{kind} in {name}", target.body() | {name: VALUES[kind]}
        if not target.is_wide:
            yield f"without {name}", {key: value for key, value in target.body().items() if key != name}
            yield f"{name} twice", target.body() | {name: [VALUES["html"], str(target.body().get(name, ""))]}
    yield "nothing at all", {}
    yield "what nobody asked for", target.body() | UNASKED
    if files := {name: "no file" for name, value in target.body().items() if isinstance(value, UploadedFile)}:
        yield "a text for each file", target.body() | files


def _rounds(target: Target) -> int:
    if target.is_wide or not target.names:
        return WIDE_ROUNDS if target.names else 0
    return max(ROUNDS, ceil(len(VALUES) / len(target.names)))


#: Names of columns that no form of a person's own asks for.
UNASKED = {
    "is_superuser": "on", "is_staff": "on", "is_active": "", "id": "1", "pk": "1", "public_id": "0" * 12, "user": "1",
    "contest": "1", "status": "submitted", "frozen_at": "", "role": "organiser", "number": "ZQ-01-0001", "captain": "1",
    "current_version": "1", "sealed_at": "", "_save": "", "zq[]": "x", "": "x", "__proto__": "x",
}  # fmt: skip
