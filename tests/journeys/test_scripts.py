"""The small scripts in a real browser: the countdown on the server's clock, the error summary, the counter, the tabs."""

import json
from datetime import UTC, datetime, timedelta

import pytest
from django import forms
from django.conf import settings
from django.template import Context, Template
from django.test import RequestFactory
from django.utils import translation
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from playwright.sync_api import Browser, Page

from portal.counting import count_text

pytestmark = pytest.mark.browser
SET = """(text) => {
    const field = document.getElementById("text");
    field.value = text;
    field.dispatchEvent(new Event("input", { bubbles: true }));
}"""
SERVER_NOW = datetime(2024, 7, 17, 6, 3, tzinfo=UTC)
WRONG_CLOCK = datetime(2031, 1, 1, tzinfo=UTC)


@pytest.fixture
def page(chromium: Browser):
    context = chromium.new_context(reduced_motion="reduce")
    yield context.new_page()
    context.close()


def show(page: Page, source: str, script: str, **context) -> None:
    """The drawn component with its script, as a page loads it."""
    request = RequestFactory().get("/")
    request.now = SERVER_NOW
    with translation.override("en"):
        html = Template("{% load cs crispy_forms_filters %}" + source).render(Context({"request": request, **context}))
    page.set_content(f'<!doctype html><html lang="en"><body>{html}</body></html>')
    page.add_script_tag(path=settings.BASE_DIR / "static/portal" / script)


def freeze(page: Page) -> None:
    """A clock that is wrong by years and moves only when told to."""
    page.clock.install(time=WRONG_CLOCK)
    page.clock.pause_at(WRONG_CLOCK + timedelta(hours=1))


def figures(page: Page) -> dict[str, str]:
    return {
        figure.get_attribute("data-unit"): figure.inner_text() for figure in page.locator("[data-unit]:visible").all()
    }


def test_the_countdown_follows_the_server_and_not_a_wrong_clock(page):
    freeze(page)
    show(page, "{% countdown until %}", "countdown.js", until=SERVER_NOW + timedelta(days=1, minutes=1))
    assert figures(page) == {"days": "1", "hours": "00", "minutes": "01"}
    page.clock.run_for(61_000)
    assert figures(page) == {"hours": "23", "minutes": "59", "seconds": "59"}


def test_the_countdown_ends_on_the_second(page):
    freeze(page)
    show(page, '{% countdown until "Closed for entries" %}', "countdown.js", until=SERVER_NOW + timedelta(seconds=3))
    page.clock.run_for(2_000)
    assert figures(page)["seconds"] == "01"
    page.clock.run_for(1_000)
    assert page.get_by_text("Closed for entries").is_visible()
    assert figures(page) == {}


class Note(forms.Form):
    kind = forms.ChoiceField(choices=[("a", "A"), ("b", "B")], widget=forms.RadioSelect)
    text = forms.CharField(widget=forms.Textarea, max_length=5)


def test_the_error_summary_takes_focus_and_leads_into_the_field(page):
    show(page, "{{ form|crispy }}", "errors.js", form=Note({}))
    assert page.evaluate("document.activeElement.className") == "cs-errors"
    page.get_by_role("link", name="Choose “Kind”").click()
    assert page.evaluate("document.activeElement.id") == "id_kind_0"
    page.get_by_role("link", name="Enter “Text”").click()
    assert page.evaluate("document.activeElement.id") == "id_text"


def test_the_counter_counts_as_the_server_does_and_cuts_nothing(page):
    show(page, "{{ form|crispy }}", "counter.js", form=Note({"text": "一\r\n二"}))
    counter = page.locator("[data-counts]")
    assert counter.inner_text().startswith("3 / 5")
    page.locator("#id_text").fill("数据𠮷要素乘数")
    assert counter.inner_text().startswith("7 / 5")
    assert "is-over" in counter.get_attribute("class")
    assert page.locator("#id_text").input_value() == "数据𠮷要素乘数"


def test_a_text_is_counted_in_the_browser_as_by_the_server(page):
    cases = json.loads((settings.BASE_DIR / "tests/portal/counting.json").read_text(encoding="utf-8"))
    page.set_content(
        '<html lang="en"><textarea id="text"></textarea><p data-counts="text" data-limit="9" data-counts-as="text"><b>0</b></p>'
    )
    page.add_script_tag(path=settings.BASE_DIR / "static/portal/counter.js")
    for text, _count in cases:
        page.evaluate(SET, text)
        assert int(page.locator("b").inner_text()) == count_text(text), text


@given(st.text(max_size=40))
@hypothesis_settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_text_is_counted_in_the_browser_as_by_the_server(page, text):
    if not page.locator("#text").count():
        page.set_content(
            '<html lang="en"><textarea id="text"></textarea><p data-counts="text" data-limit="9" data-counts-as="text"><b>0</b></p>'
        )
        page.add_script_tag(path=settings.BASE_DIR / "static/portal/counter.js")
    page.evaluate(SET, text)
    assert int(page.locator("b").inner_text().replace(",", "")) == count_text(text)


def test_the_current_tab_is_brought_into_sight(page):
    page.set_viewport_size({"width": 375, "height": 600})
    tabs = "".join(f"<a href='#'>tab number {number}</a> " for number in range(20))
    style = "display: block; overflow-x: auto; white-space: nowrap"
    page.set_content(f"<nav class='cs-nav' style='{style}'>{tabs}<a href='#' aria-current='page'>here</a></nav>")
    here = page.get_by_text("here", exact=True)
    assert not here.evaluate("link => link.getBoundingClientRect().right <= innerWidth")
    page.add_script_tag(path=settings.BASE_DIR / "static/portal/nav.js")
    assert here.evaluate("link => link.getBoundingClientRect().right <= innerWidth")
