"""People, organisations and consents.

A person signs in with an e-mail address and no user name. An organisation is known by its unified social credit code
(`uscc`, 18 characters with a check digit). A consent names the purpose and the version of the text that was shown;
withdrawing it sets a time and keeps the row.
"""

from typing import Any

from django.conf import settings
from django.contrib.auth.models import AbstractBaseUser, BaseUserManager, PermissionsMixin
from django.db import models, transaction
from django.db.models.functions import Lower
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from portal.accounts.regions import Region
from portal.accounts.uscc import normal_uscc, validate_uscc
from portal.db import Identified, LockingQuerySet


class UserManager(BaseUserManager.from_queryset(LockingQuerySet)):
    """Users by e-mail address, compared without regard to case."""

    def get_by_natural_key(self, email: str | None) -> "User":
        return self.get(email__iexact=email)

    @transaction.atomic
    def create_user(self, email: str, password: str | None = None, *, verified: bool = False, **fields: Any) -> "User":
        """A person who may sign in; without a password only an e-mailed code opens the door.

        `verified` says that the address is known to be the person's; otherwise the first sign-in proves it. Raises
        ValidationError for an address that is malformed or taken.
        """
        from allauth.account.models import EmailAddress

        if not email:
            raise ValueError("a user needs an e-mail address")
        user = self.model(email=self.normalize_email(email).lower(), **fields)
        user.set_password(password)
        user.full_clean(exclude=["password", "name", "phone"])
        user.save(using=self._db)
        EmailAddress.objects.using(self._db).create(user=user, email=user.email, verified=verified, primary=True)
        return user

    def create_superuser(self, email: str, password: str | None = None, **fields: Any) -> "User":
        """The first organiser of an installation, made by whoever rules the machine; roles are granted in the admin."""
        return self.create_user(email, password, **{"is_staff": True, "is_superuser": True, "verified": True, **fields})


class User(AbstractBaseUser, PermissionsMixin, Identified):
    """A person; `email` follows the verified primary address, `revision` counts changes of the profile."""

    email = models.EmailField(_("e-mail"), max_length=254)
    name = models.CharField(_("full name"), max_length=60, blank=True)
    phone = models.CharField(_("mobile number"), max_length=20, blank=True)
    locale = models.CharField(_("language"), max_length=10, choices=settings.LANGUAGES, default=settings.LANGUAGE_CODE)
    is_staff = models.BooleanField(
        _("may open the administration"),
        default=False,
        help_text=_("What the person sees there follows from their roles."),
    )
    is_active = models.BooleanField(_("active"), default=True)
    date_joined = models.DateTimeField(_("joined"), default=timezone.now, editable=False)
    revision = models.PositiveIntegerField(default=0, editable=False)

    objects = UserManager()

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS = ["name"]

    class Meta:
        verbose_name = _("person")
        verbose_name_plural = _("people")
        constraints = [
            models.UniqueConstraint(
                Lower("email"),
                name="user_email_unique",
                violation_error_message=_("An account with this e-mail address already exists."),
            ),
        ]

    def __str__(self) -> str:
        return self.name or self.email

    def get_full_name(self) -> str:
        return str(self)

    def get_short_name(self) -> str:
        return str(self)


class Organisation(Identified):
    """A legal person that leads or joins a team, or employs an expert."""

    class Kind(models.TextChoices):
        ENTERPRISE = "enterprise", _("Enterprise")
        INSTITUTION = "institution", _("Public institution")
        RESEARCH = "research", _("Research institute")
        UNIVERSITY = "university", _("University")
        SOCIETY = "society", _("Social organisation")
        GOVERNMENT = "government", _("Government body")

    name = models.CharField(_("name"), max_length=120)
    uscc = models.CharField(
        _("unified social credit code"),
        max_length=18,
        unique=True,
        validators=[validate_uscc],
        error_messages={"unique": _("An organisation with this code is already registered.")},
    )
    region = models.CharField(_("region"), max_length=2, choices=Region.choices)
    kind = models.CharField(_("kind"), max_length=12, choices=Kind.choices)
    aliases = models.CharField(
        _("other names"),
        max_length=200,
        blank=True,
        help_text=_(
            "Short, former and foreign names, separated by 、, for example 华科、HUST. Conflicts of interest are found by them."
        ),
    )
    parent = models.ForeignKey(
        "self", verbose_name=_("belongs to"), null=True, blank=True, on_delete=models.PROTECT, related_name="children"
    )

    class Meta:
        verbose_name = _("organisation")
        verbose_name_plural = _("organisations")
        ordering = ["name", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(parent__isnull=True) | ~models.Q(parent=models.F("id")),
                name="organisation_not_own_parent",
                violation_error_message=_("An organisation cannot belong to itself."),
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def clean(self) -> None:
        self.uscc = normal_uscc(self.uscc or "")


class Consent(models.Model):
    """One person's agreement to one version of one text."""

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("person"), on_delete=models.CASCADE, related_name="consents"
    )
    purpose = models.CharField(_("purpose"), max_length=40)
    text_version = models.CharField(_("version of the text"), max_length=20)
    given_at = models.DateTimeField(_("given"))
    withdrawn_at = models.DateTimeField(_("withdrawn"), null=True, blank=True)

    class Meta:
        verbose_name = _("consent")
        verbose_name_plural = _("consents")
        ordering = ["-given_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["user", "purpose", "text_version"],
                condition=models.Q(withdrawn_at__isnull=True),
                name="consent_given_once",
            ),
            models.CheckConstraint(
                condition=models.Q(withdrawn_at__isnull=True) | models.Q(withdrawn_at__gte=models.F("given_at")),
                name="consent_withdrawn_after_given",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user} · {self.purpose} {self.text_version}"


class ErasureRequest(Identified):
    """A person asks to be forgotten; an administrator decides, and says why where it is refused.

    open ──▶ granted | refused | withdrawn. A granted one closes the account; what the law keeps is erased when its time
    has run out (`erased_at`).
    """

    class State(models.TextChoices):
        OPEN = "open", _("Waiting for a decision")
        GRANTED = "granted", _("Granted")
        REFUSED = "refused", _("Refused")
        WITHDRAWN = "withdrawn", _("Taken back")

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("person"), on_delete=models.CASCADE, related_name="erasure_requests"
    )
    state = models.CharField(_("state"), max_length=10, choices=State.choices, default=State.OPEN)
    reason = models.CharField(_("reason"), max_length=500, blank=True)
    asked_at = models.DateTimeField(_("asked"))
    decided_at = models.DateTimeField(_("decided"), null=True, blank=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("decided by"), null=True, on_delete=models.PROTECT, related_name="+"
    )
    answer = models.CharField(_("answer of the administrator"), max_length=500, blank=True)
    erased_at = models.DateTimeField(_("journal erased"), null=True, blank=True)

    class Meta:
        verbose_name = _("request for erasure")
        verbose_name_plural = _("requests for erasure")
        ordering = ["asked_at", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["user"], condition=models.Q(state="open"), name="erasure_one_open"),
            models.CheckConstraint(
                condition=models.Q(state__in=["granted", "refused"], decided_at__isnull=False, decided_by__isnull=False)
                | models.Q(state__in=["open", "withdrawn"], decided_at__isnull=True, decided_by__isnull=True),
                name="erasure_decided_by_somebody",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user_id}: {self.state}"
