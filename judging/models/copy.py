"""What became of making a copy for judges of one content."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class BlindCopy(models.Model):
    """One content and whether its copy without the author was made (`judging.blinding.copies` says where it lies).

    Where no row is, nobody has tried yet. What could not be made is tried again, `TRIES` times in all.
    """

    TRIES = 3

    sha256 = models.CharField("SHA-256", max_length=64)
    kind = models.CharField(_("kind"), max_length=10)
    is_made = models.BooleanField(_("made"), default=False)
    tries = models.PositiveSmallIntegerField(_("tries"), default=0)
    tried_at = models.DateTimeField(_("last tried"))

    class Meta:
        verbose_name = _("copy for judges")
        verbose_name_plural = _("copies for judges")
        constraints = [models.UniqueConstraint(fields=["sha256", "kind"], name="blind_copy_once")]

    def __str__(self) -> str:
        return f"{self.sha256[:12]}.{self.kind}"

    @property
    def is_impossible(self) -> bool:
        return not self.is_made and self.tries >= self.TRIES
