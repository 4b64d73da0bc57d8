"""The outbox and inbox.

One `Notice` is one message to one recipient through one channel. Its life: queued → sending → sent | uncertain | failed.
SMTP cannot be exactly-once: a `sending` row left by a dead worker becomes `uncertain`, is shown to the organiser, and is
never sent again by itself. The Message-ID is stable, so that a mail program can fold a doubled one.
"""

import uuid

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from portal.db import Identified, LockingQuerySet
from portal.notices.kinds import Channel, occasion_of


class NoticeQuerySet(LockingQuerySet):
    """Verbs over notices."""

    def inbox_of(self, user: "settings.AUTH_USER_MODEL") -> "NoticeQuerySet":  # type: ignore[name-defined]
        """What the person finds in the in-app inbox, newest first."""
        return self.filter(recipient=user, channel=Channel.INBOX).order_by("-created_at", "-pk")

    def unread(self) -> "NoticeQuerySet":
        return self.filter(read_at__isnull=True)

    def unsent_mail(self) -> "NoticeQuerySet":
        return self.filter(channel=Channel.MAIL, state=Notice.State.QUEUED)


class Notice(Identified):
    """One message to one recipient through one channel."""

    class State(models.TextChoices):
        QUEUED = "queued", _("Queued")
        SENDING = "sending", _("Sending")
        SENT = "sent", _("Sent")
        UNCERTAIN = "uncertain", _("Uncertain")
        FAILED = "failed", _("Failed")

    dedupe_key = models.CharField(_("dedupe key"), max_length=160, unique=True)
    kind = models.CharField(_("kind"), max_length=60)
    recipient = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("recipient"),
        null=True,
        blank=True,
        on_delete=models.CASCADE,
        related_name="notices",
    )
    address = models.EmailField(_("e-mail address"), max_length=254, blank=True)
    channel = models.CharField(_("channel"), max_length=8, choices=Channel.choices)
    language = models.CharField(_("language"), max_length=10, choices=settings.LANGUAGES)
    contest_type = models.CharField(max_length=60, blank=True)
    contest_id = models.CharField(max_length=16, blank=True)
    context = models.JSONField(_("context"), default=dict)
    path = models.CharField(_("leads to"), max_length=200, blank=True)
    events = models.ManyToManyField("journal.Event", related_name="notices", blank=True)
    state = models.CharField(_("state"), max_length=10, choices=State.choices, default=State.QUEUED)
    attempts = models.PositiveSmallIntegerField(_("attempts"), default=0)
    message_id = models.UUIDField(_("Message-ID"), default=uuid.uuid4, unique=True, editable=False)
    created_at = models.DateTimeField(_("created"))
    next_attempt_at = models.DateTimeField(_("next attempt"))
    started_at = models.DateTimeField(_("sending since"), null=True, blank=True)
    sent_at = models.DateTimeField(_("sent"), null=True, blank=True)
    read_at = models.DateTimeField(_("read"), null=True, blank=True)
    last_error = models.CharField(_("last error"), max_length=300, blank=True)

    objects = NoticeQuerySet.as_manager()

    class Meta:
        verbose_name = _("notice")
        verbose_name_plural = _("notices")
        ordering = ["-created_at", "-pk"]
        indexes = [
            models.Index(fields=["recipient", "channel", "-created_at", "-id"], name="notice_inbox"),
            models.Index(
                fields=["next_attempt_at"], name="notice_unsent", condition=models.Q(state="queued", channel="mail")
            ),
            models.Index(fields=["started_at"], name="notice_sending", condition=models.Q(state="sending")),
            models.Index(fields=["contest_id", "state"], name="notice_contest"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(recipient__isnull=False) | ~models.Q(address=""), name="notice_has_recipient"
            ),
            models.CheckConstraint(
                condition=models.Q(channel="mail") | models.Q(recipient__isnull=False),
                name="notice_inbox_needs_account",
            ),
        ]

    def __str__(self) -> str:
        return f"{occasion_of(self.kind)} → {self.recipient or self.address}"
