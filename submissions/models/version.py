"""Submitted versions: what was handed in, exactly, for ever."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from portal.db import Identified
from submissions.models.entry import Entry
from submissions.models.upload import Upload


class EntryVersion(Identified):
    """An immutable snapshot; append-only by database trigger.

    `content` holds the contest, the topic's text as it was, organisations, members, answers and files; `digest` is the
    SHA-256 of its canonical JSON and stands on the receipt. `draft_revision` is the revision of the draft that it froze:
    an entry with a higher one has changes that were not handed in.
    """

    entry = models.ForeignKey(
        Entry, verbose_name=pgettext_lazy("of a team", "entry"), on_delete=models.PROTECT, related_name="versions"
    )
    number = models.PositiveIntegerField(_("version"))
    draft_revision = models.PositiveIntegerField(editable=False)
    content = models.JSONField(_("content"))
    digest = models.CharField(_("digest"), max_length=64)
    submitted_at = models.DateTimeField(_("submitted"))
    submitted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("submitted by"), on_delete=models.PROTECT, related_name="+"
    )

    class Meta:
        verbose_name = _("version")
        verbose_name_plural = _("versions")
        ordering = ["entry", "-number"]
        constraints = [models.UniqueConstraint(fields=["entry", "number"], name="version_number_once")]

    def __str__(self) -> str:
        return gettext("%(entry)s · version %(number)d") % {"entry": self.entry, "number": self.number}


class VersionFile(models.Model):
    """One file of a version, with the name and hash it had."""

    version = models.ForeignKey(EntryVersion, on_delete=models.PROTECT, related_name="files")
    upload = models.ForeignKey(Upload, on_delete=models.PROTECT, related_name="in_versions")
    label = models.CharField(_("asked for as"), max_length=60)
    name = models.CharField(_("file name"), max_length=200)
    size = models.PositiveBigIntegerField(_("size"))
    sha256 = models.CharField("SHA-256", max_length=64)

    class Meta:
        verbose_name = _("file of a version")
        verbose_name_plural = _("files of a version")
        ordering = ["pk"]
        constraints = [models.UniqueConstraint(fields=["version", "upload"], name="version_file_once")]

    def __str__(self) -> str:
        return self.name
