"""Uploads: a file's life from its arrival to its place in a version."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from competition.models import WantedFile
from portal.db import Identified, LockingQuerySet
from submissions.models.entry import Entry
from submissions.models.inspection import Inspection


def place_of(sha256: str) -> str:
    """Where bytes are kept: by content, so that the same file is kept once and cannot be swapped."""
    return f"sha256/{sha256[:2]}/{sha256[2:4]}/{sha256}"


class UploadQuerySet(LockingQuerySet):
    """Verbs over uploads."""

    def in_use(self) -> "UploadQuerySet":
        """Those in a draft or in a version: their bytes are kept; those of others may have been cleared."""
        from submissions.models.version import VersionFile

        in_version = VersionFile.objects.filter(upload=models.OuterRef("pk"))
        return self.filter(models.Q(state=Upload.State.STORED) | models.Exists(in_version))


class Upload(Identified):
    """A file that was received whole and checked; the bytes are stored once per SHA-256.

    Life: stored (in the draft) → replaced | removed. A version keeps pointing at the upload whatever its state.
    """

    class State(models.TextChoices):
        STORED = "stored", _("Stored")
        REPLACED = "replaced", _("Replaced")
        REMOVED = "removed", _("Removed")

    entry = models.ForeignKey(
        Entry, verbose_name=pgettext_lazy("of a team", "entry"), on_delete=models.CASCADE, related_name="uploads"
    )
    wanted = models.ForeignKey(
        WantedFile, verbose_name=_("wanted file"), on_delete=models.PROTECT, related_name="uploads"
    )
    name = models.CharField(_("file name"), max_length=200)
    kind = models.CharField(_("format"), max_length=8, choices=WantedFile.Kind.choices)
    size = models.PositiveBigIntegerField(_("size"))
    sha256 = models.CharField("SHA-256", max_length=64)
    state = models.CharField(_("state"), max_length=10, choices=State.choices, default=State.STORED)
    inspection = models.ForeignKey(
        Inspection,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="uploads",
        verbose_name=_("inspection"),
    )
    uploaded_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    uploaded_at = models.DateTimeField(_("uploaded"))

    objects = UploadQuerySet.as_manager()

    class Meta:
        verbose_name = _("upload")
        verbose_name_plural = _("uploads")
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["entry", "wanted"], condition=models.Q(state="stored"), name="upload_one_per_wanted_file"
            ),
            models.CheckConstraint(condition=models.Q(size__gt=0), name="upload_not_empty"),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def storage_path(self) -> str:
        return place_of(self.sha256)
