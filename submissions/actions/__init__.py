"""Every change of state of teams and entries, named as the people who do it would say it.

An action is keyword-only, checks permission and state under the lock of its root, writes its journal event and its
notices in the same transaction, and returns the changed object. Locks are taken in one order: the team, then its entry.
"""

from submissions.actions.answers import Conflict, Saved, Typed, save_answers
from submissions.actions.autosave import Kept, autosave_answer
from submissions.actions.bulk import Chosen, Outcome, pass_several
from submissions.actions.captaincy import accept_captaincy, drop_offer, offer_captaincy
from submissions.actions.cases import decide_case
from submissions.actions.cautions import lift_caution, raise_caution
from submissions.actions.checking import confirm_verdict, fail_check, pass_check, return_for_correction
from submissions.actions.comparing import compare_all, compare_entry
from submissions.actions.deleting import delete_draft
from submissions.actions.disqualifying import disqualify_entry, reinstate_entry
from submissions.actions.extensions import ask_extension, decline_extension, grant_extension
from submissions.actions.inspecting import make_inspection
from submissions.actions.members import (
    change_member,
    invite_by_email,
    join_team,
    leave_team,
    open_link,
    remove_member,
    revoke_invitation,
)
from submissions.actions.membership import MemberDetails
from submissions.actions.submission import AlreadySubmitted, NotReady, freeze_entries, submit_entry, withdraw_entry
from submissions.actions.teams import OrganisationDetails, add_partner, change_lead, create_team, remove_partner
from submissions.actions.topics import change_topic
from submissions.actions.transfers import (
    TransferOver,
    begin_transfer,
    expire_transfers,
    room_for_pieces,
    settle_transfer,
    stop_transfer,
    take_piece,
)
from submissions.actions.uploads import remove_upload, upload_file

__all__ = [
    "AlreadySubmitted",
    "Chosen",
    "Conflict",
    "Kept",
    "MemberDetails",
    "NotReady",
    "OrganisationDetails",
    "Outcome",
    "Saved",
    "TransferOver",
    "Typed",
    "accept_captaincy",
    "add_partner",
    "ask_extension",
    "autosave_answer",
    "begin_transfer",
    "change_lead",
    "change_member",
    "change_topic",
    "compare_all",
    "compare_entry",
    "confirm_verdict",
    "create_team",
    "decide_case",
    "decline_extension",
    "delete_draft",
    "disqualify_entry",
    "drop_offer",
    "expire_transfers",
    "fail_check",
    "freeze_entries",
    "grant_extension",
    "invite_by_email",
    "join_team",
    "leave_team",
    "lift_caution",
    "make_inspection",
    "offer_captaincy",
    "open_link",
    "pass_check",
    "pass_several",
    "raise_caution",
    "reinstate_entry",
    "remove_member",
    "remove_partner",
    "remove_upload",
    "return_for_correction",
    "revoke_invitation",
    "room_for_pieces",
    "save_answers",
    "settle_transfer",
    "stop_transfer",
    "submit_entry",
    "take_piece",
    "upload_file",
    "withdraw_entry",
]
