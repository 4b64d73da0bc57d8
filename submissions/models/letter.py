"""What was read off a stamped letter that came back."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from submissions.models.upload import Upload


class LetterReading(models.Model):
    """The QR code on one uploaded letter: which entry and which content it was printed for.

    The row is made before the file is opened, as `unreadable`: should a file bring its reader down, it is not tried again.
    """

    class Result(models.TextChoices):
        FOUND = "found", _("Code read")
        NONE = "none", _("No code found")
        UNREADABLE = "unreadable", _("Not readable")

    upload = models.OneToOneField(Upload, on_delete=models.CASCADE, related_name="letter_reading")
    result = models.CharField(_("result"), max_length=10, choices=Result.choices, default=Result.UNREADABLE)
    entry_code = models.CharField(max_length=16, blank=True)
    mark = models.CharField(max_length=16, blank=True)
    read_at = models.DateTimeField(_("read"))

    class Meta:
        verbose_name = _("reading of a letter")
        verbose_name_plural = _("readings of letters")
        constraints = [
            models.CheckConstraint(
                condition=models.Q(result="found") & ~models.Q(entry_code="") & ~models.Q(mark="")
                | ~models.Q(result="found") & models.Q(entry_code="", mark=""),
                name="letter_reading_names_its_entry",
            )
        ]

    def __str__(self) -> str:
        return f"{self.upload_id}: {self.result}"
