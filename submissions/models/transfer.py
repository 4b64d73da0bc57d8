"""Transfers: files on their way, piece by piece, over connections that may break."""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from competition.models import WantedFile
from portal.db import Identified
from submissions.models.entry import Entry


class Transfer(Identified):
    """A file that is being sent. `received` bytes are safe on disk: it moves by compare-and-set alone.

    Life: receiving → placed (in the draft) | waiting → placed | refused | stopped | expired. A file that is whole and good
    *waits* when somebody put another in its place meanwhile: a person decides, nothing is replaced silently. The last
    piece counts in the same transaction in which the file is placed or begins to wait, so `received` equals `size` exactly
    in those two states, and a process killed at any moment leaves something that can be continued.
    """

    class State(models.TextChoices):
        RECEIVING = "receiving", _("Receiving")
        WAITING = "waiting", pgettext_lazy("upload", "Waiting for a decision")
        PLACED = "placed", _("In the draft")
        REFUSED = "refused", pgettext_lazy("upload", "Refused")
        STOPPED = "stopped", _("Stopped")
        EXPIRED = "expired", _("Expired")

    UNFINISHED: ClassVar = (State.RECEIVING, State.WAITING)

    entry = models.ForeignKey(
        Entry, verbose_name=pgettext_lazy("of a team", "entry"), on_delete=models.CASCADE, related_name="transfers"
    )
    wanted = models.ForeignKey(
        WantedFile, verbose_name=_("wanted file"), on_delete=models.CASCADE, related_name="transfers"
    )
    name = models.CharField(_("file name"), max_length=200)
    size = models.PositiveBigIntegerField(_("size"))
    received = models.PositiveBigIntegerField(_("received"), default=0)
    pieces = models.JSONField(default=list, help_text=_("Names of the pieces, where the storage keeps them apart."))
    replaces = models.CharField(max_length=16, blank=True, help_text=_("The upload that the sender saw in its place."))
    state = models.CharField(_("state"), max_length=10, choices=State.choices, default=State.RECEIVING)
    kind = models.CharField(_("format"), max_length=8, choices=WantedFile.Kind.choices, blank=True)
    sha256 = models.CharField("SHA-256", max_length=64, blank=True)
    reason = models.CharField(_("reason"), max_length=300, blank=True, help_text=_("What its sender was told."))
    begun_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    begun_at = models.DateTimeField(_("begun"))
    expires_at = models.DateTimeField(_("kept until"))

    class Meta:
        verbose_name = _("transfer")
        verbose_name_plural = _("transfers")
        ordering = ["pk"]
        constraints = [
            models.CheckConstraint(condition=models.Q(size__gt=0), name="transfer_not_empty"),
            models.CheckConstraint(
                condition=models.Q(state__in=["waiting", "placed"], received=models.F("size"))
                | ~models.Q(state__in=["waiting", "placed"]) & models.Q(received__lt=models.F("size")),
                name="transfer_whole_when_checked",
            ),
            models.CheckConstraint(
                condition=models.Q(state__in=["waiting", "placed"]) & ~models.Q(sha256="")
                | ~models.Q(state__in=["waiting", "placed"]) & models.Q(sha256=""),
                name="transfer_hashed_when_whole",
            ),
        ]
        indexes = [
            models.Index(
                fields=["expires_at"],
                condition=models.Q(state__in=["receiving", "waiting"]),
                name="transfer_unfinished",
            )
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def percent(self) -> int:
        return self.received * 100 // self.size
