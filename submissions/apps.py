"""The submissions app: its slots are filled here."""

from django.apps import AppConfig
from django.conf import settings
from django.utils.translation import gettext_lazy as _


class SubmissionsConfig(AppConfig):
    name = "submissions"
    verbose_name = _("Teams and entries")

    def ready(self) -> None:
        from portal import slots
        from submissions import board, clamd, demo, events, guards, notices, personal, samples, work  # noqa: F401 - some declare on import
        from submissions.invariants import INVARIANTS

        if settings.CLAMD_URL:
            slots.health_checks.register(
                slots.HealthCheck("virus scan", lambda: clamd.ping(settings.CLAMD_URL), required=False)
            )
        for invariant in INVARIANTS:
            slots.invariants.register(invariant)
        slots.work_sections.register(work.entry_sections)
        slots.work_sections.register(work.screening_sections)
        slots.workspace_links.register(work.workspace_tabs)
        slots.workspace_figures.register(work.figures)
        slots.workspace_panels.register(board.panels)
        slots.workspace_queues.register(work.queues)
        slots.workspace_queues.register(work.case_queues)
        slots.workspace_queues.register(work.extension_queues)
        slots.digest_sections.register(work.DIGEST)
        slots.demo_steps.register(demo.build)
        slots.ways_back.register(work.way_back)
        slots.personal_data.register(personal.entry_parts)
        slots.erasure_obstacles.register(personal.obstacles)
        slots.kept_after_erasure.register(personal.kept)
        slots.style_samples.register(samples.submission_samples)
