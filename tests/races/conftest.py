"""Every race runs in an arena of its own, copied from grounds that are prepared once."""

from collections.abc import Iterator

import pytest

from tests.races.arena import Arena, Grounds


@pytest.fixture(scope="session")
def grounds(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Grounds]:
    grounds = Grounds(tmp_path_factory.mktemp("grounds"))
    yield grounds
    grounds.clear()


@pytest.fixture
def ring(grounds: Grounds) -> Arena:
    return grounds.arena()
