"""The style page: for staff alone, in both languages, with every state and every component there is."""

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.conf import settings
from django.test.signals import template_rendered
from django.urls import reverse
from django.utils import translation

from portal.clock import now
from portal.slots import style_samples
from portal.states import State
from portal.web.style import ERRORS
from tests.portal.factories import make_user

pytestmark = pytest.mark.django_db
APPS = ("portal", "competition", "submissions", "judging")
COMPONENTS = Path(settings.BASE_DIR, "templates/portal/components")


@pytest.fixture
def staff(client):
    person = make_user()
    person.is_staff = True
    person.save()
    client.force_login(person)
    return client


def test_nobody_else_knows_that_it_is_there(client):
    assert client.get("/style/").status_code == 404
    client.force_login(make_user())
    assert client.get("/style/").status_code == 404


@pytest.mark.parametrize(("language", "word"), [("zh-hans", "组件库"), ("en", "Component library")])
def test_staff_see_every_group(staff, language, word):
    with translation.override(language):
        address = reverse("style")
        titles = [str(compose(now()).title) for compose in style_samples]
    page = staff.get(address).content.decode()
    assert word in page
    assert len(titles) == len(APPS)
    assert all(f">{title}</a>" in page for title in titles)


@pytest.mark.parametrize("name", ERRORS)
def test_staff_see_every_error_page_and_nobody_else_does(staff, name):
    address = reverse("style_error", args=[name])
    assert '<h1 class="cs-h1">' in staff.get(address).content.decode()
    staff.logout()
    assert staff.get(address).status_code == 404


def test_an_error_that_there_is_not_has_no_page(staff):
    assert staff.get("/style/errors/418/").status_code == 404


def test_it_asks_the_database_for_the_person_alone(staff, django_assert_max_num_queries):
    with django_assert_max_num_queries(3):
        staff.get("/style/")


def states_in_the_code() -> Iterator[State]:
    """Every state that a module of ours keeps, alone or in a table."""
    for name, module in list(sys.modules.items()):
        if name.split(".")[0] not in APPS or name.endswith("samples"):
            continue
        for value in vars(module).values():
            if isinstance(value, State):
                yield value
            elif isinstance(value, dict):
                yield from (state for state in value.values() if isinstance(state, State))


def test_every_state_in_the_code_is_shown():
    shown = {state for compose in style_samples for _title, states in compose(now()).states for state in states}
    missing = {str(state) for state in states_in_the_code() if state not in shown}
    assert not missing


def test_every_component_is_drawn(staff):
    drawn = set()

    def note(template, **_kwargs):
        drawn.add(template.name)

    template_rendered.connect(note)
    try:
        staff.get("/style/")
    finally:
        template_rendered.disconnect(note)
    components = {f"portal/components/{path.name}" for path in COMPONENTS.glob("*.html")}
    assert components - drawn == set()
