"""What all tests of a module begin with is made once per module, and put back after each of them.

    made = once_per_module(lambda: make_panel(experts=3, entries=2), at=NOW)

    @pytest.fixture
    def panel(made):
        return deepcopy(made)

A scene is made in a transaction that never ends well, and each test works in a savepoint within it, as in Django's own
`setUpTestData`. Tests take a copy: what one of them remembers on an object is no business of the next. They find the scene's
files in their own folder.
"""

import shutil
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
import time_machine
from django.conf import settings
from django.db import transaction
from django.test import override_settings
from django.utils import translation

#: Module → the folder with the files of its scene.
_folders: dict[str, Path] = {}


def once_per_module(make: Callable[[], Any], *, at: datetime | None = None) -> Any:
    """A fixture of a whole module: what `make` returns, made at this instant."""

    @pytest.fixture(scope="module")
    def made(
        request: pytest.FixtureRequest,
        django_db_setup: None,
        django_db_blocker: Any,
        tmp_path_factory: pytest.TempPathFactory,
    ) -> Iterator[Any]:
        folder, module = tmp_path_factory.mktemp("scene"), request.node.nodeid
        with django_db_blocker.unblock(), transaction.atomic():
            with ExitStack() as then:
                then.enter_context(translation.override(settings.LANGUAGE_CODE))
                then.enter_context(override_settings(STORAGES=stored_in(folder)))
                if at is not None:
                    then.enter_context(time_machine.travel(at, tick=False))
                found = make()
            _folders[module] = folder
            yield found
            del _folders[module]
            transaction.set_rollback(True)

    return made


def stored_in(folder: Path) -> dict[str, Any]:
    """The setting that keeps uploads in this folder."""
    stored = {
        "BACKEND": "django.core.files.storage.FileSystemStorage",
        "OPTIONS": {"location": str(folder), "base_url": None},
    }
    return {**settings.STORAGES, "default": stored}


def lend_files(module: str, to: Path) -> None:
    """The files of the module's scene, to a test of it."""
    if module in _folders:
        shutil.copytree(_folders[module], to)
