"""Tracks, topics, and where each topic came from."""

from django.db import models
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from competition.models.contest import Contest
from portal.db import Identified


class Track(Identified):
    """A track; a direction is a track whose parent is a track of the same contest."""

    contest = models.ForeignKey(Contest, verbose_name=_("contest"), on_delete=models.CASCADE, related_name="tracks")
    number = models.PositiveSmallIntegerField(_("number"))
    name = models.CharField(_("name"), max_length=60)
    icon = models.CharField(_("icon"), max_length=40, default="shapes", help_text=_("Name of a Lucide line icon."))
    parent = models.ForeignKey(
        "self",
        verbose_name=_("direction of"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="directions",
    )
    upward = models.ForeignKey(
        "self",
        verbose_name=_("corresponds to (level above)"),
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="downward",
    )

    history = HistoricalRecords()

    class Meta:
        verbose_name = _("track")
        verbose_name_plural = _("tracks")
        ordering = ["contest", "number", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["contest", "number"],
                name="track_number_unique",
                violation_error_message=_("This contest already has a track with this number."),
            ),
            models.CheckConstraint(
                condition=models.Q(parent__isnull=True) | ~models.Q(parent=models.F("id")), name="track_not_own_parent"
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("track", args=[self.contest.slug, self.number])


class Topic(Identified):
    """A topic that teams may enter."""

    track = models.ForeignKey(Track, verbose_name=_("track"), on_delete=models.CASCADE, related_name="topics")
    number = models.PositiveSmallIntegerField(_("number"))
    title = models.CharField(_("title"), max_length=120)
    description = models.TextField(_("description"))

    history = HistoricalRecords()

    class Meta:
        verbose_name = _("topic")
        verbose_name_plural = _("topics")
        ordering = ["track", "number", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["track", "number"],
                name="topic_number_unique",
                violation_error_message=_("This track already has a topic with this number."),
            )
        ]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return reverse("topic", args=[self.track.contest.slug, self.track.number, self.number])


class TopicLink(models.Model):
    """One line of the lineage: this topic relates to that one of the level above."""

    class Kind(models.TextChoices):
        IDENTICAL = "identical", _("Identical")
        EDITED = "edited", _("Edited")
        RETITLED = "retitled", _("Retitled")
        THEMATIC = "thematic", _("Thematic")
        NEW = "new", _("New")

    child = models.ForeignKey(Topic, verbose_name=_("topic"), on_delete=models.CASCADE, related_name="links_up")
    parent = models.ForeignKey(
        Topic, verbose_name=_("comes from"), null=True, blank=True, on_delete=models.PROTECT, related_name="links_down"
    )
    kind = models.CharField(_("kind"), max_length=10, choices=Kind.choices)

    class Meta:
        verbose_name = _("lineage link")
        verbose_name_plural = _("lineage")
        ordering = ["child", "parent", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(kind="new", parent__isnull=True)
                | (~models.Q(kind="new") & models.Q(parent__isnull=False)),
                name="topic_link_new_has_no_parent",
                violation_error_message=_("A new topic has no parent; every other kind has one."),
            ),
            models.UniqueConstraint(fields=["child", "parent"], name="topic_link_once"),
            models.UniqueConstraint(fields=["child"], condition=models.Q(kind="new"), name="topic_link_new_once"),
        ]

    def __str__(self) -> str:
        return f"{self.child} ← {self.parent or self.get_kind_display()}"
