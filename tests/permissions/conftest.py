"""The world of this folder, and what is held against it."""

import pytest

from tests.permissions.addresses import Address
from tests.permissions.fixtures import (
    _files_of_this_test,
    _nobody_reads_templates,
    _not_measured,
    site,
    visitors,
    world,
)
from tests.permissions.offers import Offers
from tests.permissions.policy import policy
from tests.permissions.secrets import Secrets
from tests.world import World

__all__ = ["_files_of_this_test", "_nobody_reads_templates", "_not_measured", "site", "visitors", "world"]


@pytest.fixture(scope="package")
def secrets(world: World) -> Secrets:
    return Secrets(world)


@pytest.fixture(scope="package")
def offers(site: dict[str, Address]) -> Offers:
    return Offers(site, policy())
