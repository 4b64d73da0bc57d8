"""What every test shares: guards that a flush may lift, and nothing that softens the product."""

import gc

import pytest
from django.conf import settings as django_settings
from django.db import connection, connections
from django.test import TransactionTestCase
from django.utils import translation
from hypothesis import HealthCheck
from hypothesis import settings as hypothesis_settings

from portal import guards
from tests import prepared
from tests.scenes import lend_files, stored_in

# No test asserts how long something takes: a busy machine, or one that measures coverage, is no fault of the code.
hypothesis_settings.register_profile("patient", deadline=None, suppress_health_check=[HealthCheck.too_slow])
hypothesis_settings.load_profile("patient")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """First what waits for processes and browsers, so that one worker waits while the others compute."""
    items.sort(key=lambda item: not (item.get_closest_marker("processes") or item.get_closest_marker("browser")))


def pytest_collection_finish() -> None:
    """What stands now stays: the collector need not look at it again and again."""
    gc.collect()
    gc.freeze()


@pytest.fixture(scope="session")
def django_db_modify_db_settings(django_db_modify_db_settings_parallel_suffix, django_db_blocker):
    """Every worker's database is a copy of one that was migrated once; Django then only looks it over."""
    ready, test = prepared.migrated(), connection.settings_dict["TEST"]
    test["MIGRATE"] = False
    if connection.vendor == "postgresql":
        test["TEMPLATE"] = prepared.database_of(ready.name)
        yield
    else:
        with prepared.filled_in_memory(connection.creation._get_test_db_name()):
            yield


def pytest_sessionfinish(session: pytest.Session) -> None:
    if not hasattr(session.config, "workerinput"):  # the workers share what is forgotten here
        prepared.forget()


_plain_teardown = TransactionTestCase._fixture_teardown


def _teardown_with_guards_lifted(case: TransactionTestCase) -> None:
    """Only the suite's flush lifts the triggers; the flush's own post_migrate puts them back."""
    for alias in case._databases_names(include_mirrors=False):
        guards.lift(connections[alias])
    _plain_teardown(case)


TransactionTestCase._fixture_teardown = _teardown_with_guards_lifted


@pytest.fixture(autouse=True)
def _files_of_this_test(request, settings, tmp_path):
    """Uploads of one test stay with that test."""
    lend_files(request.node.getparent(pytest.Module).nodeid, tmp_path / "files")
    settings.STORAGES = stored_in(tmp_path / "files")


@pytest.fixture(autouse=True)
def _language_of_this_test():
    """A request in English leaves its language behind in the thread: every test starts in the default one."""
    translation.activate(django_settings.LANGUAGE_CODE)
