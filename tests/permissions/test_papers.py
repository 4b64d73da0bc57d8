"""Every paper that the portal issues is signed; what people sign and stamp by hand is not."""

from http.cookies import SimpleCookie

import pytest

from portal.printing.identity import kept_identity
from tests.permissions.addresses import Address
from tests.permissions.visiting import Visitors, keeping_as_it_is
from tests.signatures import signatures_in, status_of

pytestmark = pytest.mark.django_db

ISSUED = {
    "receipt_paper": "captain",
    "entry_paper": "captain",
    "appointment_letter": "judge",
    "sheets_paper": "colleague",
    "draw_minutes": "organiser",
}


def fetch(visitors: Visitors, role: str, url: str) -> bytes:
    visitors.client.cookies = SimpleCookie(visitors.cookies[role])
    with keeping_as_it_is():
        answer = visitors.client.get(url)
    assert answer.headers["Content-Type"] == "application/pdf"
    return answer.content


@pytest.mark.parametrize("paper", ISSUED)
def test_what_the_portal_issues_is_signed_and_the_same_each_time(
    visitors: Visitors, site: dict[str, Address], paper: str
):
    first, second = (fetch(visitors, ISSUED[paper], site[paper].url) for _time in range(2))
    assert status_of(first, kept_identity().certificate).bottom_line
    assert first == second


def test_the_letter_that_is_stamped_by_hand_is_not_signed(visitors: Visitors, site: dict[str, Address]):
    assert signatures_in(fetch(visitors, "captain", site["letter_paper"].url)) == []
