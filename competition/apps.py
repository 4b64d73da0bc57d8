"""The competition app."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class CompetitionConfig(AppConfig):
    name = "competition"
    verbose_name = _("Setting up contests")

    def ready(self) -> None:
        from competition import demo, events, guards, samples, work  # noqa: F401 - some declare on import
        from portal import slots

        slots.demo_steps.register(demo.build)
        slots.demo_removals.register(demo.hide)
        slots.privileges.register(work.holds_role)
        slots.work_sections.register(work.work_sections)
        slots.workspace_links.register(work.workspace_tabs)
        slots.workspace_queues.register(work.readiness)
        slots.ways_back.register(work.way_back)
        slots.digest_audiences.register(work.digest_audiences)
        slots.digest_sections.register(work.STAGE_SECTION)
        slots.style_samples.register(samples.competition_samples)
