"""The judging app."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class JudgingConfig(AppConfig):
    name = "judging"
    verbose_name = _("Judging")

    def ready(self) -> None:
        from judging import demo, events, guards, invariants, notices, personal, samples, work  # noqa: F401 - some declare on import
        from judging.actions.standing import tell_judges_of_standing
        from portal import slots
        from submissions.actions.disqualifying import others_told

        slots.work_sections.register(work.judge_sections)
        slots.workspace_links.register(work.workspace_tabs)
        slots.workspace_figures.register(work.board_figures)
        slots.workspace_queues.register(work.conflict_queues)
        slots.workspace_queues.register(work.board_queues)
        slots.digest_sections.register(work.DIGEST)
        for invariant in invariants.INVARIANTS:
            slots.invariants.register(invariant)
        slots.personal_data.register(personal.judge_parts)
        slots.erasure_obstacles.register(personal.obstacles)
        slots.kept_after_erasure.register(personal.kept)
        slots.demo_steps.register(demo.build)
        others_told.register(tell_judges_of_standing)
        slots.style_samples.register(samples.judging_samples)
