"""The organisers' workbench for set-up data. Importing it registers every admin of the app."""

from competition.admin import checklists, contests, forms, pages, rubrics, tracks  # noqa: F401
from competition.admin.base import ContestScopedAdmin, ScopedStackedInline, ScopedTabularInline
from competition.admin.resources import ContestScopedResource

__all__ = ["ContestScopedAdmin", "ContestScopedResource", "ScopedStackedInline", "ScopedTabularInline"]
