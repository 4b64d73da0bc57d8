"""Who may do what with a team, its entry and its versions: predicates with reasons.

The draft belongs to the team: members alone see it. A submitted version is also open to those who hold a role in the
contest. The captain speaks for the team: who is in it, what is submitted, what is withdrawn. Nobody checks an entry of a
team they are in. Each predicate asks the database at most once per team, person or contest.
"""

from datetime import datetime
from typing import Any

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from competition.doors import registration_door, screening_door
from competition.models import Contest, FormSection
from competition.permissions import is_staff_of, may_organise, may_screen, may_see_contest
from portal.accounts.permissions import may_take_part
from portal.decisions import ALLOWED, Decision, hidden, refused
from portal.refusals import Refusal
from portal.web.sentences import gap
from submissions.doors import (
    asking_door,
    draft_door,
    exclusion_door,
    is_lapsed,
    is_returned,
    ordinary_door,
    submit_door,
    team_door,
    upload_door,
)
from submissions.items import MEMBERS, of_file
from submissions.models import Case, Entry, Invitation, Membership, Screening, Team, Transfer


class AlreadyInTeam(Refusal):
    """The person is in a team of this scope already; `entry` is that team's."""

    def __init__(self, entry: Entry, contest: Contest, *, leads: bool) -> None:
        if leads:
            consequence = gettext("You lead one already.")
        else:
            consequence = gettext("You are in one already. Leave that team first to join another.")
        super().__init__(f"{one_team_rule(contest)}{gap()}{consequence}", code="already_in_team")
        self.entry = entry


def one_team_rule(contest: Contest) -> str:
    """How many teams a person may be in, as far as this contest looks."""
    rules = {
        Contest.UniquenessScope.CONTEST: gettext("In this contest a person may be in one team only."),
        Contest.UniquenessScope.TRACK: gettext("In each track of this contest a person may be in one team only."),
        Contest.UniquenessScope.TOPIC: gettext("For each topic of this contest a person may be in one team only."),
    }
    return rules[Contest.UniquenessScope(contest.uniqueness_scope)]


def members_of(team: Team) -> list[Membership]:
    """The members, captain first; read once per team object."""
    known: list[Membership] | None = team.__dict__.get("_members")
    if known is None:
        found = team.memberships.select_related("user").order_by("joined_at", "pk")
        known = team.__dict__["_members"] = sorted(found, key=lambda member: member.user_id != team.captain_id)
    return known


def forget_members(team: Team) -> None:
    """After somebody joined or left."""
    team.__dict__.pop("_members", None)


def membership_of(user: Any, team: Team) -> Membership | None:
    """The person's place in the team, if they have one."""
    return next((member for member in members_of(team) if member.user_id == user.pk), None)


def is_captain(user: Any, team: Team) -> bool:
    return bool(user.pk == team.captain_id)


# ── The draft ──────────────────────────────────────────────────────────────────────────────────────────────────────
def may_see_draft(user: Any, entry: Entry) -> Decision:
    """Members of the team, nobody else."""
    return ALLOWED if membership_of(user, entry.team) else hidden()


def is_alive(entry: Entry) -> Decision:
    """May the entry change at all, whoever asks and whenever?"""
    if entry.status == Entry.Status.DISQUALIFIED:
        return refused(_("This entry was disqualified and can no longer be changed."), code="disqualified")
    if entry.frozen_at is not None:
        return refused(_("Judging has begun: this entry can no longer be changed."), code="frozen")
    return ALLOWED


def may_edit_draft(
    user: Any, entry: Entry, now: datetime, item: str = "", *, section: FormSection | None = None
) -> Decision:
    """Any member, while this item of the draft may be worked on; without an item: while anything may."""
    door = draft_door(entry, now, item, section=section)
    return may_see_draft(user, entry).and_then(is_alive(entry)).and_then(door)


def may_send(user: Any, transfer: Transfer, entry: Entry, now: datetime) -> Decision:
    """Whoever began a transfer goes on with it, while they are in the team and the door is open."""
    if transfer.begun_by_id != user.pk:
        return hidden()
    return (
        may_see_draft(user, entry)
        .and_then(is_alive(entry))
        .and_then(upload_door(entry, of_file(transfer.wanted), begun_at=transfer.begun_at, now=now))
    )


def may_edit_member(user: Any, member: Membership, entry: Entry, now: datetime) -> Decision:
    """What is said of a member: that member, or the captain."""
    if member.user_id != user.pk and not is_captain(user, entry.team):
        return may_see_draft(user, entry).and_then(
            refused(_("Only this member and the captain can change these details."), code="not_yours")
        )
    return may_edit_draft(user, entry, now, MEMBERS)


# ── The team ───────────────────────────────────────────────────────────────────────────────────────────────────────
def captain_alone(user: Any, team: Team) -> Decision:
    """The captain; a member learns who that is."""
    if is_captain(user, team):
        return ALLOWED
    if membership_of(user, team) is None:
        return hidden()
    return refused(_("Only the captain (%(captain)s) can do this.") % {"captain": team.captain}, code="captain_only")


def may_register(user: Any, contest: Contest, now: datetime) -> Decision:
    """May the person form a team here now? Whether they are in one already is asked with the topic."""
    door = may_see_contest(user, contest).and_then(registration_door(contest, now))
    return may_take_part(user) if door else door


def may_change_team(user: Any, entry: Entry, now: datetime, item: str = MEMBERS) -> Decision:
    """Partners, invitations, members: the captain, while teams may form; later what was returned of them."""
    return captain_alone(user, entry.team).and_then(is_alive(entry)).and_then(team_door(entry, now, item))


def may_leave(user: Any, entry: Entry, now: datetime) -> Decision:
    """A member while teams may form; the captain stays."""
    if is_captain(user, entry.team):
        return refused(
            _("The captain cannot leave the team. Hand the captaincy over first, then leave."), code="captain_stays"
        )
    return may_see_draft(user, entry).and_then(is_alive(entry)).and_then(team_door(entry, now, MEMBERS))


def may_hand_over(user: Any, entry: Entry, now: datetime) -> Decision:
    """The captain, as long as there is something left to do: who is in the team does not change by it."""
    return captain_alone(user, entry.team).and_then(is_alive(entry)).and_then(draft_door(entry, now))


def may_take_over(user: Any, entry: Entry, now: datetime) -> Decision:
    """The member to whom the captaincy is offered."""
    member = membership_of(user, entry.team)
    if member is None:
        return hidden()
    if entry.team.successor_id != member.pk:
        return refused(
            _("The captaincy is not offered to you, or the offer was taken back. Ask the captain (%(captain)s).")
            % {"captain": entry.team.captain},
            code="not_offered",
        )
    return is_alive(entry).and_then(draft_door(entry, now))


def may_change_topic(user: Any, entry: Entry, now: datetime) -> Decision:
    """The captain, until the deadline; what is submitted stands under its topic until it is withdrawn."""
    decision = captain_alone(user, entry.team).and_then(is_alive(entry)).and_then(draft_door(entry, now))
    if decision and entry.status == Entry.Status.SUBMITTED:
        return refused(
            _("The entry is submitted under its topic. Withdraw it first, then change the topic and submit again."),
            code="submitted",
        )
    if decision and entry.status == Entry.Status.RETURNED:
        return refused(_("The entry was returned for correction: its topic stays."), code="returned")
    return decision


def may_join(user: Any, invitation: Invitation, entry: Entry, now: datetime) -> Decision:
    """Whoever holds an open link, or is the person addressed. Size and scope are asked under the team's lock."""
    if membership_of(user, entry.team):
        return refused(_("You are already in this team."), code="already_member")
    if invitation.revoked_at is not None:
        return refused(
            _("This invitation was revoked or replaced by a newer one. Ask the captain for the new link."),
            code="revoked",
        )
    if invitation.accepted_at is not None:
        return refused(_("This invitation has been used. Ask the captain for a new one."), code="used")
    if now >= invitation.expires_at:
        return refused(_("This invitation has expired. Ask the captain for a new one."), code="expired")
    if invitation.email and invitation.email.lower() != user.email.lower():
        return refused(
            _(
                "This invitation is for another e-mail address. Sign in with that address, or ask the captain for a link."
            ),
            code="other_address",
        )
    door = takes_members(entry, now)
    return may_take_part(user) if door else door


def takes_members(entry: Entry, now: datetime) -> Decision:
    """Does the team still form, whoever asks?"""
    return is_alive(entry).and_then(team_door(entry, now, MEMBERS))


def has_room(entry: Entry) -> Decision:
    """Asked again under the team's lock."""
    most = entry.contest.team_max
    if len(members_of(entry.team)) < most:
        return ALLOWED
    return refused(_("The team is full: at most %(most)d members in this contest.") % {"most": most}, code="team_full")


# ── Submitting ─────────────────────────────────────────────────────────────────────────────────────────────────────
def may_submit(user: Any, entry: Entry, now: datetime) -> Decision:
    """The captain, until the entry's own deadline. Whether everything is there is asked by the readiness list."""
    return captain_alone(user, entry.team).and_then(is_alive(entry)).and_then(submit_door(entry, now))


def may_withdraw(user: Any, entry: Entry, now: datetime) -> Decision:
    """The captain, until the deadline; there must be something to withdraw.

    Not in a correction after it: what is withdrawn then could not be submitted again.
    """
    decision = captain_alone(user, entry.team).and_then(is_alive(entry)).and_then(ordinary_door(entry, now))
    if decision and entry.status not in (Entry.Status.SUBMITTED, Entry.Status.RETURNED):
        return refused(_("There is nothing to withdraw: the entry is not submitted."), code="not_submitted")
    return decision


def may_ask_extension(user: Any, entry: Entry, now: datetime) -> Decision:
    """The captain, until a day after the deadline. What was asked already is looked at under the lock."""
    return captain_alone(user, entry.team).and_then(is_alive(entry)).and_then(asking_door(entry, now))


def may_see_version(user: Any, entry: Entry) -> Decision:
    """Members, and those who hold a role in the contest."""
    return ALLOWED if is_staff_of(user, entry.contest) or membership_of(user, entry.team) else hidden()


def may_delete_draft(user: Any, entry: Entry) -> Decision:
    """The captain, whenever it is, as long as nothing was ever submitted."""
    if (decision := captain_alone(user, entry.team)) and entry.current_version_id is not None:
        return refused(
            _("What was submitted is kept as the contest's record and cannot be deleted. You can withdraw the entry."),
            code="submitted_before",
        )
    return decision


# ── The contest's side ─────────────────────────────────────────────────────────────────────────────────────────────
def may_list_entries(user: Any, contest: Contest) -> Decision:
    """Whoever holds a role in the contest."""
    return ALLOWED if is_staff_of(user, contest) else hidden()


def may_check(user: Any, entry: Entry, now: datetime) -> Decision:
    """A screener or organiser who is not in the team, while the check is open and judging has not begun."""
    if not (decision := may_screen(user, entry.contest)):
        return decision
    if membership_of(user, entry.team):
        return refused(_("You are in this team: somebody else has to check this entry."), code="own_team")
    if is_returned(entry) and not is_lapsed(entry, now):
        return refused(
            _("The entry is with its team for correction. Decide when it is back, or when the time is over."),
            code="with_team",
        )
    if entry.status == Entry.Status.DISQUALIFIED:
        return refused(_("This entry was disqualified: there is nothing to check."), code="disqualified")
    if entry.status not in (Entry.Status.SUBMITTED, Entry.Status.RETURNED):
        return refused(_("This entry is not submitted at present: there is nothing to check."), code="not_submitted")
    if entry.frozen_at is not None:
        return refused(_("Judging has begun: the formal check of this entry is final."), code="frozen")
    return screening_door(entry.contest, now)


def may_pass_several(user: Any, contest: Contest, now: datetime) -> Decision:
    """Whoever checks, where the contest allows that several entries pass at once. Each entry is asked for by itself."""
    if not (decision := may_screen(user, contest)):
        return decision
    if not contest.bulk_pass:
        return refused(_("In this contest each entry is checked by itself."), code="one_by_one")
    return screening_door(contest, now)


def may_look_again(user: Any, entry: Entry, first: Screening, now: datetime) -> Decision:
    """A second look at a first verdict: whoever may check, but for the person who gave it."""
    if decision := may_check(user, entry, now):
        return _is_another(user, first)
    return decision


def _is_another(user: Any, first: Screening) -> Decision:
    if first.screened_by_id != user.pk:
        return ALLOWED
    return refused(
        _("The first verdict is yours: it counts, and the team is told, when somebody else has confirmed it."),
        code="own_verdict",
    )


def may_see_notes_of_check(user: Any, entry: Entry) -> Decision:
    """What those who check tell each other: everybody with a role, but for those who are in the team."""
    return hidden() if membership_of(user, entry.team) else may_list_entries(user, entry.contest)


def may_extend(user: Any, entry: Entry) -> Decision:
    """An organiser who is not in the team, before judging begins."""
    if not (decision := may_organise(user, entry.contest)):
        return decision
    if membership_of(user, entry.team):
        return refused(_("You are in this team: somebody else has to decide on its deadline."), code="own_team")
    return is_alive(entry)


def may_disqualify(user: Any, entry: Entry, now: datetime) -> Decision:
    """An organiser who is not in the team, of what is submitted, also while it is judged; until the results are final."""
    decision = _may_exclude(user, entry, now)
    if decision and entry.status not in (Entry.Status.SUBMITTED, Entry.Status.RETURNED):
        return refused(
            _("This entry is not submitted at present: there is nothing to disqualify."), code="not_submitted"
        )
    return decision


def may_reinstate(user: Any, entry: Entry, now: datetime) -> Decision:
    """Whoever may disqualify, of what is disqualified."""
    decision = _may_exclude(user, entry, now)
    if decision and entry.status != Entry.Status.DISQUALIFIED:
        return refused(_("This entry takes part: nothing is to be lifted."), code="not_disqualified")
    return decision


def _may_exclude(user: Any, entry: Entry, now: datetime) -> Decision:
    if not (decision := may_organise(user, entry.contest)):
        return decision
    if membership_of(user, entry.team):
        return refused(_("You are in this team: somebody else has to decide on this entry."), code="own_team")
    return exclusion_door(entry.contest, now)


def may_see_cautions(user: Any, contest: Contest) -> Decision:
    """Those who check; not the team, not observers, not judges."""
    return may_screen(user, contest)


def may_caution(user: Any, contest: Contest) -> Decision:
    """Organisers."""
    return may_organise(user, contest)


def may_see_cases(user: Any, contest: Contest) -> Decision:
    """Possible duplicates: those who check; no team, no judge, no observer."""
    return may_screen(user, contest)


def may_decide_case(user: Any, case: Case) -> Decision:
    """Look at one and say what it is: those who check and are in neither team; to members it does not exist."""
    if membership_of(user, case.first.team) or membership_of(user, case.second.team):
        return hidden()
    return may_see_cases(user, case.contest)
