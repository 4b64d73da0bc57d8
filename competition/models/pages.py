"""What visitors read besides tracks and topics."""

from django.db import models
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from competition.models.contest import Contest
from portal.db import Identified


class Announcement(Identified):
    """A numbered notice of the organising committee; visible from `published_at` on."""

    contest = models.ForeignKey(
        Contest, verbose_name=_("contest"), on_delete=models.CASCADE, related_name="announcements"
    )
    title = models.CharField(_("title"), max_length=120)
    issued_by = models.CharField(_("issued by"), max_length=120, blank=True)
    document_number = models.CharField(_("document number"), max_length=60, blank=True)
    body = models.TextField(_("text"), help_text=_("Markdown: headings, lists, links, tables."))
    published_at = models.DateTimeField(_("published at"), null=True, blank=True, help_text=_("Empty: a draft."))

    history = HistoricalRecords()

    class Meta:
        verbose_name = _("announcement")
        verbose_name_plural = _("announcements")
        ordering = ["-published_at", "-pk"]
        indexes = [models.Index(fields=["contest", "-published_at", "-id"], name="announcement_list")]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return reverse("announcement", args=[self.contest.slug, self.public_id])


class Download(Identified):
    """A file that visitors may take: the guide, a form, a letter."""

    contest = models.ForeignKey(Contest, verbose_name=_("contest"), on_delete=models.CASCADE, related_name="downloads")
    title = models.CharField(_("title"), max_length=120)
    file = models.FileField(_("file"), upload_to="downloads/")
    size = models.PositiveBigIntegerField(_("size"), default=0, editable=False)
    position = models.PositiveSmallIntegerField(_("order"), default=0)

    history = HistoricalRecords()

    class Meta:
        verbose_name = _("download")
        verbose_name_plural = _("downloads")
        ordering = ["contest", "position", "pk"]

    def __str__(self) -> str:
        return self.title


class Question(Identified):
    """A frequently asked question with its answer."""

    contest = models.ForeignKey(Contest, verbose_name=_("contest"), on_delete=models.CASCADE, related_name="questions")
    question = models.CharField(_("question"), max_length=200)
    answer = models.TextField(_("answer"), help_text=_("Markdown."))
    position = models.PositiveSmallIntegerField(_("order"), default=0)

    history = HistoricalRecords()

    class Meta:
        verbose_name = _("question")
        verbose_name_plural = _("questions")
        ordering = ["contest", "position", "pk"]

    def __str__(self) -> str:
        return self.question
