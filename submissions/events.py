"""What the journal says of teams and entries; the subject is always the entry, so that it has one timeline.

A private note is a subject of its own, and so is a possible duplicate: an entry's timeline and a person's copy of their
data do not tell of them.

`who` is filled in when the event is shown: the journal's payloads carry no names.
"""

from django.utils.translation import gettext_lazy as _

from portal.journal.kinds import event_kind

TEAM_CREATED = event_kind("team.created", _("{who} created the team"))
PARTNER_ADDED = event_kind("team.partner_added", _("{who} added the partner organisation {organisation}"))
PARTNER_REMOVED = event_kind("team.partner_removed", _("{who} removed the partner organisation {organisation}"))
LEAD_CHANGED = event_kind("team.lead_changed", _("{who} changed the lead organisation to {organisation}"))
INVITED = event_kind("team.invited", _("{who} invited a person by e-mail"))
LINK_OPENED = event_kind("team.link_opened", _("{who} made a new invitation link"))
INVITATION_REVOKED = event_kind("team.invitation_revoked", _("{who} revoked an invitation"))
MEMBER_JOINED = event_kind("team.member_joined", _("{who} joined the team"))
MEMBER_LEFT = event_kind("team.member_left", _("{who} left the team"))
MEMBER_REMOVED = event_kind("team.member_removed", _("{who} removed a member"))
MEMBER_CHANGED = event_kind("team.member_changed", _("{who} changed the details of a member"))
CAPTAINCY_OFFERED = event_kind("team.captaincy_offered", _("{who} offered the captaincy to a member"))
CAPTAINCY_OFFER_DROPPED = event_kind("team.captaincy_offer_dropped", _("{who} ended the offer of the captaincy"))
CAPTAINCY_PASSED = event_kind("team.captaincy_passed", _("{who} became captain"))
TOPIC_CHANGED = event_kind("entry.topic_changed", _("{who} changed the topic to “{title}”"))

CAUTION_RAISED = event_kind("caution.raised", _("{who} made a private note"))
CAUTION_LIFTED = event_kind("caution.lifted", _("{who} lifted a private note"))

CASE_FOUND = event_kind("case.found", _("A possible duplicate was found"))
CASE_OPEN_AGAIN = event_kind("case.open_again", _("New evidence opened a possible duplicate again"))
CASE_GONE = event_kind("case.gone", _("The two entries share nothing any more"))
CASE_DECIDED = event_kind("case.decided", _("{who} gave a verdict on a possible duplicate"))

ANSWERS_SAVED = event_kind("entry.answers_saved", _("{who} saved “{section}”"))
TRANSFER_BEGUN = event_kind("entry.transfer_begun", _("{who} began to upload “{name}”"))
TRANSFER_WAITS = event_kind("entry.transfer_waits", _("“{name}” arrived, and another file had been put in its place"))
TRANSFER_REFUSED = event_kind("entry.transfer_refused", _("“{name}” arrived and was not taken"))
TRANSFER_STOPPED = event_kind("entry.transfer_stopped", _("{who} stopped the upload of “{name}”"))
TRANSFER_EXPIRED = event_kind(
    "entry.transfer_expired", _("The upload of “{name}” was given up: nothing came for too long")
)
FILE_STORED = event_kind("entry.file_stored", _("{who} uploaded “{name}”"))
FILE_REPLACED = event_kind("entry.file_replaced", _("{who} replaced “{label}” with “{name}”"))
FILE_INFECTED = event_kind("entry.file_infected", _("The virus scan found {finding} in “{name}”"))
CONTENTS_CLEARED = event_kind("files.cleared", _("{count} files that nothing named any more were cleared"))
FILE_REMOVED = event_kind("entry.file_removed", _("{who} removed the file “{name}”"))

SUBMITTED = event_kind("entry.submitted", _("Version {version} submitted"))
WITHDRAWN = event_kind("entry.withdrawn", _("{who} withdrew the entry"))
DISQUALIFIED = event_kind("entry.disqualified", _("The entry was disqualified"))
REINSTATED = event_kind("entry.reinstated", _("The disqualification was lifted"))
DRAFT_DELETED = event_kind("entry.draft_deleted", _("{who} deleted the draft and the team"))
FROZEN = event_kind("entries.frozen", _("Judging began; entries: {count}"))
CHECK_PASSED = event_kind("entry.check_passed", _("Version {version} passed the formal check"))
CHECK_FAILED = event_kind("entry.check_failed", _("Version {version} did not pass the formal check"))
CHECK_LOOKED_AT = event_kind(
    "entry.check_looked_at", _("{who} gave a first verdict on version {version}; somebody else confirms it")
)
CHECK_RETURNED = event_kind("entry.check_returned", _("Version {version} was returned for correction"))

EXTENSION_ASKED = event_kind("entry.extension_asked", _("{who} asked for more time"))
EXTENSION_GRANTED = event_kind("entry.extension_granted", _("More time was granted"))
EXTENSION_DECLINED = event_kind("entry.extension_declined", _("More time was declined"))
REMINDED = event_kind("entries.reminded", _("Reminder of the deadline; teams: {count}"))

EXPORTED = event_kind("entries.exported", _("{who} exported the list of entries"))

# What the team's timeline shows; the rest is in the journal for those who look closer.
MILESTONES = (
    TEAM_CREATED,
    MEMBER_JOINED,
    MEMBER_LEFT,
    MEMBER_REMOVED,
    CAPTAINCY_PASSED,
    TOPIC_CHANGED,
    SUBMITTED,
    WITHDRAWN,
    CHECK_PASSED,
    CHECK_FAILED,
    CHECK_RETURNED,
    DISQUALIFIED,
    REINSTATED,
    EXTENSION_ASKED,
    EXTENSION_GRANTED,
    EXTENSION_DECLINED,
)
