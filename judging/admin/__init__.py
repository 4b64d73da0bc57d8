"""The pool of experts in the organisers' workbench. Importing it registers the admin."""

from judging.admin.experts import ExpertAdmin

__all__ = ["ExpertAdmin"]
