"""Requests that no browser makes: other bodies, other methods, headers and cookies made by hand, and ways back that lead away."""

from http.cookies import SimpleCookie
from urllib.parse import urlsplit

import pytest

from tests.fuzz.attacks import Attacker
from tests.fuzz.forms import POLICY, Forms
from tests.fuzz.values import VALUES, WOUND
from tests.permissions.addresses import Address
from tests.permissions.visiting import Visitors

pytestmark = pytest.mark.django_db

BODIES = {
    "application/json": [b"", b"null", b"[]", b'{"revision": []}', b'{"a":' * 20_000, b"\xff\xfe", b'{"__proto__": 1}'],
    "application/x-www-form-urlencoded": [b"&&&=", b"%ZZ=%FF", b"a=" * 5000, b"\x00=\x00", b"revision=1&revision=2"],
    "multipart/form-data": [b"no boundary", b""],
    "multipart/form-data; boundary=x": [
        b"--x",
        b'--x\r\nContent-Disposition: form-data; name="file"; filename="\r\n\r\n--x--',
    ],
    "multipart/form-data; boundary=" + "y" * 300: [b"--y"],
    "text/plain; charset=nonsense": [b"revision=1", "修订".encode("gb18030")],
    "": [b"revision=1"],
    "application/x-www-form-urlencoded; charset=utf-7": [b"+ADw-script+AD4-=1"],
}
#: Those that answer scripts.
FOR_SCRIPTS = (
    "desk",
    "entry_section",
    "find_organisation",
    "preferences",
    "search for a choice",
    "healthz",
    "seal_sheets",
)
METHODS = ("PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "HEAD")
HEADERS = (
    {"HTTP_ACCEPT_LANGUAGE": "x" * 5000},
    {"HTTP_ACCEPT_LANGUAGE": "en;q=NaN, \u202e, zh-hans-x-" + "a-" * 200 + ", *;q=9e999"},
    {"HTTP_ACCEPT_LANGUAGE": "../../etc/passwd"},
    {"HTTP_ACCEPT": "application/json, " * 500},
    {"HTTP_ACCEPT": "application/json"},
    {"HTTP_ACCEPT_ENCODING": "br;q=x, \x00"},
    {"HTTP_X_FORWARDED_FOR": "1.2.3.4, " * 200 + "<script>"},
    {"HTTP_X_FORWARDED_FOR": "999.1.1.1, ::::1"},
    {"HTTP_X_FORWARDED_HOST": "evil.example", "HTTP_X_FORWARDED_PROTO": "gopher", "HTTP_X_FORWARDED_PORT": "-1"},
    {"HTTP_HOST": "evil.example"},
    {"HTTP_HOST": "testserver:99999999"},
    {"HTTP_REFERER": f"javascript:{WOUND}"},
    {"HTTP_ORIGIN": "null"},
    {"HTTP_USER_AGENT": f"<script>{WOUND}</script>" + "长" * 3000},
    {"HTTP_USER_AGENT": ""},
    {"HTTP_HX_REQUEST": "true", "HTTP_HX_TARGET": f"<{WOUND}>", "HTTP_HX_CURRENT_URL": f"javascript:{WOUND}"},
    {
        "HTTP_HX_REQUEST": "perhaps",
        "HTTP_HX_TRIGGER": "\u202e",
        "HTTP_HX_PROMPT": "%FF%00",
        "HTTP_HX_CURRENT_URL": "//[::",
    },
    {"HTTP_IF_NONE_MATCH": 'W/"' + "x" * 3000, "HTTP_IF_MODIFIED_SINCE": "Thu, 99 Foo 99999 25:61:61 GMT"},
    {"HTTP_RANGE": "bytes=-1-,9999999999999999999999-5", "HTTP_IF_RANGE": "\x00"},
    {"HTTP_X_REQUESTED_WITH": "XMLHttpRequest", "HTTP_X_HTTP_METHOD_OVERRIDE": "DELETE"},
)
PAGES = (
    "home",
    "tracks",
    "account_login",
    "my_work",
    "entry_section",
    "version_file",
    "download",
    "entry_list",
    "topic changelist",
)
COOKIES = ("theme", "care", "django_language", "messages", "signed_in", "sessionid", "csrftoken")
AWAY = (
    "https://evil.example/", "//evil.example", "/\\evil.example", "\\\\evil.example", "javascript:alert(1)", "data:text/html,x",
    "/\t/evil.example", "http:evil.example", "///evil.example", "https:///evil.example", "/%0d%0aSet-Cookie:x=1", "/\r\nX: 1",
    "http://testserver@evil.example/", "http://[::1", "\u202e/", "%00", "x" * 5000, "/x\x00", "//testserver.evil.example",
)  # fmt: skip


def role_for(key: str, method: str) -> str:
    """The administrator reads lists; the people of the entry and of the desk their own."""
    rows = POLICY[key][method]
    through = (role for word in ("yes", "ok", "go", "405") for role, got in rows.items() if got == word)
    return next(through, "administrator")


@pytest.mark.parametrize("key", [*FOR_SCRIPTS, "account_login", "topic add", "upload: commitment"])
def test_a_body_of_another_kind_is_answered(visitors: Visitors, site: dict[str, Address], key: str):
    key = key.replace("upload: commitment", "entry_commitment")
    attacker, wrong = Attacker(visitors), []
    for kind, bodies in BODIES.items():
        for body in bodies:
            faults = attacker.send(role_for(key, "POST"), "POST", site[key].url, body, content_type=kind)
            wrong += [f"{kind[:50]} {body[:30]!a}: {fault}" for fault in faults]
    assert not wrong, "\n".join(wrong)


def test_a_method_that_is_not_meant_changes_nothing(visitors: Visitors, site: dict[str, Address]):
    attacker, wrong = Attacker(visitors), []
    for turn, (key, address) in enumerate(site.items()):
        methods = METHODS if not address.url.startswith("/admin/") else METHODS[turn % len(METHODS) :][:1]
        for method in methods:
            faults = attacker.send(role_for(key, "GET"), method, address.url)
            wrong += [f"{method} {key}: {fault}" for fault in faults]
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize("key", PAGES)
def test_headers_made_by_hand_are_answered(visitors: Visitors, site: dict[str, Address], key: str):
    attacker, wrong = Attacker(visitors), []
    for headers in HEADERS:
        faults = attacker.send(role_for(key, "GET"), "GET", site[key].url, **headers)
        wrong += [f"{str(headers)[:70]}: {fault}" for fault in faults]
    assert not wrong, "\n".join(wrong)


def test_cookies_made_by_hand_are_passed_over(visitors: Visitors, site: dict[str, Address]):
    attacker, wrong = Attacker(visitors), []
    for name in COOKIES:
        for kind, value in VALUES.items():
            if len(value) < 4000 and value.isprintable():
                faults = attacker.send(
                    "anonymous",
                    "GET",
                    site["tracks"].url,
                    cookies=SimpleCookie({name: value.encode().decode("latin-1")}),
                )
                wrong += [f"{kind} in {name}: {fault}" for fault in faults]
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize("key", ["preferences", "account_login", "account_signup", "consent", "account_logout"])
def test_the_way_back_never_leads_away(visitors: Visitors, forms: Forms, site: dict[str, Address], key: str):
    attacker, wrong = Attacker(visitors), []
    role = "member" if key in {"consent", "account_logout"} else "anonymous"
    form = forms(key)
    right = form.right if form else {}
    for away in AWAY:
        body = {**right, **site[key].post(), "next": away}
        faults = attacker.send(role, "POST", site[key].url, body)
        wrong += [f"{away[:40]!a}: {fault}" for fault in faults]
        host = urlsplit(attacker.answer.headers.get("Location", "")).netloc
        wrong += [f"{away[:40]!a}: leads to {host}"] if host not in {"", "testserver"} else []
    assert not wrong, "\n".join(wrong)
