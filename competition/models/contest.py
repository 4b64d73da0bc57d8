"""The contest, who organises it, and who may do what in it."""

from typing import NamedTuple

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator, RegexValidator
from django.db import models
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from portal.accounts.models import Organisation
from portal.accounts.regions import Region
from portal.db import Identified, LockingQuerySet


def all_kinds() -> list[str]:
    """Every kind of organisation may enter unless the contest says otherwise; government bodies organise."""
    return [kind for kind in Organisation.Kind.values if kind != Organisation.Kind.GOVERNMENT]


class Neighbour(NamedTuple):
    """One entry of the switch between the levels of a contest."""

    label: str
    url: str
    current: bool


class ContestQuerySet(LockingQuerySet):
    """Verbs over contests."""

    def published(self) -> "ContestQuerySet":
        return self.filter(is_published=True)


class Contest(Identified):
    """One edition of one contest, with the rules that registration enforces."""

    class Level(models.TextChoices):
        NATIONAL = "national", _("National")
        PROVINCIAL = "provincial", _("Provincial")
        SECTOR = "sector", _("Sector")
        CITY = "city", _("City")

    class UniquenessScope(models.TextChoices):
        CONTEST = "contest", _("one team per person in the contest")
        TRACK = "track", _("one team per person in each track")
        TOPIC = "topic", _("one team per person in each topic")

    class SecondLook(models.TextChoices):
        NONE = "none", _("no verdict")
        FAILURES = "failures", _("verdicts that an entry does not pass")
        ALL = "all", _("every verdict")

    slug = models.SlugField(_("address"), max_length=40, unique=True)
    code = models.CharField(
        _("number prefix"),
        max_length=8,
        unique=True,
        validators=[
            RegexValidator(r"^[A-Z0-9]{2,8}$", _("Use two to eight capital letters or digits, for example HB24."))
        ],
        help_text=_("Entry numbers begin with it, for example HB24."),
    )
    level = models.CharField(_("level"), max_length=12, choices=Level.choices)
    parent = models.ForeignKey(
        "self", verbose_name=_("feeds into"), null=True, blank=True, on_delete=models.PROTECT, related_name="children"
    )
    edition = models.PositiveSmallIntegerField(
        _("edition"), validators=[MinValueValidator(2000), MaxValueValidator(2100)]
    )
    name = models.CharField(_("name"), max_length=120)
    short_name = models.CharField(_("short name"), max_length=20)
    theme = models.CharField(_("theme line"), max_length=60, blank=True)
    intro = models.TextField(_("introduction"), blank=True)
    region = models.CharField(_("region"), max_length=2, choices=Region.choices, blank=True)
    is_published = models.BooleanField(_("published"), default=False)
    is_demo = models.BooleanField(_("demonstration"), default=False, editable=False)

    contact_phone = models.CharField(_("telephone"), max_length=40, blank=True)
    contact_email = models.EmailField(_("contact e-mail"), blank=True)
    office_hours = models.CharField(_("office hours"), max_length=80, blank=True)

    team_min = models.PositiveSmallIntegerField(_("least members"), default=1, validators=[MinValueValidator(1)])
    team_max = models.PositiveSmallIntegerField(_("most members"), default=5, validators=[MinValueValidator(1)])
    partners_max = models.PositiveSmallIntegerField(_("most partner organisations"), default=3)
    uniqueness_scope = models.CharField(
        _("one team per person"), max_length=8, choices=UniquenessScope.choices, default=UniquenessScope.TOPIC
    )
    eligible_kinds = models.JSONField(_("kinds of organisation that may lead"), default=all_kinds)
    lead_in_region = models.BooleanField(
        _("the lead organisation must be registered in the contest's region"), default=False
    )
    promotion_quota = models.PositiveSmallIntegerField(
        _("entries recommended upward per track"), default=0, help_text=_("0 where nothing is recommended.")
    )
    second_look = models.CharField(
        _("a second person confirms"),
        max_length=8,
        choices=SecondLook.choices,
        default=SecondLook.NONE,
        help_text=_("Until then the verdict of the formal check does not count, and the team is not told."),
    )
    bulk_pass = models.BooleanField(
        _("several entries may pass at once"),
        default=False,
        help_text=_("Whoever checks then answers once, for all of them, that everything is met that must be."),
    )
    recusal_years = models.PositiveSmallIntegerField(
        _("years for which a former post counts"),
        default=3,
        validators=[MaxValueValidator(50)],
        help_text=_("A judge who left an organisation within so many years does not judge its entries."),
    )
    recusal_region = models.BooleanField(
        _("judges do not judge entries of their own region"),
        default=False,
        help_text=_("The region of the judge and that of the lead organisation."),
    )

    objects = ContestQuerySet.as_manager()
    history = HistoricalRecords()

    #: the contest above, this one and those below that the reader may see; filled by `reading.find_contest`
    family: "tuple[Contest, ...]" = ()

    class Meta:
        verbose_name = _("contest")
        verbose_name_plural = _("contests")
        ordering = ["-edition", "level", "name"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(team_min__lte=models.F("team_max")) & models.Q(team_min__gte=1),
                name="contest_team_size",
                violation_error_message=_("The least number of members must not exceed the most."),
            ),
            models.CheckConstraint(
                condition=models.Q(lead_in_region=False) | ~models.Q(region=""),
                name="contest_region_rule",
                violation_error_message=_("Choose the region that the lead organisation must come from."),
            ),
            models.CheckConstraint(
                condition=models.Q(parent__isnull=True) | ~models.Q(parent=models.F("id")),
                name="contest_not_own_parent",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("contest", args=[self.slug])

    @property
    def levels(self) -> tuple[Neighbour, ...]:
        """The switch between the levels: the family, else the published contest above, if it was read along, and this."""
        family = self.family
        if not family:
            parent = self.parent if self.parent_id and Contest.parent.is_cached(self) else None
            family = (parent, self) if parent is not None and parent.is_published else (self,)
        return tuple(
            Neighbour(member.short_name, member.get_absolute_url(), current=member is self) for member in family
        )

    def clean(self) -> None:
        known = set(Organisation.Kind.values)
        if (
            not isinstance(self.eligible_kinds, list)
            or not self.eligible_kinds
            or not set(self.eligible_kinds) <= known
        ):
            raise ValidationError({"eligible_kinds": _("Choose at least one kind of organisation.")})


class Organiser(models.Model):
    """An organisation named on the home page: who guides, hosts, carries out, supports."""

    class Part(models.TextChoices):
        GUIDE = "guide", _("Guided by")
        HOST = "host", _("Hosted by")
        CARRIER = "carrier", _("Carried out by")
        SUPPORT = "support", _("Supported by")

    contest = models.ForeignKey(Contest, verbose_name=_("contest"), on_delete=models.CASCADE, related_name="organisers")
    part = models.CharField(_("part"), max_length=8, choices=Part.choices)
    name = models.CharField(_("name"), max_length=120)
    note = models.CharField(_("note"), max_length=120, blank=True)
    position = models.PositiveSmallIntegerField(_("order"), default=0)

    class Meta:
        verbose_name = _("organiser")
        verbose_name_plural = _("organisers")
        ordering = ["position", "pk"]
        constraints = [models.UniqueConstraint(fields=["contest", "part", "name"], name="organiser_named_once")]

    def __str__(self) -> str:
        return f"{self.get_part_display()} {self.name}"


class Role(models.Model):
    """What one person may do in one contest."""

    class Name(models.TextChoices):
        ORGANISER = "organiser", _("Organiser")
        SCREENER = "screener", _("Screener")
        SUPERVISOR = "supervisor", _("Supervisor")
        OBSERVER = "observer", _("Observer")

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("person"), on_delete=models.CASCADE, related_name="roles"
    )
    contest = models.ForeignKey(Contest, verbose_name=_("contest"), on_delete=models.CASCADE, related_name="roles")
    role = models.CharField(_("role"), max_length=12, choices=Name.choices)

    history = HistoricalRecords()

    class Meta:
        verbose_name = _("role")
        verbose_name_plural = _("roles")
        ordering = ["contest", "role", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["user", "contest", "role"],
                name="role_held_once",
                violation_error_message=_("This person already holds this role in the contest."),
            )
        ]

    def __str__(self) -> str:
        return f"{self.user} · {self.get_role_display()}"
