"""Pages found by their neighbour's row show every row once, forwards and backwards."""

from datetime import timedelta
from itertools import chain

import pytest
from django.http import QueryDict

from portal.journal.models import Event
from portal.web.keyset import paginate
from tests.portal.factories import NOW

pytestmark = pytest.mark.django_db
ORDER = ("-at", "sequence")


@pytest.fixture
def sequences():
    """Eleven events at three instants."""
    Event.objects.bulk_create(
        Event(kind="test", at=NOW + timedelta(microseconds=place % 3), leaf_hash=f"{place:064d}") for place in range(11)
    )
    queryset = Event.objects.filter(kind="test")
    return list(queryset.order_by(*ORDER).values_list("sequence", flat=True))


def walk(direction, url=""):
    pages = []
    while True:
        page = paginate(Event.objects.filter(kind="test"), QueryDict(url.lstrip("?")), order=ORDER, size=4)
        pages.append([event.sequence for event in page.rows])
        url = getattr(page, direction)
        if not url:
            return pages, page


def test_forwards_then_backwards_every_row_once(sequences):
    forwards, last = walk("next_url")
    assert [len(page) for page in forwards] == [4, 4, 3]
    assert [*chain(*forwards)] == sequences
    backwards, first = walk("previous_url", last.previous_url)
    assert backwards == [sequences[4:8], sequences[0:4]]
    assert first.next_url


def test_the_first_page_has_no_previous_and_the_only_page_no_neighbour(sequences):
    page = paginate(Event.objects.filter(kind="test"), QueryDict(), order=ORDER, size=11)
    assert (len(page.rows), page.previous_url, page.next_url) == (11, "", "")
    assert paginate(Event.objects.none(), QueryDict(), order=ORDER).rows == []


@pytest.mark.parametrize(
    "cursor",
    [
        "x",
        "W10",
        "bnVsbA",
        "WyJhIiwiYiJd",
        "WzEsbnVsbF0",
        "W1tdLFtdXQ",
        "é",
        "W" * 9000,
        "WzFlOTksMV0",
        "WzEsOTk5OTk5OTk5OTk5OTk5OTk5OTk5OTldCg",
    ],
)
def test_a_cursor_that_cannot_be_read_shows_the_first_page(sequences, cursor):
    for name in ("after", "before"):
        query = QueryDict(mutable=True)
        query[name] = cursor
        page = paginate(Event.objects.filter(kind="test"), query, order=ORDER, size=4)
        assert [event.sequence for event in page.rows] == sequences[:4]


def test_other_parameters_of_the_address_stay(sequences):
    page = paginate(Event.objects.filter(kind="test"), QueryDict("state=sent"), order=ORDER, size=4)
    assert page.next_url.startswith("?state=sent&after=")


def test_rows_of_values_serve_as_well(sequences):
    rows = Event.objects.filter(kind="test").values("at", "sequence")
    page = paginate(rows, QueryDict(), order=ORDER, size=4)
    again = paginate(rows, QueryDict(page.next_url[1:]), order=ORDER, size=4)
    assert [row["sequence"] for row in again.rows] == sequences[4:8]


def test_one_query_whatever_the_page(sequences, django_assert_num_queries):
    page = paginate(Event.objects.filter(kind="test"), QueryDict(), order=ORDER, size=4)
    with django_assert_num_queries(1):
        paginate(Event.objects.filter(kind="test"), QueryDict(page.next_url[1:]), order=ORDER, size=4)
