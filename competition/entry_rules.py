"""What a team must know before it enters, said in sentences from the contest's typed rules.

The same fields are enforced at registration, so that the page and the software cannot differ.
"""

from collections.abc import Iterable

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from competition.models import Contest, WantedFile
from competition.words import enumeration
from portal.accounts.models import Organisation
from portal.accounts.regions import Region


def entry_rules(contest: Contest, wanted_files: Iterable[WantedFile]) -> list[tuple[str, list[str]]]:
    """(label, lines) rows: who may lead, how large a team is, what is handed in, how many go on."""
    rows = [
        (_("Lead organisation"), [_lead(contest)]),
        (_("Partners"), [_partners(contest)]),
        (_("Team members"), [_members(contest)]),
        (_("To hand in"), _to_hand_in(wanted_files)),
    ]
    if contest.promotion_quota:
        sentence = ngettext(
            "At most %(number)d entry of each track advances to the next level",
            "At most %(number)d entries of each track advance to the next level",
            contest.promotion_quota,
        )
        rows.append((_("Recommended"), [sentence % {"number": contest.promotion_quota}]))
    return rows


def _lead(contest: Contest) -> str:
    kinds = enumeration([str(Organisation.Kind(kind).label) for kind in contest.eligible_kinds])
    if contest.lead_in_region:
        return _("A legal person registered in %(region)s: %(kinds)s") % {
            "region": Region(contest.region).label,
            "kinds": kinds,
        }
    return _("A legal person: %(kinds)s") % {"kinds": kinds}


def _partners(contest: Contest) -> str:
    if not contest.partners_max:
        return _("None: the lead organisation enters alone")
    sentence = ngettext(
        "Up to %(number)d organisation, from anywhere",
        "Up to %(number)d organisations, from anywhere",
        contest.partners_max,
    )
    return sentence % {"number": contest.partners_max}


def _members(contest: Contest) -> str:
    scopes = {
        Contest.UniquenessScope.CONTEST: _("one team per person in the contest"),
        Contest.UniquenessScope.TRACK: _("one team per person in each track"),
        Contest.UniquenessScope.TOPIC: _("one team per person in each topic"),
    }
    if contest.team_min > 1:
        sentence = _("%(least)d to %(most)d people, %(scope)s")
    else:
        sentence = _("At most %(most)d people, %(scope)s")
    return sentence % {
        "least": contest.team_min,
        "most": contest.team_max,
        "scope": scopes[Contest.UniquenessScope(contest.uniqueness_scope)],
    }


def _to_hand_in(wanted_files: Iterable[WantedFile]) -> list[str]:
    return [_("Application form"), *(_wanted(file) for file in wanted_files)]


def _wanted(file: WantedFile) -> str:
    limits = _("%(kinds)s up to %(size)s") % {
        "kinds": enumeration([kind.upper() for kind in file.kinds]),
        "size": f"{file.max_mb}\N{NO-BREAK SPACE}MB",
    }
    optional = "" if file.required else _("; optional")
    return _("%(label)s (%(limits)s)") % {"label": file.label, "limits": limits + optional}
