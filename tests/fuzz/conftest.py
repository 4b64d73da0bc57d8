"""The world of the permission matrix, attacked."""

from functools import cache

import pytest

from tests.fuzz.forms import Forms, target
from tests.permissions.addresses import Address
from tests.permissions.fixtures import (
    _files_of_this_test,
    _nobody_reads_templates,
    _not_measured,
    site,
    visitors,
    world,
)
from tests.permissions.visiting import Visitors

__all__ = ["_files_of_this_test", "_nobody_reads_templates", "_not_measured", "site", "visitors", "world"]


@pytest.fixture(scope="package")
def forms(visitors: Visitors, site: dict[str, Address]) -> Forms:
    return cache(lambda key: target(visitors, key, site[key]))
