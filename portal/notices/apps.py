"""The notices app."""

from collections.abc import Iterator

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class NoticesConfig(AppConfig):
    name = "portal.notices"
    label = "notices"
    verbose_name = _("Notices")

    def ready(self) -> None:
        from portal.notices import digest, events  # noqa: F401 - declaring is their whole work
        from portal.slots import HealthCheck, Invariant, digest_sections, health_checks, invariants

        digest_sections.register(digest.OUTBOX_SECTION)
        invariants.register(Invariant("A notice that was sent says when", _sent_without_instant))
        health_checks.register(HealthCheck("outbox", _probe_outbox, required=False))


def _sent_without_instant() -> Iterator[str]:
    from portal.notices.models import Notice

    for public_id in Notice.objects.filter(state=Notice.State.SENT, sent_at=None).values_list("public_id", flat=True):
        yield f"notice {public_id} is sent but does not say when"


def _probe_outbox() -> str:
    """Raises RuntimeError when mail has been waiting for longer than a retry explains."""
    from portal import clock
    from portal.notices.delivery import LONGEST_PAUSE
    from portal.notices.models import Notice

    waiting = Notice.objects.unsent_mail()
    late = waiting.filter(created_at__lt=clock.now() - LONGEST_PAUSE).count()
    if late:
        raise RuntimeError(f"{late} mails have been waiting for more than an hour")
    return f"{waiting.count()} mails waiting"
