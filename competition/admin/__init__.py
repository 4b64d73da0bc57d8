"""The organisers' workbench for set-up data. Importing it registers every admin of the app."""

# In the order in which a contest is set up, which is the order of the menu.
# isort: off
from competition.admin import contests  # noqa: F401
from competition.admin import tracks  # noqa: F401
from competition.admin import forms  # noqa: F401
from competition.admin import checklists  # noqa: F401
from competition.admin import rubrics  # noqa: F401
from competition.admin import pages  # noqa: F401

# isort: on
from competition.admin.base import ContestScopedAdmin, ScopedStackedInline, ScopedTabularInline
from competition.admin.resources import ContestScopedResource

__all__ = ["ContestScopedAdmin", "ContestScopedResource", "ScopedStackedInline", "ScopedTabularInline"]
