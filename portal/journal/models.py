"""Events of the journal.

`Event` is the leaf: sequence, kind, instant and a salted hash; it stays for ever. `EventBody` holds what the hash was
made from (salt, actor, contest, subject, payload) and may be removed by a recorded `Erasure`, so that a person can be
forgotten while the tree of hashes stands. A `Checkpoint` signs the root of the tree; it gives each event its place as a
`Leaf`, so that writing needs no lock. Contest and subject are (type, public id) pairs: the journal depends on nobody.
"""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Event(models.Model):
    """One thing that happened; append-only by database trigger."""

    sequence = models.BigAutoField(primary_key=True)
    kind = models.CharField(_("kind"), max_length=60)
    at = models.DateTimeField(_("at"))
    leaf_hash = models.CharField(_("leaf hash"), max_length=64, unique=True)

    class Meta:
        verbose_name = _("event")
        verbose_name_plural = _("events")
        ordering = ["-sequence"]
        indexes = [models.Index(fields=["kind", "-sequence"], name="event_kind")]

    def __str__(self) -> str:
        return f"#{self.sequence}"


class EventBody(models.Model):
    """What an event's hash was made from."""

    event = models.OneToOneField(Event, primary_key=True, on_delete=models.PROTECT, related_name="body")
    salt = models.CharField(_("salt"), max_length=32)
    actor = models.CharField(
        _("actor"), max_length=16, blank=True, help_text=_("Public id of the person; empty for the system.")
    )
    contest_type = models.CharField(max_length=60, blank=True)
    contest_id = models.CharField(max_length=16, blank=True)
    subject_type = models.CharField(max_length=60, blank=True)
    subject_id = models.CharField(max_length=16, blank=True)
    payload = models.JSONField(_("payload"), default=dict)

    class Meta:
        verbose_name = _("event body")
        verbose_name_plural = _("event bodies")
        indexes = [
            models.Index(fields=["subject_type", "subject_id", "event"], name="body_subject"),
            models.Index(fields=["contest_id", "event"], name="body_contest"),
            models.Index(fields=["actor", "event"], name="body_actor"),
        ]

    def __str__(self) -> str:
        return f"{self.subject_type} {self.subject_id}"


class Leaf(models.Model):
    """An event's place in the tree, given out once by a checkpoint."""

    index = models.PositiveBigIntegerField(primary_key=True)
    event = models.OneToOneField(Event, on_delete=models.PROTECT, related_name="leaf")

    class Meta:
        verbose_name = _("leaf")
        verbose_name_plural = _("leaves")

    def __str__(self) -> str:
        return f"{self.index}: #{self.event_id}"


class Block(models.Model):
    """The root of 256 leaves in a row, kept so that a proof need not read them all."""

    number = models.PositiveBigIntegerField(primary_key=True)
    root = models.CharField(max_length=64)

    class Meta:
        verbose_name = _("block of leaves")
        verbose_name_plural = _("blocks of leaves")

    def __str__(self) -> str:
        return f"{self.number}"


class Checkpoint(models.Model):
    """The signed root of the tree of a size; `note` is what is published and mailed."""

    size = models.PositiveBigIntegerField(_("leaves"), unique=True)
    root = models.CharField(_("root"), max_length=64)
    note = models.TextField(_("signed text"))
    at = models.DateTimeField(_("at"))

    class Meta:
        verbose_name = _("checkpoint")
        verbose_name_plural = _("checkpoints")
        ordering = ["-size"]

    def __str__(self) -> str:
        return f"{self.size} {self.root[:12]}"


class Erasure(models.Model):
    """The permission, itself append-only, to remove one event's body."""

    event = models.OneToOneField(Event, on_delete=models.PROTECT, related_name="erasure")
    reason = models.CharField(_("reason"), max_length=200)
    actor = models.CharField(_("actor"), max_length=16, blank=True)
    at = models.DateTimeField(_("at"))

    class Meta:
        verbose_name = _("erasure")
        verbose_name_plural = _("erasures")

    def __str__(self) -> str:
        return f"#{self.event_id} {self.reason}"
