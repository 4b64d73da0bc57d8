"""The journal app."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class JournalConfig(AppConfig):
    name = "portal.journal"
    label = "journal"
    verbose_name = _("Journal")

    def ready(self) -> None:
        from portal.journal import events, guards  # noqa: F401 - declaring is their whole work
        from portal.journal.checkpoints import broken
        from portal.journal.recording import tampered
        from portal.slots import Invariant, invariants

        invariants.register(Invariant("Every event of the journal gives its hash", tampered))
        invariants.register(Invariant("Every checkpoint is what the leaves of the journal give", broken))
