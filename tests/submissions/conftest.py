"""Pages of this app are asked at NOW unless a test says otherwise."""

import pytest
import time_machine

from tests.competition.factories import NOW


@pytest.fixture
def clock():
    """The server's clock, standing at NOW; `clock.move_to(…)` sets it."""
    with time_machine.travel(NOW, tick=False) as traveller:
        yield traveller
