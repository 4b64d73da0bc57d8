"""One world for a whole folder of tests: built once, and put back after every request. A conftest imports these fixtures."""

import logging
from collections.abc import Iterator
from typing import Any

import pytest
import time_machine
from django.conf import settings as django_settings
from django.db import transaction
from django.test import override_settings
from django.utils import translation

from tests.permissions.addresses import Address, addresses
from tests.permissions.administration import administration
from tests.permissions.visiting import Visitors
from tests.scenes import stored_in
from tests.world import NOW, World, build


@pytest.fixture(autouse=True, scope="package")
def _not_measured(pytestconfig: pytest.Config) -> Iterator[None]:
    """Tens of thousands of requests would be traced line by line, and reach little that other tests do not reach as well.

    The mark `no_cover` would leave the making of the world measured, which every worker does.
    """
    plugin = pytestconfig.pluginmanager.get_plugin("_cov")
    measuring = plugin.cov_controller if plugin else None
    if measuring:
        measuring.pause()
    yield
    if measuring:
        measuring.resume()


@pytest.fixture(scope="package")
def world(django_db_setup: None, django_db_blocker: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """At NOW, in a transaction that never ends well."""
    translation.activate(django_settings.LANGUAGE_CODE)
    with (
        override_settings(STORAGES=stored_in(tmp_path_factory.mktemp("files"))),
        django_db_blocker.unblock(),
        time_machine.travel(NOW, tick=False),
        transaction.atomic(),
    ):
        logging.disable(logging.WARNING)  # thousands of refusals are expected here
        yield build()
        logging.disable(logging.NOTSET)
        transaction.set_rollback(True)


@pytest.fixture(scope="package")
def visitors(world: World) -> Visitors:
    return Visitors(world)


@pytest.fixture(scope="package")
def site(world: World) -> dict[str, Address]:
    """What the rows of the policy are about."""
    return addresses(world) | administration(world)


@pytest.fixture(autouse=True, scope="package")
def _nobody_reads_templates() -> Iterator[None]:
    """Django's test client copies the context of every template of every answer; thousands of answers need none of it."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("django.test.client.store_rendered_templates", lambda *_arguments, **_named: None)
        yield


@pytest.fixture(autouse=True)
def _files_of_this_test() -> None:
    """The files are the world's here, not each test's."""
