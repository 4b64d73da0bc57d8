"""Libraries that come into memory when they are first used, and not when a module that may use them is imported.

`numpy`, `highspy` and `typst` are 25 MB that a process which serves pages and takes files mostly never needs, while nearly
every module imports one that imports them. So their place in `sys.modules` is held by a module that loads the library at
the first look at one of its names. The standard library's `LazyLoader` does the same, but in Python 3.11 hands a half-loaded
module to a second thread.

Who uses them writes `import numpy as np` as ever: the whole library and no name out of it, and nothing of it is looked at
while a module is loaded, so annotations are not evaluated (`from __future__ import annotations`).
"""

import sys
import threading
from importlib import import_module
from importlib.util import find_spec
from types import ModuleType
from typing import Any

_one_at_a_time = threading.Lock()


class Later(ModuleType):
    """Holds the place of a module until something of it is asked for, and hands on what whoever imported it early asks."""

    def __getattr__(self, name: str) -> Any:
        with _one_at_a_time:
            if sys.modules.get(self.__name__) is self:
                del sys.modules[self.__name__]
        # The import system lets one thread load it, and the others wait until it is whole.
        return getattr(import_module(self.__name__), name)


def come_later(*names: str) -> None:
    """Hold the places of modules that nobody has imported yet."""
    for name in names:
        if name in sys.modules:
            continue
        place = Later(name)
        place.__file__ = None  # what walks over all modules looks at it, and would load the library
        if "." not in name:  # of others the package would have to be loaded
            place.__spec__ = find_spec(name)
        sys.modules[name] = place
